"""notice.requested → sent, or tried again later, or refused for good; see also `at_once`.

What ends badly is told to somebody: the notice is saved together with `notice.failed`.

`sending` is saved before the wire. A crash between the wire and `sent` is the one window in which
a mail can go out twice; it is counted in `possibly_doubled`.
"""

from __future__ import annotations

import logging
from contextlib import nullcontext
from typing import TYPE_CHECKING

from services.notifier.hand import IN_HAND, Hand
from services.notifier.mailer import IN_DATA, Rejected
from services.notifier.relay_connection import ABOUT_US, OURS
from shared.errors import Conflict, Poison, Transient
from shared.events import NoticeFailed, caused_by, requested

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from services.notifier.breaker import Breaker
    from services.notifier.mailer import Mailer
    from services.notifier.pace import Pace
    from shared.domain.notice import Notice
    from shared.events import NoticeRequested
    from shared.ports.clock import Clock
    from shared.ports.store import Store

_log = logging.getLogger(__name__)

_ENDED = frozenset({"sent", "delivered", "permanent", "gave_up", "technical", "withheld"})
#: Codes of tries that failed by a fault of ours: a setting of the relay, an address that our relay
#: cannot carry. Nothing is wrong with the recipient.
_OUR_FAULT = OURS | {f"relay_{code}" for code in ABOUT_US}
_TRIES = 5


async def send_notice(
    event: NoticeRequested,
    *,
    store: Store,
    clock: Clock,
    mailer: Mailer,
    breaker: Breaker | None = None,
    pace: Pace | None = None,
) -> None:
    """Send the notice unless it has ended; raise Transient when it must be tried again.

    An event that came before a person asked once more is void.

    Raise Postponed, with nothing touched, while the `breaker` leaves the relay alone or the `pace`
    is used up.
    """
    if breaker is not None:
        breaker.ask()
    notice = await _load(event.notice_id, store)
    if notice.state in _ENDED or _void(event, notice):
        return
    raw = await store.notices.raw(notice.id)
    if raw is None:
        raise Poison("notice_without_mail", f"notice {notice.id} has no mail beside it")
    if pace is not None:
        pace.ask(notice)
    begun = await _begin(notice, store=store, now=clock.now())
    await hand_over(begun, raw, store=store, clock=clock, mailer=mailer, breaker=breaker)


async def hand_over(
    notice: Notice,
    raw: bytes,
    *,
    store: Store,
    clock: Clock,
    mailer: Mailer,
    breaker: Breaker | None = None,
    withdraw: Sequence[NoticeRequested] = (),
) -> None:
    """Hand a notice that is saved as being sent to the relay, and save what became of it.

    Raise Transient when it must be tried again. Where it need not be, `withdraw` are withdrawn.
    """
    hand = Hand(notice, store=store, clock=clock)
    try:
        async with hand:
            with breaker.watching() if breaker else nullcontext():
                await mailer.send(
                    notice_id=notice.id,
                    mail_from=notice.return_path,
                    rcpt_to=notice.recipient,
                    raw=raw,
                )
    except Rejected as error:
        state = "technical" if error.code in _OUR_FAULT else "permanent"
        await _end(
            hand.notice,
            store,
            emit=[_failed(hand.notice, clock.now(), state)],
            withdraw=withdraw,
            state=state,
            last_error=error.code,
        )
        _log.warning("notice refused", extra={"notice_id": notice.id, "code": error.code})
    except Transient as error:
        tried = hand.notice
        doubled = tried.possibly_doubled + (error.code == IN_DATA)
        await _end(tried, store, state="temporary", last_error=error.code, possibly_doubled=doubled)
        raise
    else:
        await _end(
            hand.notice,
            store,
            withdraw=withdraw,
            state="sent",
            sent_at=clock.now(),
            last_error="",
        )


async def give_notice_up(event: NoticeRequested, *, store: Store, clock: Clock) -> None:
    """Note that nobody tries the notice any more: its event is a dead letter.

    Whatever was saved meanwhile is judged again: a person may have asked for another try.
    """
    for _ in range(_TRIES):
        notice = await store.notices.get(event.notice_id)
        if notice is None or notice.state in _ENDED or _void(event, notice):
            return
        ours = notice.state == "created" or notice.last_error in _OUR_FAULT
        fields = {"state": "technical" if ours else "gave_up", "last_error": notice.last_error}
        try:
            await store.notices.save(
                notice.changed(**fields), emit=[_failed(notice, clock.now(), fields["state"])]
            )
        except Conflict:
            continue
        _log.warning("notice given up", extra={"notice_id": notice.id, "code": notice.last_error})
        return
    raise Transient("notice_contended")


def _void(event: NoticeRequested, notice: Notice) -> bool:
    """Tell whether a person has asked since, under another id: that event alone sends it now, with
    all of its tries. A notice that nobody acted on has one event."""
    return bool(notice.acts) and event.id != requested(notice).id


async def _load(notice_id: str, store: Store) -> Notice:
    notice = await store.notices.get(notice_id)
    if notice is None:
        raise Poison("notice_not_found", f"notice {notice_id} of an event is not in the store")
    return notice


async def _begin(notice: Notice, *, store: Store, now: datetime) -> Notice:
    """Save that we are about to send; raise Transient when somebody else is at it."""
    left_by_a_crash = notice.state == "sending"
    if left_by_a_crash and notice.sending_at and now - notice.sending_at < IN_HAND:
        raise Transient("notice_in_hand")
    begun = notice.changed(
        state="sending",
        sending_at=now,
        attempts=notice.attempts + 1,
        possibly_doubled=notice.possibly_doubled + left_by_a_crash,
    )
    try:
        return await store.notices.save(begun)
    except Conflict:
        # loading and deciding again is what the next attempt does, seconds later
        raise Transient("notice_in_hand") from None


def _failed(notice: Notice, now: datetime, state: str) -> NoticeFailed:
    cause = f"notice.failed {state} {len(notice.acts)}"
    return NoticeFailed(id=caused_by(notice.id, cause), at=now, notice_id=notice.id)


async def _end(
    notice: Notice,
    store: Store,
    *,
    emit: Sequence[NoticeFailed] = (),
    withdraw: Sequence[NoticeRequested] = (),
    **fields: object,
) -> None:
    """Save what became of the notice, over whatever else was saved meanwhile: but a failure is no
    news of a notice that somebody else has brought to its end."""
    for _ in range(_TRIES):
        try:
            await store.notices.save(notice.changed(**fields), emit=emit, withdraw=withdraw)
        except Conflict:
            notice = await _load(notice.id, store)
            if notice.state in _ENDED and fields["state"] != "sent":
                return
        else:
            return
    raise Transient("notice_contended")
