"""Who may open a case, by a signed link: the unit that has it, and the complaints office."""

from __future__ import annotations

from enum import Enum

from shared.domain.case import Case


class Answer(Enum):
    """What a link gives: the HTTP status of the page that says so."""

    OPEN = 200
    ELSEWHERE = 403
    UNKNOWN = 404
    EXPIRED = 410


def answer_for(
    *, genuine: bool, in_time: bool, case: Case | None, unit_id: str, complaints_office: str
) -> Answer:
    """Return what a link may open now.

    `genuine` says that the mark is ours, whatever the time; the unit is the one in the link. A
    unit that handed the case on loses sight of it; the complaints office keeps it.
    """
    if not genuine:
        return Answer.UNKNOWN
    if not in_time:
        return Answer.EXPIRED
    if case is None:
        return Answer.UNKNOWN
    if unit_id in {case.unit_id, complaints_office}:
        return Answer.OPEN
    return Answer.ELSEWHERE
