"""Where mail leaves the house: an SMTP relay over kept connections, or a folder of .eml files."""

from __future__ import annotations

import asyncio
import os
import re
import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from email.utils import parsedate_to_datetime
from functools import partial
from pathlib import Path
from typing import Literal, Protocol, cast
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from aiosmtplib import SMTP, SMTPConnectError, SMTPException, SMTPResponseException

from services.notifier.relay_connection import (
    IN_DATA,
    Gone,
    NotConnected,
    Rejected,
    RelayConnection,
)
from shared.domain.calendar import utc
from shared.errors import Misconfigured, Transient

__all__ = [
    "IN_DATA",
    "FolderMailer",
    "Mailer",
    "Rejected",
    "RelayMailer",
    "open_mailer",
]

#: RFC 5321 section 4.5.3.2 asks for minutes; a relay of our own answers in seconds, and a kept
#: connection that hangs must not hold its place for ten minutes.
TIMEOUT = 60.0
#: Servers drop idle clients after 300 s (RFC 5321 section 4.5.3.2.7); we leave before.
IDLE = 60.0
_DATE = re.compile(rb"^Date: ([^\r\n]+)", re.MULTILINE)

Tls = Literal["offered", "required", "never"]


class Mailer(Protocol):
    """Sends one mail to one recipient."""

    async def send(self, *, notice_id: str, mail_from: str, rcpt_to: str, raw: bytes) -> None:
        """Return when the mail is taken; `mail_from` is "" for the null sender.

        Raise Rejected when it never will be, Transient when it may be later; with code IN_DATA it
        may have been taken.
        """
        ...

    async def close(self) -> None:
        """Say goodbye; nothing is under way."""
        ...


def open_mailer(url: str, *, connections: int = 4) -> Mailer:
    """Return the mailer of `file:FOLDER`, `smtp://HOST:PORT` or `smtps://HOST:PORT`.

    `smtp://` takes TLS when the relay offers it; `?tls=required` or `never` says otherwise. A name
    and password in the URL ask for TLS. Nothing is connected yet; raise Misconfigured.
    """
    parts = urlsplit(url)
    if parts.scheme == "file":
        return FolderMailer(Path(unquote(parts.netloc + parts.path)))
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
        raise Misconfigured("relay", "RECOURS_RELAY must be file:FOLDER or smtp://HOST:PORT")
    encrypted = parts.scheme == "smtps"
    return RelayMailer(
        parts.hostname,
        parts.port or (465 if encrypted else 25),
        connections=connections,
        tls=_tls(parts),
        tls_from_the_start=encrypted,
        username=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
    )


def _tls(parts: SplitResult) -> Tls:
    asked = parse_qs(parts.query).get("tls", ["required" if parts.username else "offered"])[0]
    if asked == "never" and parts.username:
        raise Misconfigured("relay", "RECOURS_RELAY has a password and no TLS to keep it secret")
    for known in ("offered", "required", "never"):
        if asked == known:
            return known
    raise Misconfigured("relay", "tls= in RECOURS_RELAY must be offered, required or never")


class FolderMailer:
    """Writes each mail as a file that appears whole or not at all."""

    def __init__(self, path: Path) -> None:
        """Make the folder if need be; raise Misconfigured when that is impossible."""
        try:
            path.mkdir(parents=True, exist_ok=True)
        except OSError:
            raise Misconfigured("relay", f"the folder {path} cannot be made") from None
        self._path = path

    async def send(self, *, notice_id: str, mail_from: str, rcpt_to: str, raw: bytes) -> None:
        """Write `<Date of the mail in UTC>-<notice id>.eml`; sending again writes the same file.

        Two headers before the mail's own keep the envelope. Raise Transient when the disk refuses.
        """
        envelope = f"X-Envelope-From: <{mail_from}>\r\nX-Envelope-To: <{rcpt_to}>\r\n"
        name = f"{_stamp(raw)}-{notice_id}.eml"
        try:
            await asyncio.to_thread(_write, self._path / name, envelope.encode() + raw)
        except OSError:
            raise Transient("outgoing_folder") from None

    async def close(self) -> None:
        """There is nothing to let go of."""


def _stamp(raw: bytes) -> str:
    date = _DATE.search(raw)
    if date is None:
        return "undated"
    return f"{utc(parsedate_to_datetime(date[1].decode('ascii'))):%Y%m%dT%H%M%SZ}"


