"""Sizes of documents in words: 212 ko, 1,4 Mo; powers of 1024, as people's devices count."""

from __future__ import annotations

from shared.pages.texts import Texts

KILO = 1024
MEGA = 1024 * 1024


def size_words(size: int, texts: Texts) -> str:
    """Return a size in bytes as a person reads it, rounded to what matters."""
    if size < KILO:
        return texts("size.bytes", number=size)
    if size < 0.95 * MEGA:
        return texts("size.kilo", number=round(size / KILO))
    number = f"{size / MEGA:.1f}".removesuffix(".0")
    return texts("size.mega", number=number.replace(".", ",") if texts.language == "fr" else number)
