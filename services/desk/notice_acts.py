"""What a person decides about a notice: release, retry, stop, posted, told. Pure.

Each returns the notice as the act leaves it, with who and when, or raises Refused in words.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from shared.domain.notice import Notice, NoticeAct, NoticeState
from shared.errors import Refused

#: Reasons that no person can lift: there is nowhere to send it to.
NOWHERE = frozenset({"address_malformed", "address_is_ours"})
STOPPED = "stopped_by_person"

#: Returns the notice as a person's act leaves it; raises Refused, in words, when it cannot be.
Act = Callable[[Notice, str, datetime], Notice]


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
