"""A calendar's facts in a few lines, and nothing from what is no calendar."""

from __future__ import annotations

import pytest

from services.intake.reading import read
from services.intake.reading.invitation import summary

EVENT = (
    "BEGIN:VCALENDAR\r\nMETHOD:{method}\r\nBEGIN:VEVENT\r\n{lines}END:VEVENT\r\nEND:VCALENDAR\r\n"
)


def told(*lines: str, method: str = "REQUEST") -> str:
    return summary(EVENT.format(method=method, lines="".join(f"{line}\r\n" for line in lines)))


@pytest.mark.parametrize(
    ("start", "when"),
    [
        ("DTSTART:20260304T183000Z", "2026-03-04 18:30 UTC"),
        ("DTSTART;TZID=America/Toronto:20260304T133000", "2026-03-04 13:30 America/Toronto"),
        ("DTSTART:20260304T133000", "2026-03-04 13:30"),
        ("DTSTART;VALUE=DATE:20260304", "2026-03-04"),
    ],
)
def test_the_start_is_told_with_its_zone(start: str, when: str) -> None:
    assert told(start, "SUMMARY:Rencontre") == f"REQUEST · Rencontre · {when}"


def test_what_is_missing_is_left_out() -> None:
    assert told("LOCATION:Rimouski\\, 2e étage", method="CANCEL") == "CANCEL · Rimouski, 2e étage"


@pytest.mark.parametrize("text", ["", "Bonjour", "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", "BEGIN:X"])
def test_what_has_no_event_gives_nothing(text: str) -> None:
    assert summary(text) == ""


def test_a_broken_calendar_is_a_document_without_a_text() -> None:
    reading = read(
        b"From: a@x.example\nContent-Type: text/calendar\n\nBEGIN:VEVENT\nDTSTART:hier\n"
    )
    assert (reading.text, len(reading.attachments)) == ("", 1)
