"""One connection to the relay, after its greeting: mail out in as few writes as may be.

When the relay announces PIPELINING (RFC 2920), MAIL, RCPT and DATA go in one write and the body
with its end in a second one; else each command waits for its answer. One deadline for it all.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence

from services.notifier import delivery_reports
from services.notifier.relay_replies import Garbled, Replies
from shared.errors import RecoursError, Transient

#: Code of the Transient after which nobody knows whether the relay took the mail: the connection
#: went away between the first byte of the body and the answer to its end (RFC 1047).
IN_DATA = "relay_lost_in_data"
#: 5xx that speak of us and not of the mail (RFC 4954 section 6, RFC 3207 section 4): a setting
#: is wrong, and the mail can go once it is right.
ABOUT_US = frozenset({530, 534, 535, 538})
#: Codes of Rejected that speak of us too: our relay cannot carry the address, or we made a mistake.
OURS = frozenset({"relay_no_smtputf8", "address_malformed"})
#: "I am closing this connection", at any moment and instead of all further replies (RFC 5321
#: section 3.8).
_CLOSING = 421
_GO_AHEAD = 354
_MAIL, _RCPT, _DATA = range(3)
#: Addresses were checked when their notice was made; this only keeps a mistake from becoming a
#: command of its own.
_UNFIT = re.compile(r"[\x00-\x20\x7f<>]")
_BARE = re.compile(rb"\r(?!\n)|(?<!\r)\n")


class Rejected(RecoursError):
    """The relay will never take this mail. `code` holds its SMTP code and no word of its text."""


class Gone(Transient):
    """The relay closed the connection before it took anything: another one may do."""


class NotConnected(Transient):
    """No mail was asked about: the relay is not there, or does not let us in."""


class RelayConnection(asyncio.Protocol):
    """Takes over a transport on which the relay has answered EHLO; one mail at a time."""

    def __init__(
        self, transport: asyncio.Transport, *, pipelining: bool, smtputf8: bool, dsn: bool = False
    ) -> None:
        """The extensions are those that the relay announced, after STARTTLS if that was done."""
        self._transport = transport
        self._loop = asyncio.get_running_loop()
        self._pipelining = pipelining
        self._smtputf8 = smtputf8
        self._dsn = dsn
        self._replies = Replies()
        self._codes: list[int] = []
        self._awaited = 0
        self._waiter: asyncio.Future[None] | None = None
        self._closed = False
        self._expired = False
        self._why_closed = "relay_lost"
        transport.set_protocol(self)

    @property
    def usable(self) -> bool:
        """Whether another mail may be tried on it."""
        return not (self._closed or self._transport.is_closing())

    async def deliver(
        self,
        *,
        notice_id: str,
        mail_from: str,
        rcpt_to: str,
        raw: bytes,
        deadline: float,
    ) -> None:
        """Return when the relay has taken the mail; `deadline` is a time of the loop.

        Raise Gone, Rejected or Transient, the latter with IN_DATA when the mail may have been
        taken. Whatever is raised, the connection is fit for another mail or no longer `usable`.
        """
        of_mail = of_rcpt = ""
        if self._dsn:
            of_mail = delivery_reports.of_mail(notice_id)
            of_rcpt = delivery_reports.of_rcpt(rcpt_to, mail_from, raw)
        commands = self._envelope(mail_from, rcpt_to, of_mail, of_rcpt)
        timer = self._loop.call_at(deadline, self._expire)
        try:
            await self._offer(commands)
            await self._hand_over(raw)
        except RecoursError:
            raise
        except BaseException:
            self.abort()  # cancelled in the middle of a command: nobody knows where
            raise
        finally:
            timer.cancel()

    async def quit(self, patience: float) -> None:
        """Say goodbye, wait for the answer `patience` seconds at most, and close."""
        timer = self._loop.call_later(patience, self._expire)
        try:
            await self._exchange(b"QUIT\r\n", 1)
        finally:
            timer.cancel()
            self._transport.close()

    def leave(self) -> None:
        """Say goodbye and close; the answer is not waited for."""
        if self.usable:
            self._transport.write(b"QUIT\r\n")
            self._transport.close()

    def abort(self) -> None:
        """Close at once; what the relay has not got yet it will not get."""
        self._closed = True
        self._transport.abort()
        self._wake()

    # What the relay and the loop tell us

    def data_received(self, data: bytes) -> None:
        """Count replies; one that nobody waits for means that we are out of step."""
        try:
            for code in self._replies.feed(data):
                self._codes.append(code)  # those before a fault count
        except Garbled:
            self._why_closed = "relay_session"
            self.abort()
            return
        if self._waiter is None or len(self._codes) > self._awaited:
            self.abort()
        elif len(self._codes) == self._awaited or _CLOSING in self._codes:
            self._wake()

    def connection_lost(self, exc: Exception | None) -> None:
        """Whoever waits finds the replies that came until now."""
        self._closed = True
        self._wake()

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def _expire(self) -> None:
        self._expired = True
        self.abort()

    # What we say

    def _envelope(
        self, mail_from: str, rcpt_to: str, of_mail: str, of_rcpt: str
    ) -> tuple[bytes, bytes, bytes]:
        """Return MAIL, RCPT and DATA as they go on the wire, with what was asked for of reports."""
        if _UNFIT.search(mail_from) or _UNFIT.search(rcpt_to):
            raise Rejected("address_malformed")
        utf8 = not (rcpt_to.isascii() and mail_from.isascii())
        if utf8 and not self._smtputf8:
            raise Rejected("relay_no_smtputf8")
        option = " SMTPUTF8" if utf8 else ""
        try:
            mail = f"MAIL FROM:<{mail_from}>{option}{of_mail}\r\n".encode()
            return mail, f"RCPT TO:<{rcpt_to}>{of_rcpt}\r\n".encode(), b"DATA\r\n"
        except UnicodeEncodeError:  # half of a surrogate pair
            raise Rejected("address_malformed") from None

    async def _offer(self, commands: Sequence[bytes]) -> None:
        """Return when the relay asks for the body."""
        codes = await self._ask(commands)
        refused = _first_refusal(codes)
        if refused is not None:
            await self._back_out(codes, codes[refused])
            raise _refusal(refused, codes[refused])
        if len(codes) < len(commands) or not self.usable:
            never_began = not codes and not self._expired
            raise (Gone if never_began else Transient)(self._why_closed)

    async def _ask(self, commands: Sequence[bytes]) -> list[int]:
        """Return the replies, up to the refusal after which no other was asked for or came."""
        if self._pipelining:
            return await self._exchange(b"".join(commands), len(commands))
        codes: list[int] = []
        for command in commands:
            reply = await self._exchange(command, 1)
            codes += reply
            if not reply or _first_refusal(codes) is not None:
                break
        return codes

    async def _hand_over(self, raw: bytes) -> None:
        codes = await self._exchange(on_the_wire(raw), 1)
        if not codes:
            raise Transient(IN_DATA)
        if codes[0] // 100 == 3:  # no answer to a body: what became of it nobody knows
            self.abort()
            raise Transient(IN_DATA)
        if codes[0] // 100 != 2:
            await self._back_out(codes, codes[0])
            raise _refusal(_DATA, codes[0])

    async def _back_out(self, codes: Sequence[int], refusal: int) -> None:
        """After a refusal make the connection fit for the next mail, or close it."""
        unfinished = len(codes) > _DATA and codes[_DATA] == _GO_AHEAD
        if refusal == _CLOSING or not 400 <= refusal < 600:
            self.abort()
        elif unfinished and codes[_RCPT] // 100 == 2:
            # MAIL refused, all the rest taken: a lone dot would send the person an empty mail
            self.abort()
        else:
            # a relay that says 354 to no recipient gets a lone dot (RFC 2920 section 3.1)
            words = b".\r\nRSET\r\n" if unfinished else b"RSET\r\n"
            replies = await self._exchange(words, 1 + unfinished)
            if len(replies) <= unfinished or replies[-1] // 100 != 2:
                self.abort()

    async def _exchange(self, words: bytes, replies: int) -> list[int]:
        """Write once and return the codes that came: fewer than asked for only when the relay
        closed the connection or the deadline passed."""
        if not self.usable:
            return []
        self._codes = []
        self._awaited = replies
        self._waiter = self._loop.create_future()
        self._transport.write(words)
        try:
            await self._waiter
        finally:
            self._waiter = None
        return self._codes[:replies]


def on_the_wire(raw: bytes) -> bytes:
    """Return a mail as DATA carries it: CRLF only, dots doubled (RFC 5321 section 4.5.2), ended.

    Our mail has CRLF already, so counting costs a tenth of rewriting."""
    ends = raw.count(b"\r\n")
    if raw.count(b"\n") != ends or raw.count(b"\r") != ends:
        raw = _BARE.sub(b"\r\n", raw)
    raw = raw.replace(b"\r\n.", b"\r\n..")
    if raw.startswith(b"."):
        raw = b"." + raw
    return raw + (b".\r\n" if raw.endswith(b"\r\n") else b"\r\n.\r\n")


def _first_refusal(codes: Sequence[int]) -> int | None:
    """Return which of MAIL, RCPT and DATA the relay refused first."""
    for place, code in enumerate(codes):
        if code != _GO_AHEAD if place == _DATA else code // 100 != 2:
            return place
    return None


def _refusal(place: int, code: int) -> RecoursError:
    if place == _MAIL:
        # our return paths are all of one kind: who refuses one speaks of us, not of the mail
        return (Gone if code == _CLOSING else Transient)(f"relay_{code}")
    permanent = 500 <= code < 600 and code not in ABOUT_US
    return (Rejected if permanent else Transient)(f"relay_{code}")
