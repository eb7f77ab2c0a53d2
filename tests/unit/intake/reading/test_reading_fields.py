"""The other fields of a reading: threads, dates, language, and the report of the command line."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from services.intake.reading import failed, read
from services.intake.reading.language import language_of
from services.intake.reading.report import report

MAIL = (
    b"From: Ana <ana@x.example>\nReply-To: Bureau <b@x.example>\nTo: a@m.example, a@m.example\n"
    b"Cc: c@m.example\nDate: Tue, 3 Mar 2026 09:12:00 -0500\nIn-Reply-To: <1@M.example>\n"
    b"References: <0@m.example> <1@m.example>\nSubject: Plainte\n\nLe service est lent.\n"
)


def test_a_plain_mail_is_read_whole() -> None:
    reading = read(MAIL)
    assert (reading.from_name, reading.from_address) == ("Ana", "ana@x.example")
    assert reading.reply_to == "b@x.example"
    assert (reading.to, reading.cc) == (("a@m.example",), ("c@m.example",))
    assert reading.date == datetime(2026, 3, 3, 14, 12, tzinfo=UTC)
    assert reading.in_reply_to == ("1@m.example",)
    assert reading.references == ("0@m.example", "1@m.example")
    assert reading.text == reading.own_text == "Le service est lent."
    assert (reading.language, reading.automatic) == ("fr", False)


@pytest.mark.parametrize("date", ["", "hier", "Tue, 31 Feb 2026 00:00:00 +0000", "1 Jan 99999"])
def test_a_date_that_is_none_is_none(date: str) -> None:
    assert read(f"Date: {date}\n\nx".encode()).date is None


def test_a_date_without_a_zone_is_taken_as_utc() -> None:
    assert read(b"Date: 3 Mar 2026 09:12\n\nx").date == datetime(2026, 3, 3, 9, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Bonjour, ma rue n’a pas été déneigée depuis lundi.", "fr"),
        ("Hello, nobody answers the phone at your office.", "en"),
        ("Chu tanné d’attendre après vous autres, ça a pas d’allure.", "fr"),
    ],
)
def test_french_and_english_are_told_apart(text: str, language: str) -> None:
    found, confidence = language_of(text)
    assert found == language
    assert confidence > 0.8


@pytest.mark.parametrize("text", ["", "12 345", "https://x.example/the/page", "!?"])
def test_without_words_the_language_is_unknown_and_french(text: str) -> None:
    assert language_of(text) == ("fr", 0.0)


def test_the_report_has_exactly_its_keys() -> None:
    assert report("a.eml", read(MAIL)) == {
        "file": "a.eml",
        "subject": "Plainte",
        "from_address": "ana@x.example",
        "from_name": "Ana",
        "to": ["a@m.example"],
        "text": "Le service est lent.",
        "own_text": "Le service est lent.",
        "language": "fr",
        "language_confidence": read(MAIL).language_confidence,
        "kind": "complaint",
        "flags": [],
        "flag_evidence": [],
        "complainant_type": "natural",
        "happened_on": None,
        "forwarded": None,
        "attachments": [],
        "documents": [],
        "automatic": False,
        "automatic_reasons": [],
        "bounce": None,
        "defects": ["no_content_type"],
    }


def test_the_report_of_a_failed_reading_says_why() -> None:
    assert report("a.eml", failed(MAIL, "too_many_parts"))["defects"] == ["too_many_parts"]
