"""`recours outgoing release`: a person lets a withheld notice go out."""

from __future__ import annotations

from rich.console import Console

from services.commands.opened import with_backends
from services.commands.showing import notice_named
from shared.domain.notice import Notice
from shared.errors import Refused
from shared.events import NoticeRequested, caused_by
from shared.ports.store import Store
from shared.runtime.settings import Settings

#: Reasons that no person can lift: there is nowhere to send it to.
NOWHERE = frozenset({"address_malformed", "address_is_ours"})


def release_notice(notice_id: str, settings: Settings, out: Console) -> None:
    """Let one withheld notice go out; raise Refused for any other."""

    async def work(store: Store, _: object) -> None:
        notice = await release(await notice_named(store, notice_id), store)
        out.print(f"{notice.id[:8]} to {notice.recipient} goes out.", markup=False)

    with_backends(settings, work)


async def release(notice: Notice, store: Store) -> Notice:
    """Save the notice as one that waits to be sent, with the event that sends it.

    Raise Refused when it is not withheld, or cannot be sent to anybody. The mail is the one that
    was written when it was withheld.
    """
    if notice.state != "withheld":
        raise Refused("not_withheld", f"{notice.id[:8]} is {notice.state}. Nothing was changed.")
    if notice.withheld_because in NOWHERE:
        raise Refused(
            "nowhere_to_send",
            f"{notice.recipient} is no address that we can write to. Nothing was changed; "
            "reach the person in another way.",
        )
    request = NoticeRequested(
        id=caused_by(notice.id, "released"), at=notice.created_at, notice_id=notice.id
    )
    return await store.notices.save(notice.changed(state="created"), emit=[request])
