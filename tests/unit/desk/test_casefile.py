"""What the page of a case tells: flags, clock, history."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from services.desk.casefile import CaseFile
from tests.pages_samples import NOW, RECEIVED, Sample, assigned_case, department, held_case


def file_of(sample: Sample, now: datetime = NOW) -> CaseFile:
    return CaseFile(
        case=sample.case,
        messages=[message for message, _ in sample.messages],
        notices=sample.notices,
        reads=0,
        department=department(),
        now=now,
    )


def flags(sample: Sample, now: datetime = NOW) -> list[tuple[str, str, int]]:
    return [(flag.key, flag.kind, flag.number) for flag in file_of(sample, now).flags]


def test_contact_that_is_due_today_is_told_first() -> None:
    assert flags(assigned_case())[0] == ("contact_today", "soon", 0)


def test_a_late_case_says_by_how_much() -> None:
    late = datetime(2026, 12, 22, 15, 0, tzinfo=UTC)
    assert flags(assigned_case(), late)[0] == ("late", "late", 2)


def test_a_case_that_is_due_in_three_days_says_so() -> None:
    assert flags(assigned_case(), datetime(2026, 12, 15, 15, 0, tzinfo=UTC))[0][0] == "soon"


def test_documents_are_counted_without_pictures_inside_the_words() -> None:
    assert ("documents", "", 1) in flags(assigned_case())


def test_a_notice_that_failed_is_loud() -> None:
    sample = assigned_case()
    failed = sample.notices[0].changed(state="permanent", sent_at=None)
    assert ("undelivered", "late", 0) in flags(
        Sample(sample.case, sample.messages, (failed, *sample.notices[1:]))
    )


def test_a_mail_that_nobody_here_can_decrypt_says_so() -> None:
    sample = assigned_case()
    (first, raw), second = sample.messages
    sealed = first.reading.model_copy(update={"defects": ("encrypted_mail",)})
    messages = ((first.changed(reading=sealed), raw), second)
    assert ("encrypted", "soon", 0) in flags(Sample(sample.case, messages, sample.notices))


def test_a_suspect_case_says_so() -> None:
    sample = held_case()
    suspect = Sample(sample.case.changed(tray="spam"), sample.messages, ())
    assert ("tray_spam", "soon", 0) in flags(suspect)


def test_history_is_newest_first_and_begins_with_receipt() -> None:
    history = file_of(assigned_case()).history
    assert [each.key for each in history] == [
        "added_mail",
        "sent_acknowledgement",
        "sent_assigned",
        "assigned",
        "received_form",
    ]


def test_the_acknowledgement_is_the_first_notice_that_the_person_got() -> None:
    assert file_of(assigned_case()).acknowledged_at == RECEIVED + timedelta(minutes=1)
    assert file_of(held_case()).acknowledged_at is None


def test_the_map_lights_the_region_found_or_those_of_the_candidates() -> None:
    assert file_of(assigned_case()).regions == ("06",)
    assert file_of(held_case()).regions == ("06", "16")


def test_a_closed_case_has_no_clock() -> None:
    sample = assigned_case()
    closed = Sample(sample.case.changed(state="closed"), sample.messages, ())
    assert file_of(closed).line is None
