"""How much automatic mail may leave, as questions to ask of the notices already kept. Pure.

A budget stops what no rule on single messages sees: two programs that answer each other, an
address that someone floods through us (RFC 3834 section 2, FACTS B2). What is over it is kept,
withheld and listed; a person decides.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from shared.department import Department
from shared.domain.case import Case
from shared.domain.document import instant
from shared.domain.notice import Notice
from shared.ports.query import AllOf, Condition, Equal, In, Range

PER_ADDRESS_AND_DAY = 5
PER_DOMAIN_AND_HOUR = 200
#: Messages that join one case in a day and are told one by one; the case shows all of them.
ADDED_PER_CASE_AND_DAY = 10
#: Automatic mail told to the complaints office one by one; its tray shows all of it.
AUTOMATIC_PER_HOUR = 20

_ACKNOWLEDGEMENTS = In("kind", ("acknowledgement", "acknowledgement_held"))
#: What left or will leave. A withheld notice uses up nothing, or a flood would never end.
_SPENT = In("state", ("created", "sending", "sent", "temporary", "permanent"))


@dataclass(frozen=True, slots=True)
class Budget:
    """At most `limit` notices that meet `where`; `because` is what a withheld notice says."""

    because: str
    where: Condition
    limit: int


def budgets_for(
    notice: Notice, case: Case, department: Department, now: datetime
) -> tuple[Budget, ...]:
    """Return the budgets that a notice must fit in; empty for mail that has none."""
    if notice.role == "complainant":
        return _acknowledgement_budgets(notice, department, now)
    today = _since(_day_start(department, now))
    if notice.kind == "added":
        where = AllOf((Equal("case_id", case.id), Equal("kind", "added"), _SPENT, today))
        return (Budget("added_per_case_and_day", where, ADDED_PER_CASE_AND_DAY),)
    if notice.kind == "held" and case.tray == "automatic":
        recipient = Equal("recipient", notice.recipient)
        hour = _since(now - timedelta(hours=1))
        where = AllOf((recipient, Equal("kind", "held"), _SPENT, hour))
        return (Budget("automatic_per_hour", where, AUTOMATIC_PER_HOUR),)
    return ()


def _acknowledgement_budgets(
    notice: Notice, department: Department, now: datetime
) -> tuple[Budget, ...]:
    address = Equal("recipient", notice.recipient)
    today = _since(_day_start(department, now))
    budgets = [
        Budget(
            "acknowledgements_per_address_and_day",
            AllOf((address, _ACKNOWLEDGEMENTS, _SPENT, today)),
            PER_ADDRESS_AND_DAY,
        )
    ]
    if notice.recipient_domain not in department.shared_mail_providers:
        domain = Equal("recipient_domain", notice.recipient_domain)
        hour = _since(now - timedelta(hours=1))
        budgets.append(
            Budget(
                "acknowledgements_per_domain_and_hour",
                AllOf((domain, _ACKNOWLEDGEMENTS, _SPENT, hour)),
                PER_DOMAIN_AND_HOUR,
            )
        )
    return tuple(budgets)


def _since(moment: datetime) -> Range:
    return Range("created_at", at_least=instant(moment))


def _day_start(department: Department, now: datetime) -> datetime:
    local = department.calendar.local(now)
    return datetime.combine(local.date(), time.min, tzinfo=local.tzinfo).astimezone(UTC)
