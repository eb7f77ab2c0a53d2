"""French or English? For the words we answer with, so in doubt both are used."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib import resources
from typing import NamedTuple, Protocol, cast

from shared.domain.envelope import Language

#: More text makes the answer no better, only slower.
CHARACTERS = 500
#: A letter in two languages may have its second half in the other one.
MIXED_CHARACTERS = 8_000
LETTERS = re.compile(r"[^\W\d_]{2,}")
NOT_WORDS = re.compile(r"\S*(?:@|://|www\.)\S*")
WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
#: "rue Saint-Denis", "boulevard de la Vérendrye", "chemin du Lac": no sign of a person's language.
STREET = re.compile(
    r"\b(?:rue|av(?:enue|\.)?|boul(?:evard|\.)?|ch(?:emin|\.)|rang|montée|côte|place|pont|parc|"
    r"autoroute|route|ville|lac|mont|cégep|métro|station)\s"
    r"(?:(?:de|du|des|la|le|les)\s|[dl]['’]){0,3}[A-ZÀ-Ý][\w'’-]{0,40}(?:\s[A-ZÀ-Ý][\w'’-]{0,40}){0,3}",
)
PLACE = re.compile(r"\b(?:Saint|Sainte|St|Ste|Notre|Mont|Trois|Val)-[\w'’-]{1,60}")
CITED = re.compile(r"«[^«»]{0,600}»|“[^“”]{0,600}”|\"[^\"\n]{0,300}\"")
SENTENCES = re.compile(r"[.!?…:;]+\s|\n\s*\n|\s[–—-]\s")

#: How sure anything can be with fewer words than this, however clear they look to the model.
FEWEST = ((4, 0.6), (8, 0.8), (12, 0.9))
#: With two small words of one language and none of the other, even a short text is clear.
CLEAR_SIGNS, CLEAR = 2, 0.9
#: With so many different small words of one language and none of the other, the model (a third of
#: the time of a reading) says the same and is sure.
PLAIN_SIGNS = 6
#: Below the 0.85 from which a person is answered in one language alone.
UNSURE = 0.8
CONTRARY = 0.6
#: The share of small words of the other language from which a text is not plainly one.
FOREIGN_SHARE = 0.2
#: A sentence with fewer words may be a greeting or a name; so many in both languages are a mix.
SENTENCE_WORDS = 6
MIXED_WORDS = 12
MIXED_SHARE = 0.15
#: Different small words of each, without which there are no such sentences.
MIXED_SIGNS = 3


class Model(Protocol):
    """The two calls that are made of an untyped library."""

    def set_languages(self, langs: list[str]) -> None: ...

    def classify(self, text: str) -> tuple[str, float]: ...


class Count(NamedTuple):
    """Words in all, and how many different small words of each language are among them."""

    words: int
    fr: int
    en: int


@cache
def identifier() -> Model:
    """Return the model, narrowed to our two languages; the first call takes most of a second."""
    from py3langid import langid

    load = langid.LanguageIdentifier.from_model_file
    model = cast("Model", load(langid.MODEL_FILE, norm_probs=True))  # type: ignore[no-untyped-call]
    model.set_languages(["fr", "en"])
    return model


@cache
def small_words() -> dict[str, Language]:
    """Return the small words of both languages, each with its language."""
    data = tomllib.loads(resources.files(__package__).joinpath("language.toml").read_text("utf-8"))
    french: dict[str, Language] = dict.fromkeys(data["fr"], "fr")
    english: dict[str, Language] = dict.fromkeys(data["en"], "en")
    return french | english


def language_of(text: str) -> tuple[Language, float]:
    """Return the language of `text` and how sure that is (0.0 to 1.0); ("fr", 0.0) for no words.

    Few words, or small words of both languages, are never a sure answer.
    """
    sample = without_names(text[:CHARACTERS])
    if LETTERS.search(sample) is None:
        return "fr", 0.0
    count = counted(sample)
    if plainly := plain_language(count):
        return plainly, 1.0
    code, confidence = identifier().classify(sample)
    english = code == "en"
    same, other = (count.en, count.fr) if english else (count.fr, count.en)
    if other > same:  # the model goes by letters, and takes a list of names for a language
        return ("fr" if english else "en"), CONTRARY
    language: Language = "en" if english else "fr"
    return language, round(min(float(confidence), highest(same, other, count.words)), 3)


def plain_language(count: Count) -> Language | None:
    """Return the language of a text that needs no model: small words enough, all of one."""
    if count.words < FEWEST[-1][0] or min(count.fr, count.en) > 0:
        return None
    if count.fr >= PLAIN_SIGNS:
        return "fr"
    return "en" if count.en >= PLAIN_SIGNS else None


def mixed_of(text: str) -> bool:
    """Say whether a person wrote whole sentences in both languages; citations do not count."""
    if not _has_signs_of_both(text[:MIXED_CHARACTERS]):
        return False
    sample = without_names(CITED.sub(" ", text[:MIXED_CHARACTERS]))
    words = {"fr": 0, "en": 0}
    for sentence in SENTENCES.split(sample):
        count = counted(sentence)
        if count.words >= SENTENCE_WORDS and count.fr + count.en >= 2:
            if count.fr >= 3 * count.en:
                words["fr"] += count.words
            elif count.en >= 3 * count.fr:
                words["en"] += count.words
    less = min(words.values())
    return less >= MIXED_WORDS and less >= MIXED_SHARE * sum(words.values())


def _has_signs_of_both(text: str) -> bool:
    """Say at little cost whether whole sentences in both languages are possible."""
    found = small_words().keys() & text.lower().split()
    french = sum(small_words()[word] == "fr" for word in found)
    return french >= MIXED_SIGNS and len(found) - french >= MIXED_SIGNS


def without_names(text: str) -> str:
    """Return text without addresses, and without streets and places, which are in any language."""
    if "@" in text or ":" in text or "www." in text:
        text = NOT_WORDS.sub(" ", text)
    text = STREET.sub(" ", text)
    return PLACE.sub(" ", text) if "-" in text else text


def counted(text: str) -> Count:
    """Count the words of `text`, and those that are a sign of its language."""
    found = [word.casefold().replace("’", "'") for word in WORD.findall(text)]
    known = small_words()
    signs = [known[word] for word in set(found) if word in known]
    french = signs.count("fr")
    return Count(len(found), french, len(signs) - french)


def highest(same: int, other: int, words: int) -> float:
    """Return the highest confidence that the words of a text allow.

    `same` and `other` are small words of the language found, and of the other one.
    """
    few = next((most for fewest, most in FEWEST if words < fewest), 1.0)
    if same == 0 or other >= FOREIGN_SHARE * (same + other):
        return min(few, UNSURE)
    if words >= FEWEST[0][0] and same >= CLEAR_SIGNS and other == 0:
        return max(few, CLEAR)
    return few
