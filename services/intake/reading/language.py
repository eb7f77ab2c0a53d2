"""French or English? For the words we answer with, so in doubt both are used."""

from __future__ import annotations

import re
from functools import cache
from typing import Protocol, cast

from shared.domain.envelope import Language

#: More text makes the answer no better, only slower.
CHARACTERS = 500
LETTERS = re.compile(r"[^\W\d_]{2,}")
NOT_WORDS = re.compile(r"\S*(?:@|://|www\.)\S*")


class Model(Protocol):
    """The two calls that are made of an untyped library."""

    def set_languages(self, langs: list[str]) -> None: ...

    def classify(self, text: str) -> tuple[str, float]: ...


@cache
def identifier() -> Model:
    """Return the model, narrowed to our two languages; the first call takes most of a second."""
    from py3langid import langid

    load = langid.LanguageIdentifier.from_model_file
    model = cast("Model", load(langid.MODEL_FILE, norm_probs=True))  # type: ignore[no-untyped-call]
    model.set_languages(["fr", "en"])
    return model


def language_of(text: str) -> tuple[Language, float]:
    """Return the language of `text` and how sure that is (0.0 to 1.0); ("fr", 0.0) for no words."""
    sample = NOT_WORDS.sub(" ", text[:CHARACTERS])
    if LETTERS.search(sample) is None:
        return "fr", 0.0
    code, confidence = identifier().classify(sample)
    return ("en" if code == "en" else "fr"), round(float(confidence), 3)
