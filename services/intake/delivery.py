"""What a delivery report makes of a notice of ours. Pure.

Only an address that does not exist ends a notice. What came back for another reason (a full
mailbox, a filter) is noted beside its state: the address is there, and a person may try again.
"""

from __future__ import annotations

from datetime import datetime

from shared.domain.notice import Notice
from shared.domain.reading import Bounce, ReportSays

#: Reports come late and in any order: one of these is not taken back by a weaker one.
_WEIGHT: dict[ReportSays | str, int] = {
    "": 0,
    "delayed": 1,
    "passed_on": 2,
    "delivered": 3,
    "full": 4,
    "refused": 4,
    "dead": 5,
}

#: A report on a notice that no server has taken is none, whoever wrote it.
_NEVER_THERE = frozenset({"created", "withheld", "permanent"})


def after_report(notice: Notice, bounce: Bounce, at: datetime) -> Notice | None:
    """Return the notice as it is after a report, or None when the report says nothing new.

    A failure after a delivery counts: a mailbox may pass mail on to another that refuses it.
    """
    if notice.state in _NEVER_THERE or _WEIGHT[bounce.says] <= _WEIGHT[notice.report]:
        return None
    noted = notice.changed(report=bounce.says, reported_at=at)
    if bounce.says == "dead":
        return noted.changed(state="permanent", last_error="bounced")
    if bounce.says == "delivered":
        return noted.changed(state="delivered", last_error="")
    if bounce.says == "passed_on":
        return noted.changed(last_error="")
    return noted.changed(last_error=f"bounced_{bounce.says}")
