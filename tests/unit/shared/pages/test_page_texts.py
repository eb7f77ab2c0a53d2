"""Words of the pages: both languages whole, typeset, and safe to put a person's words into."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from shared.pages.rendering import HERE
from shared.pages.texts import NBSP, Texts, load_texts, typeset

ROOT = Path(__file__).parents[4]
#: every folder of pages, those inside another after it
FOLDERS = [HERE, *sorted(one.parents[1] for one in (ROOT / "services").rglob("texts/fr.toml"))]


def texts(language: str) -> Texts:
    return load_texts(language, *(folder / "texts" for folder in FOLDERS))


def test_both_languages_have_the_same_keys() -> None:
    assert texts("fr").keys == texts("en").keys


def test_both_languages_ask_for_the_same_values() -> None:
    french, english = texts("fr"), texts("en")
    differing = [key for key in french.keys if french.places(key) != english.places(key)]
    assert not differing


def test_no_text_is_forgotten_in_either_language() -> None:
    #: what only one of the two languages has to say
    one_sided = {"form.good_faith"}
    french, english = texts("fr"), texts("en")
    empty = {key for key in french.keys if not french(key) or not english(key)}
    assert empty == one_sided


def test_french_has_no_plain_blank_before_its_double_signs() -> None:
    french = texts("fr")
    loose = [key for key in french.keys if re.search(r" [:;?!»%]|« ", french(key))]
    assert not loose


def test_no_text_uses_a_straight_apostrophe() -> None:
    both = (texts("fr"), texts("en"))
    straight = [key for words in both for key in words.keys if "'" in words(key)]
    assert not straight


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_every_text_that_a_template_names_exists(folder: Path) -> None:
    named = {
        key
        for template in (folder / "templates").glob("*.html")
        for key in re.findall(r"\bt\(\s*[\"']([a-z_.]+)[\"']\s*[,)]", template.read_text())
    }
    assert named or not (folder / "templates").is_dir()
    assert named <= texts("fr").keys


def test_what_is_put_into_a_text_is_escaped() -> None:
    french = texts("fr")
    assert "&lt;b&gt;" in french("form.removed", name="<b>")


def test_a_text_that_does_not_exist_is_an_error() -> None:
    with pytest.raises(KeyError):
        texts("fr")("no.such.text")


@pytest.mark.parametrize(
    ("plain", "expected"),
    [
        ("Quand ?", f"Quand{NBSP}?"),
        ("« oui »", f"«{NBSP}oui{NBSP}»"),
        ("200 %", f"200{NBSP}%"),
        ("5 Mo chacun", f"5{NBSP}Mo chacun"),
        ("https://x.example", "https://x.example"),
    ],
)
def test_french_is_typeset(plain: str, expected: str) -> None:
    assert typeset(plain, "fr") == expected


def test_zero_is_one_in_french_and_many_in_english() -> None:
    assert texts("fr").number("line.left", 0) == f"Il reste 0{NBSP}jour ouvrable."
    assert texts("en").number("line.left", 0) == f"0{NBSP}business days left."
