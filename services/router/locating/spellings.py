"""How people write the name of a place: without its article, in one word, shortened."""

from __future__ import annotations

from collections.abc import Iterator

_ARTICLES = ("le ", "la ", "les ", "l ")
#: Shortened first words, as they fold: "N.-D.-de-Grâce", "Mt-Laurier". `st` is folding's affair.
_SHORT = {
    "pointe": ("pte", "pte."),
    "riviere": ("riv", "riv."),
    "mont": ("mt", "mt."),
    "notre": ("n", "n."),
}
_DAME = ("d", "d.")


def spellings(key: str) -> set[str]:
    """Return the ways in which people write a key: "l assomption" also as "lassomption"."""
    return {key, *_articles(key), *_elided(key), *_shortened(key), *_in_one_word(key)}


def _articles(key: str) -> Iterator[str]:
    """A leading article is dropped only before two words: "la baie" must not become "baie"."""
    for article in _ARTICLES:
        if key.startswith(article):
            rest = key.removeprefix(article)
            yield article.strip() + rest
            if " " in rest:
                yield rest


def _elided(key: str) -> Iterator[str]:
    """Yield "val dor" for "val d or", "ayers cliff" for "ayer s cliff"."""
    for elided in (" d ", " l "):
        if elided in key:
            yield key.replace(elided, elided.rstrip())
    if " s " in key:
        yield key.replace(" s ", "s ")


def _shortened(key: str) -> Iterator[str]:
    first, _, rest = key.partition(" ")
    if rest and first == "notre":
        dame, _, place = rest.partition(" ")
        if dame == "dame" and place:
            yield from (f"{n} {d} {place}" for n in _SHORT[first] for d in _DAME)
    elif rest:
        yield from (f"{short} {rest}" for short in _SHORT.get(first, ()))
    if key.endswith(" saint"):  # "Esprit-St": folding writes `st` out before a letter only
        yield f"{key.removesuffix('saint')}st"


def _in_one_word(key: str) -> Iterator[str]:
    words = key.split()
    if 1 < len(words) <= 3 and len(key) > 9 and words[0] not in {"le", "la", "les"}:
        yield "".join(words)
