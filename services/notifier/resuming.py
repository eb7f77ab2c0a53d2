"""message.added → a case that was paused goes on: what it waited for may have come."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.domain.clocks import resumed
from shared.domain.delays import running_pause

if TYPE_CHECKING:
    from shared.department import Department
    from shared.domain.case import Case
    from shared.domain.reading import Message
    from shared.events import MessageAdded
    from shared.ports.store import Store


async def resume_case(event: MessageAdded, *, store: Store, department: Department) -> None:
    """End the pause of a case to which its person wrote; raise Conflict when somebody saved it.

    The clocks run from when the message came, however late this is. Done again, it changes nothing.
    """
    case = await store.cases.get(event.case_id)
    if case is None or case.state == "closed" or not running_pause(case.pauses):
        return
    message = await store.messages.get(event.message_id)
    if message is None or not ends_pause(case, message, department):
        return
    on = resumed(case, department.calendar, department.standards, at=message.at, how="reply")
    await store.cases.save(on)


def ends_pause(case: Case, message: Message, department: Department) -> bool:
    """Say whether a message may be the reply that a paused case waits for: written by a person,
    after the pause began, and by nobody of the department."""
    pause, reading = running_pause(case.pauses), message.reading
    if pause is None or reading.automatic or message.at <= pause.began_at:
        return False
    domain = reading.from_address.lower().rpartition("@")[2]
    return domain not in department.mail_domains
