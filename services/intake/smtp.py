"""The SMTP door (RFC 5321): 250 only after the envelope is durable, 451 for every fault of ours.

Built on aiosmtpd's verbs and hooks; what it leaves open is closed here: the body (`smtp_data`),
an exception in a hook (it would tell the wire), limits on connections, messages, recipients and
errors, talk before the greeting, and who may send a PROXY header.
"""

from __future__ import annotations

import asyncio
import logging
import re
import socket
import ssl
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiosmtpd.smtp import Envelope, Session

from services.intake.receiving import keep_envelope
from services.intake.smtp_connection import BUSY, Connection
from services.intake.smtp_data import InFlight
from shared.department import Addresses
from shared.ports.clock import Clock
from shared.ports.store import Store
from shared.runtime.doors import Doors
from shared.runtime.listening import address_of
from shared.runtime.metrics import Metrics

_log = logging.getLogger(__name__)

RECIPIENTS = 100  # RFC 5321 section 4.5.3.1.8 asks for 100 at least
MESSAGES = 1000
#: Seconds for one DATA, receiving and saving (RFC 5321 section 4.5.3.2.6 gives a client 600).
DATA_DEADLINE = 300.0
PATH_LENGTH = 256  # RFC 5321 section 4.5.3.1.3

_CONTROL = re.compile(r"[^\x21-\x7e\u00a1-\uffff]")
_SPAM = re.compile(rb"^X-Spam-Flag:[ \t]*YES", re.IGNORECASE | re.MULTILINE)


@dataclass(slots=True)
class Door:
    """What all connections of one process share; its methods are aiosmtpd's hooks."""

    store: Store
    clock: Clock
    addresses: Addresses
    metrics: Metrics
    form_url: str
    doors: Doors = field(default_factory=Doors)
    hostname: str = "localhost"
    tls: ssl.SSLContext | None = None
    proxies: frozenset[str] = frozenset()
    spam_header_from: frozenset[str] = frozenset()
    connections: int = 500
    connections_per_source: int = 100
    data_deadline: float = DATA_DEADLINE
    in_flight: InFlight = field(default_factory=InFlight)
    open: Counter[str] = field(default_factory=Counter)
    inside: set[Connection] = field(default_factory=set)
    saving: set[asyncio.Task[Any]] = field(default_factory=set)

    def __post_init__(self) -> None:
        in_flight = self.in_flight
        self.metrics.bytes_in_flight.set_function(lambda: in_flight.used)

    async def handle_EHLO(
        self, server: Connection, session: Session, _: Envelope, name: str, responses: list[str]
    ) -> list[str]:
        session.host_name = _CONTROL.sub("", name)[:255]
        kept = [line for line in responses[:-1] if not line[4:].upper().startswith("AUTH")]
        return [*kept, "250-PIPELINING", "250-ENHANCEDSTATUSCODES", responses[-1]]

    async def handle_HELO(
        self, server: Connection, session: Session, _: Envelope, name: str
    ) -> str:
        session.host_name = _CONTROL.sub("", name)[:255]
        return f"250 {server.hostname}"

    async def handle_MAIL(
        self, server: Connection, _: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if server.messages >= MESSAGES:
            return "421 4.7.0 Enough messages for one connection"
        if len(address) > PATH_LENGTH or not _is_text(address):
            return server.blame("553 5.1.7 This sender address cannot be used", "bad_sender")
        self.doors.enter(server)
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 OK"

    async def handle_RCPT(
        self, server: Connection, _: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if len(envelope.rcpt_tos) >= RECIPIENTS:
            return server.blame("452 4.5.3 Too many recipients", "recipients")
        if not self._is_ours(address):
            return server.blame("550 5.1.1 No such address here", "unknown_recipient")
        self.doors.enter(server)
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 2.1.5 OK"

    async def handle_VRFY(self, *_: object) -> str:
        return "252 2.5.2 Cannot verify, but will accept mail for addresses of ours"

    async def handle_PROXY(self, server: Connection, _: Session, __: Envelope, data: Any) -> bool:
        server.source = str(data.src_addr or server.source)
        return True

    async def handle_exception(self, error: Exception) -> str:
        _log.error("smtp hook failed", exc_info=error)
        return BUSY

    def _is_ours(self, address: str) -> bool:
        local, _, domain = address.lower().rpartition("@")
        if (local or domain) == "postmaster":  # RFC 5321 section 4.5.1
            return not local or domain == self.addresses.main.rpartition("@")[2]
        return self.addresses.owns(address)

    async def keep(self, connection: Connection, envelope: Envelope, content: bytes) -> str:
        """Save the message and return the reply. The save goes on if the client hangs up."""
        started = time.perf_counter()
        source = connection.source
        work = keep_envelope(
            raw=content,
            channel="mail",
            mail_from="" if envelope.mail_from == "<>" else str(envelope.mail_from),
            rcpt_tos=tuple(dict.fromkeys(envelope.rcpt_tos)),
            store=self.store,
            clock=self.clock,
            helo=connection.name,
            peer=source,
            smtputf8=bool(envelope.smtp_utf8),
            spam=source in self.spam_header_from and _is_marked_spam(content),
        )
        task = asyncio.get_running_loop().create_task(work)
        self.saving.add(task)
        task.add_done_callback(self.saving.discard)
        kept = await asyncio.shield(task)
        self.metrics.accepted.labels("smtp").inc()
        self.metrics.keep_seconds.labels("smtp").observe(time.perf_counter() - started)
        return f"250 2.0.0 Kept as {kept.id}"


def _is_text(address: str) -> bool:
    """False for an address with bytes that are not UTF-8, or with control characters."""
    return address.isprintable()


def _is_marked_spam(content: bytes) -> bool:
    return _SPAM.search(content, 0, max(content.find(b"\r\n\r\n"), 0)) is not None


@asynccontextmanager
async def serve_smtp(door: Door, bound: socket.socket) -> AsyncIterator[str]:
    """Serve the door on a bound socket; yield its host:port.

    On leaving, no new client gets in; those inside lose their connection after their save.
    """
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Connection(door, loop), sock=bound, backlog=512)
    try:
        yield address_of(bound)
    finally:
        server.close()
        if door.saving:
            await asyncio.wait(door.saving)
        for connection in list(door.inside):
            connection.leave()