def _write(path: Path, content: bytes) -> None:
    unfinished = path.with_suffix(".tmp")
    with unfinished.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)


class RelayMailer:
    """Hands mail to one SMTP relay over at most `connections` kept connections."""

    def __init__(
        self,
        host: str,
        port: int,
        *,
        connections: int = 4,
        tls: Tls = "offered",
        tls_from_the_start: bool = False,
        username: str | None = None,
        password: str | None = None,
        timeout: float = TIMEOUT,
    ) -> None:
        """Nothing is connected yet. With `tls` "required" the relay's certificate must be good;
        "offered" takes any (RFC 7435: some secrecy is better than none). `timeout` is for one
        mail, connecting and all."""
        self._new: Callable[[], SMTP] = lambda: SMTP(
            hostname=host,
            port=port,
            username=username,
            password=password,
            timeout=timeout,
            # the library would ask the DNS for our name, and wait for it
            local_hostname=socket.gethostname() or "localhost",
            use_tls=tls_from_the_start,
            start_tls=None if tls == "offered" and not tls_from_the_start else tls == "required",
            validate_certs=tls == "required" or tls_from_the_start,
        )
        self._timeout = timeout
        self._places = asyncio.Semaphore(connections)
        self._idle: list[tuple[RelayConnection, float]] = []

    async def send(self, *, notice_id: str, mail_from: str, rcpt_to: str, raw: bytes) -> None:
        """See `Mailer.send`. `notice_id` comes back in reports."""
        async with self._places:
            deadline = asyncio.get_running_loop().time() + self._timeout
            mail = partial(
                self._deliver,
                notice_id=notice_id,
                mail_from=mail_from,
                rcpt_to=rcpt_to,
                raw=raw,
                deadline=deadline,
            )
            while kept := self._kept():
                with suppress(Gone):
                    return await mail(kept)
            return await mail(await self._connect(deadline))

    async def close(self) -> None:
        """Say QUIT on every idle connection, and wait a second at most for the answers."""
        idle, self._idle = self._idle, []
        await asyncio.gather(*(connection.quit(1.0) for connection, _ in idle))

    def _kept(self) -> RelayConnection | None:
        """Return a kept connection on which the relay was heard of lately, the last used first."""
        now = asyncio.get_running_loop().time()
        while self._idle:
            connection, since = self._idle.pop()
            if connection.usable and now - since < IDLE:
                return connection
            connection.leave()
        return None

    async def _deliver(
        self,
        connection: RelayConnection,
        *,
        notice_id: str,
        mail_from: str,
        rcpt_to: str,
        raw: bytes,
        deadline: float,
    ) -> None:
        try:
            await connection.deliver(
                notice_id=notice_id,
                mail_from=mail_from,
                rcpt_to=rcpt_to,
                raw=raw,
                deadline=deadline,
            )
        finally:
            if connection.usable:
                self._idle.append((connection, asyncio.get_running_loop().time()))

    async def _connect(self, deadline: float) -> RelayConnection:
        """Let the library connect, and take its transport over."""
        client = self._new()
        try:
            async with asyncio.timeout_at(deadline):
                await client.connect()
                if client.is_ehlo_or_helo_needed:  # else the offer of TLS was asked for already
                    await client.ehlo()
        except BaseException as error:  # noqa: BLE001 - raised again, with our word for it
            client.close()
            raise _not_connected(error) from None
        if not client.is_connected:
            raise NotConnected("relay_unreachable")  # it said hello and hung up
        return RelayConnection(
            # uvloop's transports are no subclass of asyncio's
            cast("asyncio.Transport", client.transport),
            pipelining=client.supports_extension("pipelining"),
            smtputf8=client.supports_extension("smtputf8"),
            dsn=client.supports_extension("dsn"),
        )


def _not_connected(error: BaseException) -> BaseException:
    """Return our word for why there is no connection; what is no error of theirs stays as it is."""
    if isinstance(error, SMTPResponseException):
        return NotConnected(f"relay_{error.code}")
    if isinstance(error, ssl.SSLError):
        return NotConnected("relay_tls")
    if isinstance(error, SMTPException) and not isinstance(error, SMTPConnectError):
        return NotConnected("relay_session")
    return (
        NotConnected("relay_unreachable") if isinstance(error, OSError | SMTPException) else error
    )
