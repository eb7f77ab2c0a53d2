"""The letter of an invented case; a digest is about several, one of each kind of alert. Pure."""

from __future__ import annotations

from datetime import datetime
from typing import get_args

from services.notifier.composing import compose
from services.notifier.digests import digest_of
from services.notifier.letter import Letter, Letterhead
from shared.domain.case import Case
from shared.domain.document import derived_id
from shared.domain.notice import NoticeKind
from shared.domain.reference import reference_for
from shared.domain.standards import AlertKind


def sample_letter(kind: NoticeKind, case: Case, head: Letterhead, at: datetime) -> Letter:
    """Return the letter of this kind about an invented case as it stands at `at`."""
    if kind != "digest":
        return compose(kind, case, head, at)
    # A letter that waits to be posted is told by itself
    kinds: list[AlertKind] = [kind for kind in get_args(AlertKind) if kind != "unposted"]
    alerts = [(alert, _one_more(case, alert)) for alert in kinds]
    recipient = compose(kind, case, head, at).recipient
    return digest_of(alerts, head, at, role="unit", recipient=recipient).letter


def _one_more(case: Case, alert: AlertKind) -> Case:
    case_id = derived_id("case", "sample", alert)
    return case.changed(id=case_id, reference=reference_for(case_id, 2026))


def other_side(letter: Letter) -> dict[str, object]:
    """Return what an alert says to the other of its two readers, of a case without a unit."""
    if "to_office" not in letter.values:
        return {}
    other = {"to_office": not letter.values["to_office"], "has_unit": False, "left_days": 0}
    return {**other, **_elsewhere(letter)}


def _elsewhere(letter: Letter) -> dict[str, object]:
    """Return what a digest says of one case, which has gone to another unit, and of many more."""
    found = letter.values.get("alerts")
    if not isinstance(found, list):
        return {}
    return {"alerts": [{**found[0], "url": "", "late_days": 1}], "total": 1, "more": 450}
