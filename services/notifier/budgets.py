"""How much automatic mail may leave: which budgets a notice uses up, and their limits. Pure.

A budget stops what no rule on single messages sees: two programs that answer each other, an
address that someone floods through us (RFC 3834 section 2). What is over it is kept, withheld and
listed; a person decides. A withheld notice uses up nothing, or a flood would never end.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from services.notifier.letter import Letter
from shared.domain.case import Case
from shared.domain.document import instant
from shared.ports.query import Condition, Equal

PER_ADDRESS_AND_DAY = 5
PER_DOMAIN_AND_HOUR = 200
#: Messages that join one case in a day and are told one by one; the case shows all of them.
ADDED_PER_CASE_AND_DAY = 10
#: Automatic mail told to the complaints office one by one; its tray shows all of it.
AUTOMATIC_PER_HOUR = 20


@dataclass(frozen=True, slots=True)
class Budget:
    """At most `limit` notices have `key` in `field`; `because` is what a withheld one says."""

    because: str
    field: Literal["budget_day", "budget_hour"]
    key: str
    limit: int

    @property
    def spent(self) -> Condition:
        """Return the condition of the notices that have used it up."""
        return Equal(self.field, self.key)


def budgets_for(letter: Letter, case: Case, now: datetime) -> tuple[Budget, ...]:
    """Return the budgets that a letter must fit in, one a field at most; empty for none.

    Days are the department's, hours are whole ones of the clock.
    """
    day = letter.department.calendar.day_of(now).isoformat()
    hour = instant(now)[:13]
    if letter.role == "complainant":
        if not letter.automatic:
            return ()  # a person decides on each, and nothing answers it by itself
        return _acknowledgement(letter, day=day, hour=hour)
    if letter.kind == "added":
        key = f"added {case.id} {day}"
        return (Budget("added_per_case_and_day", "budget_day", key, ADDED_PER_CASE_AND_DAY),)
    if letter.kind == "held" and case.tray == "automatic":
        key = f"held {letter.recipient} {hour}"
        return (Budget("automatic_per_hour", "budget_hour", key, AUTOMATIC_PER_HOUR),)
    return ()


def _acknowledgement(letter: Letter, *, day: str, hour: str) -> tuple[Budget, ...]:
    domain = letter.recipient.rpartition("@")[2]
    of_address = Budget(
        "acknowledgements_per_address_and_day",
        "budget_day",
        f"{letter.recipient} {day}",
        PER_ADDRESS_AND_DAY,
    )
    if domain in letter.department.shared_mail_providers:
        return (of_address,)
    of_domain = Budget(
        "acknowledgements_per_domain_and_hour",
        "budget_hour",
        f"{domain} {hour}",
        PER_DOMAIN_AND_HOUR,
    )
    return (of_address, of_domain)
