"""The page of a case shows what the program found in words and documents, and decides nothing."""

from __future__ import annotations

import html
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from services.desk.app import build_app
from shared.domain.keys import desk_path
from shared.domain.reading import NOTHING_PROPOSED, DocumentText, Flag, Forwarded
from tests.pages_samples import (
    KEYS,
    NOW,
    OFFICE,
    PART,
    Sample,
    StoppedClock,
    assigned_case,
    browser_of,
    department,
    store_in,
)

ROOTS = {"fr": "/bureau", "en": "/en/desk"}
FLAGS = (
    Flag(name="possible_review", words="je conteste la décision", start=0, end=23),
    Flag(name="sensitive", words="me faire du mal", start=30, end=45, because="self_harm"),
    Flag(name="sensitive", words="<b>coup</b>", start=50, end=61, because="violence"),
)


def with_document(state: str, **fields: object) -> Sample:
    sample = assigned_case()
    document = DocumentText.model_validate(
        {"part": PART, "name": "lettre d'été.html", "type": "text/html", "state": state, **fields}
    )
    (first, raw), (second, second_raw) = sample.messages
    messages = ((first, raw), (second.changed(documents=(document,)), second_raw))
    return replace(sample, messages=messages)


async def pages_of(
    sample: Sample,
    folder: Path,
    *,
    ask: Sequence[str] = ("",),
    language: str = "fr",
    text: Callable[[str], str] = html.unescape,
) -> list[tuple[int, str]]:
    """Return status and text of pages below the case's link; `text` is applied to the markup."""
    async with store_in(folder) as store:
        await sample.keep(store)
        app = build_app(
            store=store,
            clock=StoppedClock(),
            keys=KEYS,
            department=department(),
            desk_url="https://bureau.example",
        )
        path = desk_path(KEYS, sample.case.id, OFFICE, NOW + timedelta(days=3))
        async with browser_of(app) as client:
            answers = [await client.get(f"{ROOTS[language]}/{path}{below}") for below in ask]
    return [(each.status_code, text(each.text)) for each in answers]


@pytest.mark.parametrize("language", ["fr", "en"])
async def test_flags_are_shown_with_the_words_that_led_to_them(
    tmp_path: Path, language: str
) -> None:
    sample = assigned_case()
    flagged = replace(sample, case=sample.case.changed(flags=FLAGS))
    ((status, page),) = await pages_of(flagged, tmp_path, language=language)
    assert status == 200
    for words in ("je conteste la décision", "me faire du mal"):
        assert words in page
    assert {"fr": "détresse", "en": "distress"}[language] in page
    assert {"fr": "une personne décide", "en": "a person decides"}[language] in page


@pytest.mark.parametrize(
    ("language", "words"), [("fr", "Lisez-le en entier."), ("en", "Read all of it.")]
)
async def test_words_in_which_nothing_was_looked_for_say_so(
    tmp_path: Path, language: str, words: str
) -> None:
    sample = assigned_case()
    (first, raw), second = sample.messages
    unsearched = first.reading.model_copy(update={"defects": (NOTHING_PROPOSED,)})
    marked = replace(sample, messages=((first.changed(reading=unsearched), raw), second))
    ((_, before),) = await pages_of(sample, tmp_path / "before", language=language)
    ((_, page),) = await pages_of(marked, tmp_path / "after", language=language)
    assert (words in before, words in page) == (False, True)


async def test_the_words_of_a_flag_are_text_and_never_markup(tmp_path: Path) -> None:
    sample = assigned_case()
    flagged = replace(sample, case=sample.case.changed(flags=FLAGS))
    ((_, page),) = await pages_of(flagged, tmp_path, text=str)
    assert "&lt;b&gt;coup" in page
    assert "<b>coup" not in page


async def test_a_document_that_was_read_shows_its_pages_and_its_text(tmp_path: Path) -> None:
    sample = with_document("read", text="Madame, le 3 novembre…", pages=2, cut=True)
    ((_, page),) = await pages_of(sample, tmp_path)
    assert "Madame, le 3 novembre…" in page
    assert "2\u00a0pages" in page
    assert "la suite est dans le document" in page


@pytest.mark.parametrize(
    ("state", "because", "words"),
    [
        ("by_a_person", "no_scanner", "rien ici ne lit les images"),
        ("encrypted", "", "chiffré"),
        ("archive", "", "archive non ouverte"),
        ("too_large", "", "trop gros"),
    ],
)
async def test_a_document_that_was_not_read_says_why(
    tmp_path: Path, state: str, because: str, words: str
) -> None:
    sample = with_document(state, because=because, entries=("photo-1.jpg",))
    ((_, page),) = await pages_of(sample, tmp_path)
    assert words in page
    assert "photo-1.jpg" in page


async def test_a_document_with_a_virus_is_given_to_nobody(tmp_path: Path) -> None:
    sample = with_document("infected")
    message = sample.messages[1][0].id
    first = sample.messages[0][0].id
    (_, page), document, original, other = await pages_of(
        sample,
        tmp_path,
        ask=(
            "",
            f"/document/{message}/{PART}",
            f"/document/{message}/original",
            f"/document/{first}/original",
        ),
    )
    assert "virus trouvé" in page
    assert f"/document/{message}/{PART}" not in page
    assert (document[0], original[0], other[0]) == (403, 403, 200)
    assert "virus" in document[1]


async def test_a_mail_that_was_passed_on_shows_who_wrote_it(tmp_path: Path) -> None:
    sample = assigned_case()
    (first, raw), second = sample.messages
    passed = Forwarded(
        from_address="y.citoyenne@courriel.example",
        from_name="Yolande Citoyenne",
        date=datetime(2026, 11, 18, 15, 0, tzinfo=UTC),
        subject="Mon dossier",
        text="Personne ne me rappelle.",
    )
    reading = first.reading.model_copy(update={"forwarded": passed, "signature": "Poste 42"})
    shown = replace(
        sample,
        case=sample.case.changed(forwarded_by="commis@ministere.example"),
        messages=((first.changed(reading=reading), raw), second),
    )
    ((_, page),) = await pages_of(shown, tmp_path)
    for words in ("Yolande Citoyenne", "Personne ne me rappelle.", "commis@ministere", "Poste 42"):
        assert words in page
