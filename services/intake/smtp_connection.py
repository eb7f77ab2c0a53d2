"""One SMTP connection: aiosmtpd's protocol with its gaps closed (see `smtp`)."""

from __future__ import annotations

import asyncio
import logging
import re
import time
from typing import TYPE_CHECKING, Any

from aiosmtpd.smtp import SMTP, Envelope

from services.intake.smtp_data import SIZE_LIMIT, Body, Received, pending
from shared.errors import Transient

if TYPE_CHECKING:
    from services.intake.smtp import Door

_log = logging.getLogger(__name__)

ERRORS = 50
SAVE_RESERVE = 10.0
IDLE = 120.0
PROXY_PATIENCE = 5.0
#: <local@domain> of letters, digits and the usual signs, then parameters if any.
_PLAIN_PATH = re.compile(r"<([A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+)>((?: .*)?)")
BUSY = "451 4.3.0 Not kept, please try again later"


class Connection(SMTP):
    """One client. Counters live here: STARTTLS makes a new aiosmtpd session."""

    line_length_limit = 64 * 1024  # the reader's buffer; DATA has no limit on lines

    def __init__(self, door: Door, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(
            door,
            data_size_limit=SIZE_LIMIT,
            enable_SMTPUTF8=True,
            hostname=door.hostname,
            ident="ESMTP",
            tls_context=door.tls,
            timeout=IDLE,
            loop=loop,
        )
        for verb in ("AUTH", "HELP"):
            self._smtp_methods.pop(verb, None)
        self.door = door
        self.source = ""
        self.messages = 0
        self.errors = 0

    @property
    def name(self) -> str:
        """What the client called itself; "" before HELO."""
        return str(self.session.host_name or "") if self.session else ""

    def _getaddr(self, arg: str) -> tuple[str | None, str | None]:
        """Parse a path. Nearly all are plain, and aiosmtpd's parser is slow (0.06 ms)."""
        plain = _PLAIN_PATH.fullmatch(arg)
        if plain is not None:
            return plain[1], plain[2].strip()
        parsed: tuple[str | None, str | None] = super()._getaddr(arg)
        return parsed

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if self.transport is None:
            peer = transport.get_extra_info("peername")
            self.source = str(peer[0]) if peer else "local"
            self._proxy_timeout = PROXY_PATIENCE if self.source in self.door.proxies else None
        super().connection_made(transport)

    async def _handle_client(self) -> None:
        peer = self.source
        self.door.open[peer] += 1
        self.door.inside.add(self)
        self.door.metrics.connections.inc()
        try:
            if self._has_place(peer):
                await super()._handle_client()
            else:
                await self.push("421 4.7.0 Too many connections, try again later")
        finally:
            self.door.inside.discard(self)
            self.door.doors.leave(self)
            self.door.metrics.connections.dec()
            self.door.open[peer] -= 1
            if not self.door.open[peer]:
                del self.door.open[peer]

    async def push(self, status: Any) -> None:
        """Send a reply, and close after a 421: aiosmtpd would go on serving."""
        if self._is_early(status):
            self.door.metrics.refused.labels("smtp", "early_talker").inc()
            await self.hang_up("554 5.5.1 Speak after the greeting")
            return
        await super().push(status)
        if str(status).startswith("421"):
            self._writer.close()

    async def smtp_DATA(self, arg: str | None) -> None:
        if refusal := self._refusal_of_data(arg):
            await self.push(refusal)
            return
        if pending(self._reader):
            # RFC 2920 section 3.1: nothing may follow DATA before its reply. Who sends it all the
            # same hides commands in a body or a body in commands.
            self.door.metrics.refused.labels("smtp", "early_body").inc()
            await self.hang_up("503 5.5.1 Wait for 354")
            return
        body = Body(self.door.in_flight)
        envelope, self.envelope = self.envelope, self._create_envelope()
        try:
            await self._receive(body, envelope or self.envelope)
        finally:
            self.door.doors.leave(self)
            body.release()

    async def _receive(self, body: Body, envelope: Envelope) -> None:
        deadline = self.door.data_deadline
        self._reset_timeout(deadline + SAVE_RESERVE)
        await self.push("354 End data with <CR><LF>.<CR><LF>")
        started = time.perf_counter()
        try:
            async with asyncio.timeout(deadline):
                content = await body.read(self._reader)
        except TimeoutError:
            self.door.metrics.refused.labels("smtp", "deadline").inc()
            await self.push("421 4.4.2 Took too long, nothing was kept")
            return
        self.door.doors.keep(self)
        left = max(SAVE_RESERVE, deadline - (time.perf_counter() - started))
        await self._reply(body.state, envelope, content, left)
        self._reset_timeout()

    async def _reply(
        self, state: Received, envelope: Envelope, content: bytes, seconds: float
    ) -> None:
        if state is Received.WHOLE:
            await self.push(await self._keep(envelope, content, seconds))
            return
        self.door.metrics.refused.labels("smtp", state.value).inc()
        if state is Received.NO_ROOM:
            await self.push(BUSY)
            return
        too_large = f"552 5.3.4 Over 25 MiB, not kept. Please use {self.door.form_url}"
        if state is Received.ENDLESS:
            await self.hang_up(too_large)
        else:
            await self.push(too_large)

    async def _keep(self, envelope: Envelope, content: bytes, seconds: float) -> str:
        self.messages += 1
        try:
            async with asyncio.timeout(seconds):
                return await self.door.keep(self, envelope, content)
        except (Transient, TimeoutError) as error:
            code = getattr(error, "code", "save_took_too_long")
            _log.warning("not kept", extra={"code": code})
            self.door.metrics.refused.labels("smtp", "store").inc()
            return BUSY

    async def hang_up(self, status: str) -> None:
        """Say a last line and close."""
        await super().push(status)
        self._writer.close()

    def leave(self) -> None:
        """Close, because the process stops; the client will come again (RFC 5321 section 3.8)."""
        if self.transport is not None:
            self._writer.write(b"421 4.3.2 Closing for a moment\r\n")
            self._writer.close()

    def blame(self, status: str, reason: str) -> str:
        """Count a mistake of the client and return the reply; too many end the connection."""
        self.errors += 1
        self.door.metrics.refused.labels("smtp", reason).inc()
        if self.errors >= ERRORS:
            return "421 4.7.0 Too many errors"
        return status

    def _refusal_of_data(self, arg: str | None) -> str:
        if not self.name:
            return "503 5.5.1 Say HELO first"
        if self.envelope is None or not self.envelope.rcpt_tos:
            return "503 5.5.1 Need RCPT first"
        if arg:
            return "501 5.5.4 Syntax: DATA"
        if not self.door.in_flight.has_room(1):
            self.door.metrics.refused.labels("smtp", "no_room").inc()
            return BUSY
        return ""

    def _has_place(self, peer: str) -> bool:
        door = self.door
        return door.open.total() <= door.connections and (
            peer in door.proxies or door.open[peer] <= door.connections_per_source
        )

    def _is_early(self, status: object) -> bool:
        greeting = isinstance(status, str) and status.startswith("220 ") and not self.name
        return greeting and pending(self._reader)
