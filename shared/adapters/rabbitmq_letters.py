"""The headers of our messages, and a dead letter made of them. Pure: no driver here."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from shared.domain.document import derived_id, instant
from shared.ports.bus import DeadLetter

ATTEMPT, REASON, DIED_AT = "x-attempt", "x-reason", "x-died-at"

#: A reason is our own code and a few frames; more would be somebody's text.
REASON_LIMIT = 2000

Headers = Mapping[str, Any]


def attempt_of(headers: Headers | None) -> int:
    """Return which try a message is; what another hand has put in counts as the first."""
    value = (headers or {}).get(ATTEMPT)
    return value if isinstance(value, int) and value > 0 else 1


def dead_headers(attempt: int, reason: str, now: datetime) -> dict[str, Any]:
    """Return the headers of a message that we bury."""
    return {ATTEMPT: attempt, REASON: reason[:REASON_LIMIT], DIED_AT: instant(now)}


def dead_letter(
    queue: str, headers: Headers | None, message_id: str | None, body: bytes
) -> DeadLetter:
    """Return a message of a dead letter queue as a person sees it.

    The broker's own dead letters (delivery limit) have no header of ours but `x-death`. The id
    is the same at each look, and differs when one event died twice.
    """
    found = headers or {}
    death = _first_death(found)
    died_at = _moment(found.get(DIED_AT, death.get("time")))
    text = body.decode(errors="replace")
    return DeadLetter(
        id=derived_id("letter", queue, message_id or text, instant(died_at)),
        queue=queue,
        reason=str(found.get(REASON) or death.get("reason") or "unknown"),
        attempt=attempt_of(found),
        died_at=died_at,
        body=text,
    )


def _first_death(headers: Headers) -> Headers:
    deaths = headers.get("x-death")
    first = deaths[0] if isinstance(deaths, list) and deaths else {}
    return first if isinstance(first, Mapping) else {}


def _moment(value: object) -> datetime:
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    if not isinstance(value, datetime):
        return datetime.fromtimestamp(0, UTC)
    return value if value.tzinfo else value.replace(tzinfo=UTC)
