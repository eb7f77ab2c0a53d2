"""The words that a search finds a case by, beside those that the case says itself. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from shared.domain.reading import DocumentText, Reading
from shared.domain.words import search_words

#: Messages of a case whose words are kept: somebody who writes every day would fill an index.
MOST_MESSAGES = 20


def words_of(reading: Reading, documents: Iterable[DocumentText]) -> tuple[str, ...]:
    """Return what a person wrote, then what a colleague passed on, then what is attached."""
    passed_on = reading.forwarded
    forwarded = (passed_on.from_name, passed_on.subject, passed_on.text) if passed_on else ()
    return search_words(
        reading.subject, reading.from_name, reading.own_text, *forwarded, *texts_of(documents)
    )


def words_of_letters(documents: Iterable[DocumentText]) -> tuple[str, ...]:
    """Return the words of documents that were read later than their message."""
    return search_words(*texts_of(documents))


def texts_of(documents: Iterable[DocumentText]) -> list[str]:
    return [document.text for document in documents]
