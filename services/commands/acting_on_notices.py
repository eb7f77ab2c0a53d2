"""`recours outgoing release|retry|stop|done`: a person decides, and it is kept who did."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from rich.console import Console

from services.commands.opened import with_backends
from services.commands.showing import notice_named
from shared.adapters.system_clock import SystemClock
from shared.domain.notice import Notice, NoticeAct, NoticeState
from shared.errors import Conflict, Refused
from shared.events import requested
from shared.ports.store import Store
from shared.runtime.settings import Settings

#: Reasons that no person can lift: there is nowhere to send it to.
NOWHERE = frozenset({"address_malformed", "address_is_ours"})
STOPPED = "stopped_by_person"
_TRIES = 5

#: Returns the notice as a person's act leaves it; raises Refused, in words, when it cannot be.
Act = Callable[[Notice, str, datetime], Notice]


def act_on_notice(
    act: Act, notice_id: str, settings: Settings, out: Console, *, by: str, done: str
) -> None:
    """Do the act and say so; raise Refused when the notice is not in a state for it."""
    if not by.strip():
        raise Refused("nobody", "--by must name who decides. Nothing was changed.")

    async def work(store: Store, _: object) -> None:
        notice = await notice_named(store, notice_id)
        await keep_act(act, notice, store, by=by.strip(), at=SystemClock().now())
        whom = f" to {notice.recipient}" if notice.recipient else ""
        out.print(f"{notice.id[:8]}{whom} {done}.", markup=False)

    with_backends(settings, work)


async def keep_act(act: Act, notice: Notice, store: Store, *, by: str, at: datetime) -> Notice:
    """Save what a person did with a notice, with the event that sends it where one is called for.

    Whatever was saved meanwhile is loaded and judged again: a notice that has got on the wire
    since is refused, not overwritten.
    """
    for _ in range(_TRIES):
        acted = act(notice, by, at)
        emit = [requested(acted)] if acted.state == "created" else []
        try:
            return await store.notices.save(acted, emit=emit)
        except Conflict:
            notice = await notice_named(store, notice.id)
    raise Refused("busy", f"{notice.id[:8]} is being sent just now. Nothing was changed; try again")


def release(notice: Notice, by: str, at: datetime) -> Notice:
    """Let a withheld notice go out, with the mail that was written when it was withheld."""
    if notice.state != "withheld":
        raise Refused("not_withheld", f"{notice.id[:8]} is {notice.state}. Nothing was changed.")
    if notice.withheld_because in NOWHERE:
        raise Refused(
            "nowhere_to_send",
            f"{notice.recipient} is no address that we can write to. Nothing was changed; "
            "reach the person in another way.",
        )
    return _acted(notice, NoticeAct(what="released", by=by, at=at), state="created")


def retry(notice: Notice, by: str, at: datetime) -> Notice:
    """Send once more what did not arrive, the same mail with the same Message-ID."""
    if notice.state == "withheld":
        why = "is withheld: `recours outgoing release` lets it go"
    elif notice.state in ("created", "sending"):
        why = f"is {notice.state} already: it goes by itself"
    elif notice.state != "temporary" and notice.failure is None:
        why = f"is {notice.state}, and nothing came back: sending it again would double it"
    else:
        act = NoticeAct(what="retried", by=by, at=at)
        return _acted(notice, act, state="created", report="", reported_at=None)
    raise Refused("not_to_retry", f"{notice.id[:8]} {why}. Nothing was changed.")


def stop(notice: Notice, by: str, at: datetime) -> Notice:
    """Withhold a notice that has not left; it can be released again."""
    if notice.state == "withheld":
        why = "is withheld already"
    elif notice.state == "sending":
        why = "is on the wire: nobody can call it back"
    elif notice.state not in ("created", "temporary"):
        why = f"is {notice.state}: there is nothing left to stop"
    else:
        act = NoticeAct(what="stopped", by=by, at=at)
        return _acted(notice, act, state="withheld", withheld_because=STOPPED)
    raise Refused("not_to_stop", f"{notice.id[:8]} {why}. Nothing was changed.")


def posted(notice: Notice, by: str, at: datetime) -> Notice:
    """Record that a person printed and posted the letter; the clock of the case reads this day."""
    return _carried(notice, NoticeAct(what="posted", by=by, at=at), state="printed")


def told(notice: Notice, by: str, at: datetime) -> Notice:
    """Record that a person told it by phone."""
    return _carried(notice, NoticeAct(what="told", by=by, at=at), state="told")


def _carried(notice: Notice, act: NoticeAct, *, state: NoticeState) -> Notice:
    if notice.state != "to_print":
        why = f"is {notice.state}, and no letter or call waits for a person"
        raise Refused("not_to_print", f"{notice.id[:8]} {why}. Nothing was changed.")
    return _acted(notice, act, state=state, sent_at=act.at)


def _acted(notice: Notice, act: NoticeAct, **fields: object) -> Notice:
    return notice.changed(acts=(*notice.acts, act), **fields)
