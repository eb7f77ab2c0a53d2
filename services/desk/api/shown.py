"""Cases put into the shapes that other programs get. Pure: what they may not see is gone before."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from services.desk.acts import ActForm
from services.desk.api.answers import (
    Acted,
    CaseLine,
    CaseWhole,
    Done,
    Ended,
    Event,
    Letter,
    Note,
    Paper,
    Person,
    Possible,
    Word,
)
from services.desk.casefile import CaseFile
from services.desk.worklist import Row
from shared.domain.case import Case
from shared.domain.reading import Message


def line_of(row: Row) -> CaseLine:
    """Return a case as a line of a list."""
    return CaseLine(**_line(row))


def whole_of(
    file: CaseFile, row: Row, possible: Sequence[ActForm], *, for_office: bool
) -> CaseWhole:
    """Return everything about a case."""
    case = file.case
    held = case.held if for_office and case.state == "held" else None
    return CaseWhole(
        **_line(row),
        summary=case.summary,
        happened_on=case.happened_on,
        first_level=case.first_level,
        second_level=case.second_level,
        complainant=Person(**case.complainant.model_dump()),
        concerned_units=case.concerned_units,
        held_because=held.reason if held else None,
        closing=_ended(case),
        messages=tuple(_word(message) for message in file.messages),
        notices=_letters(file),
        notes=tuple(
            Note(
                at=one.at,
                by=one.by,
                kind=one.kind,
                text=one.text,
                to=one.to,
                waits=one.waits_for is not None,
            )
            for one in file.remarks
        ),
        acts=tuple(
            Done(kind=act.kind, at=act.at, by=act.by, text=act.text, day=act.day)
            for act in case.acts
        ),
        timeline=tuple(Event(at=one.at, what=one.key, about=one.about) for one in file.history),
        possible=tuple(
            Possible(act=one.name, fields=one.fields, writes_to_the_person=one.writes)
            for one in possible
        ),
    )


def acted_of(case: Case) -> Acted:
    """Return what became of a case."""
    return Acted(
        reference=case.reference,
        version=case.version,
        state=case.state,
        second_level=case.second_level,
    )


def _line(row: Row) -> dict[str, Any]:
    case = row.case
    person = case.complainant
    return {
        "reference": case.reference,
        "version": case.version,
        "state": case.state,
        "kind": case.kind,
        "tray": case.tray,
        "level": case.level,
        "channel": case.channel,
        "language": case.language,
        "received_at": case.received_at,
        "subject": case.subject,
        "person": person.name or person.organisation,
        "unit": case.unit_id,
        "taken_by": case.taken_by_name,
        "flags": case.flag_names,
        "due_on": case.due_on,
        "days_left": row.left,
        "paused": row.stands,
    }


def _word(message: Message) -> Word:
    return Word(
        id=message.id,
        at=message.at,
        channel=message.channel,
        own_text=message.reading.own_text,
        cut=message.reading.cut,
        documents=papers_of(message),
    )


def papers_of(message: Message) -> tuple[Paper, ...]:
    """Return the documents of a message, in order."""
    states = {one.part: one.state for one in message.documents}
    return tuple(
        Paper(
            message=message.id,
            part=one.part,
            name=one.name,
            type=one.detected_type,
            size=one.size,
            sha256=one.sha256,
            inline=one.inline,
            state=states.get(one.part),
        )
        for one in message.reading.attachments
    )


def _letters(file: CaseFile) -> tuple[Letter, ...]:
    return tuple(
        Letter(
            id=one.id,
            kind=one.kind,
            role=one.role,
            way=one.way,
            state=one.state,
            created_at=one.created_at,
            sent_at=one.sent_at,
            failure=one.failure,
        )
        for one in file.notices
    )


def _ended(case: Case) -> Ended | None:
    closing = case.closing
    if closing is None:
        return None
    return Ended(at=closing.at, by=closing.by, outcome=closing.outcome, motive=closing.motive)
