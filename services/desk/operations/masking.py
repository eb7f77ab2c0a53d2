"""What may be shown of a message to somebody who may not read it: ids, codes, places. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from shared.errors import Poison
from shared.events import Event, decode
from shared.ports.bus import DeadLetter

_NAME = re.compile(r"[A-Za-z_]{1,60}")
#: What stands alone in a reason: an error without a line of ours, or the broker's own word.
_ALONE = re.compile(r"[A-Za-z_]+(?:Error|Exception)|rejected|expired|maxlen|delivery_limit|unknown")
_CODE = re.compile(r"\(([a-z0-9_]{1,60})\)")
_FRAME = re.compile(r"(?<![\w/.-])((?:services|shared)/[\w/]+\.py:\d+)")
#: What an event says that is no id: its type, its moment, and the number of an act.
_PLAIN = frozenset({"id", "type", "at", "act"})


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a message died: the kind of error, our code for it, and lines of our own code.

    Whatever else stands in a reason is left out: it is not ours.
    """

    kind: str = ""
    code: str = ""
    frames: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Masked:
    """A dead letter without its body: `facts` are the event's ids, empty when it is no event."""

    id: str
    queue: str
    attempt: int
    died_at: datetime
    reason: Reason
    size: int
    facts: dict[str, str]

    @property
    def event_id(self) -> str:
        return self.facts.get("id", "")


def masked(letter: DeadLetter) -> Masked:
    """Return what may be shown of a dead letter. Its body is ours, unless it is what killed it."""
    event = event_of(letter)
    facts = event.model_dump(mode="json") if event else {}
    return Masked(
        id=letter.id,
        queue=letter.queue,
        attempt=letter.attempt,
        died_at=letter.died_at,
        reason=reason_of(letter.reason),
        size=len(letter.body.encode()),
        facts={
            name: str(value)
            for name, value in facts.items()
            if name in _PLAIN or name.endswith("_id")
        },
    )


def event_of(letter: DeadLetter) -> Event | None:
    """Return the event that a letter carries; None for a body that nobody can read."""
    try:
        return decode(letter.body.encode())
    except Poison:
        return None


def reason_of(text: str) -> Reason:
    """Return the parts of a reason that are ours (`logs.describe` has written them)."""
    kind, code, frames = _NAME.match(text), _CODE.search(text), _FRAME.findall(text)
    ours = code or frames or _ALONE.fullmatch(text)
    return Reason(
        kind=kind[0] if kind and ours else "",
        code=code[1] if code else "",
        frames=tuple(frames),
    )


def masked_address(address: str) -> str:
    """Return an address with the first letter of its local part alone: m…@courriel.example."""
    local, at, domain = address.rpartition("@")
    return f"{local[:1]}…@{domain}" if at else "…"
