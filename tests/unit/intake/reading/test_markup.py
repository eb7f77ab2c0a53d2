"""HTML to the words a person sees."""

from __future__ import annotations

import pytest

from services.intake.reading.markup import text_of


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>un</p><p>deux</p>", "un\n\ndeux"),
        ("un<br>deux<br/>trois", "un\ndeux\ntrois"),
        ("<div>un</div><div>deux</div>trois", "un\ndeux\ntrois"),
        ("un <b>gros</b>\n   mot", "un gros mot"),
        ("<style>p{}</style><script>x()</script><title>t</title>vu", "vu"),
        ("<!-- caché -->vu", "vu"),
        ("&lt;a&gt; &eacute;&nbsp;!", "<a> é\u00a0!"),
        ("<ul><li>un<li>deux</ul>", "- un\n- deux"),
        ("<table><tr><td>un<td>deux<tr><td>trois</table>", "un deux\ntrois"),
        ("<pre>a\n  b</pre>", "a\n  b"),
        ("<div>un<br></div><div><br></div><div>deux</div>", "un\n\ndeux"),
        ("un<br><br><br>deux", "un\n\ndeux"),
        (
            "<p>moi</p><blockquote>eux<br>aussi</blockquote><p>moi</p>",
            "moi\n\n> eux\n> aussi\n\nmoi",
        ),
        ("<blockquote>a<blockquote>b</blockquote></blockquote>", "> a\n> b"),
        ("", ""),
    ],
)
def test_html_becomes_text(html: str, text: str) -> None:
    assert text_of(html) == text


def test_words_under_hundreds_of_elements_are_kept() -> None:
    assert text_of("<div>" * 900 + "au fond") == "au fond"


def test_words_under_a_million_elements_are_kept() -> None:
    assert text_of("<b><div>" * 200_000 + "au fond") == "au fond"
