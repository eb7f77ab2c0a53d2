"""Notices that came back are counted for the units that they were sent to."""

from __future__ import annotations

from services.desk.returned_notices import returned_notices
from services.router.reach import Returned
from shared.adapters.sqlite_store import SqliteStore
from shared.department import Department
from shared.domain.document import derived_id
from shared.domain.notice import Notice
from tests.unit.router.conftest import NOW


async def test_returned_notices_of_units_are_counted_and_those_of_persons_are_not(
    store: SqliteStore, department: Department
) -> None:
    box = department.units["DR-13"].mailbox
    for number, (recipient, role, state) in enumerate(
        [
            (box, "unit", "permanent"),
            (box.upper(), "unit", "permanent"),
            (box, "unit", "sent"),
            (box, "complainant", "permanent"),
            ("personne@courriel.example", "complainant", "permanent"),
        ]
    ):
        notice = Notice.model_validate(
            {
                "id": derived_id("n", str(number)),
                "case_id": "c",
                "kind": "assigned",
                "role": role,
                "recipient": recipient,
                "language": "fr",
                "message_id": str(number),
                "created_at": NOW,
                "state": state,
            }
        )
        await store.notices.add(notice)
    assert await returned_notices(store, department) == {box: Returned(2, NOW.date())}
