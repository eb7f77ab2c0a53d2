"""Who is told that a notice did not arrive, and in which letter. Pure.

A unit hears that its person cannot be reached by mail; the complaints office, that a unit cannot.
When the office's own mailbox is the dead one, no mail can help: a log line and a metric say it.
Nothing here can go round: a failure of one of these letters is told to the office or to nobody.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from services.notifier.composing import compose
from services.notifier.letter import Letter, Letterhead
from services.notifier.notices import Owed
from shared.department import Department
from shared.domain.case import Case
from shared.domain.document import derived_id
from shared.domain.notice import Notice


class Word(NamedTuple):
    """What is owed about a failure, and its letter."""

    owed: Owed
    letter: Letter


def word_of(failed: Notice, case: Case, head: Letterhead, at: datetime) -> Word | None:
    """Return the letter about a notice that failed; None when nobody can be written to.

    About a person once for each address of a case, about a mailbox of ours once a day.
    """
    owed = _owed(failed, head.department, at)
    if owed is None or failed.failure is None:
        return None
    letter = compose(owed.kind, case, head, at)
    told = {"failed_to": failed.recipient, "failed_because": failed.failure}
    return Word(owed, replace(letter, values={**letter.values, **told}))


def _owed(failed: Notice, department: Department, at: datetime) -> Owed | None:
    address = failed.recipient.lower()
    if failed.role == "complainant":
        seed = derived_id("notice", failed.case_id, "undelivered", address)
        return Owed("undelivered", seed)
    if address == department.office().mailbox.lower():
        return None
    day = department.calendar.day_of(at).isoformat()
    return Owed("unit_unreachable", derived_id("notice", "unit_unreachable", address, day))
