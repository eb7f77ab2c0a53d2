"""How many mails a minute this process hands to the relay: in all, and to one domain.

A pace delays and never loses: a mail over it is not tried, uses up no attempt, and comes back by
its queue. What waited goes before what is new, and what is new is spread over the minutes ahead,
so that a backlog does not come back all at once, again and again.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from shared.domain.notice import Notice
from shared.errors import Postponed

MINUTE = 60.0
#: What comes back and finds no place tries again so soon: later would leave places empty.
_SOON = 30.0
#: What is put off for the first time comes back after so long at most: the next steps of a queue
#: are half an hour and more, and places would stay empty meanwhile.
_LATEST = 600.0
#: Ids of waiting mails remembered at most; beyond, the oldest are taken for new ones.
_REMEMBERED = 50_000
#: Domains after which idle ones are forgotten.
_SWEEP = 1_000


@dataclass(slots=True)
class _Window:
    """At most `most` mails in any minute. `waiting` has the ids that were put off, in order."""

    most: int
    left: deque[float] = field(default_factory=deque)
    waiting: dict[str, None] = field(default_factory=dict)

    def wait_for(self, notice_id: str, now: float) -> float:
        """Return 0.0 when there is a place, else the seconds to wait."""
        while self.left and self.left[0] <= now - MINUTE:
            self.left.popleft()
        if len(self.left) < self.most:
            return 0.0
        frees = self.left[0] + MINUTE - now
        if notice_id in self.waiting:
            return min(frees, _SOON)
        return min(frees + MINUTE * (len(self.waiting) // self.most), _LATEST)

    def put_off(self, notice_id: str) -> None:
        self.waiting[notice_id] = None
        if len(self.waiting) > _REMEMBERED:
            del self.waiting[next(iter(self.waiting))]

    def take(self, notice_id: str, now: float) -> None:
        self.left.append(now)
        self.waiting.pop(notice_id, None)


class Pace:
    """Counts what this process hands over in the minute before; 0 stands for no limit.

    A restart begins with an empty minute, and each process counts for itself: at most twice the
    limit in the minute of a restart, and the limit times the processes in all.
    """

    def __init__(
        self,
        *,
        per_minute: int = 0,
        per_domain: int = 0,
        unlimited: frozenset[str] = frozenset(),
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        """`unlimited` are domains, our own as a rule, that `per_domain` does not hold for."""
        self._all = _Window(per_minute) if per_minute else None
        self._per_domain = per_domain
        self._unlimited = unlimited
        self._domains: dict[str, _Window] = {}
        self._now = now

    def ask(self, notice: Notice) -> None:
        """Return when the mail may go now, and count it; raise Postponed when it is not its turn
        yet. Nothing is counted then."""
        windows = [one for one in (self._all, self._of(notice.recipient_domain)) if one]
        now = self._now()
        waits = [(one, one.wait_for(notice.id, now)) for one in windows]
        longest = max((wait for _, wait in waits), default=0.0)
        for one, wait in waits:
            if wait:
                one.put_off(notice.id)
            elif not longest:
                one.take(notice.id, now)
        if longest:
            raise Postponed("paced", seconds=longest)

    def _of(self, domain: str) -> _Window | None:
        if not self._per_domain or domain in self._unlimited:
            return None
        if domain not in self._domains and len(self._domains) >= _SWEEP:
            self._forget_idle()
        return self._domains.setdefault(domain, _Window(self._per_domain))

    def _forget_idle(self) -> None:
        """Drop the domains that nothing was sent to in the last minute and that nothing waits
        for: senders choose domains, and there is no end of them."""
        since = self._now() - MINUTE
        self._domains = {
            domain: one
            for domain, one in self._domains.items()
            if one.waiting or (one.left and one.left[-1] > since)
        }
