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
from pathlib import Path
from typing import Literal, Protocol
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from aiosmtplib import SMTP, SMTPConnectError, SMTPException, SMTPResponseException

from shared.domain.calendar import utc
from shared.errors import Misconfigured, RecoursError, Transient

#: Code of the Transient after which nobody knows whether the relay took the mail: the connection
#: went away between the last byte and the answer (RFC 1047).
IN_DATA = "relay_lost_in_data"
#: RFC 5321 section 4.5.3.2 asks for minutes; a relay of our own answers in seconds, and a kept
#: connection that hangs must not hold its place for ten minutes.
TIMEOUT = 60.0
#: Servers drop idle clients after 300 s (RFC 5321 section 4.5.3.2.7); we leave before.
IDLE = 60.0
#: 5xx that speak of us and not of the mail (RFC 4954 section 6, RFC 3207 section 4): a setting
#: is wrong, and the mail can go once it is right.
_ABOUT_US = frozenset({530, 534, 535, 538})
#: "I am closing this connection", at any moment (RFC 5321 section 3.8).
_CLOSING = 421
_DATE = re.compile(rb"^Date: ([^\r\n]+)", re.MULTILINE)

Tls = Literal["offered", "required", "never"]


class Rejected(RecoursError):
    """The relay will never take this mail. `code` holds its SMTP code and no word of its text."""


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
        "offered" takes any (RFC 7435: some secrecy is better than none)."""
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
        self._places = asyncio.Semaphore(connections)
        self._idle: list[tuple[SMTP, float]] = []

    async def send(self, *, notice_id: str, mail_from: str, rcpt_to: str, raw: bytes) -> None:
        """See `Mailer.send`. `notice_id` is for mailers that keep files."""
        del notice_id
        async with self._places:
            connection = await self._begin(mail_from, utf8=not rcpt_to.isascii())
            try:
                await _finish(connection, rcpt_to, raw)
            except RecoursError:
                await self._reset(connection)
                raise
            except BaseException:
                connection.close()  # cancelled in the middle of a command: nobody knows where
                raise
            self._keep(connection)

    async def close(self) -> None:
        """Say QUIT on every idle connection, and wait a second at most for each answer."""
        while self._idle:
            connection, _ = self._idle.pop()
            with suppress(SMTPException, OSError):
                await connection.quit(timeout=1.0)
            connection.close()

    async def _begin(self, mail_from: str, *, utf8: bool) -> SMTP:
        """Return a connection on which the relay has taken MAIL: a kept one that still lives, or
        a new one."""
        now = asyncio.get_running_loop().time()
        while self._idle:
            connection, since = self._idle.pop()
            if now - since < IDLE:
                with suppress(_Gone):
                    return await self._mail(connection, mail_from, utf8=utf8)
            connection.close()
        return await self._mail(await self._connect(), mail_from, utf8=utf8)

    async def _mail(self, connection: SMTP, mail_from: str, *, utf8: bool) -> SMTP:
        if utf8 and not connection.supports_extension("smtputf8"):
            self._keep(connection)
            raise Rejected("relay_no_smtputf8")
        try:
            await connection.mail(mail_from, options=["SMTPUTF8"] if utf8 else [])
        except SMTPResponseException as error:
            if error.code == _CLOSING:
                connection.close()
                raise _Gone(f"relay_{error.code}") from None
            # our return paths are all of one kind: who refuses one speaks of us, not of the mail
            await self._reset(connection)
            raise Transient(f"relay_{error.code}") from None
        except (SMTPException, OSError):
            connection.close()
            raise _Gone("relay_lost") from None
        except BaseException:
            connection.close()
            raise
        return connection

    async def _connect(self) -> SMTP:
        connection = self._new()
        try:
            await connection.connect()
            if connection.is_ehlo_or_helo_needed:  # else the offer of TLS was asked for already
                await connection.ehlo()
        except SMTPResponseException as error:
            connection.close()
            raise Transient(f"relay_{error.code}") from None
        except ssl.SSLError:
            raise Transient("relay_tls") from None
        except SMTPConnectError:
            raise Transient("relay_unreachable") from None
        except SMTPException:
            raise Transient("relay_session") from None
        except OSError:
            raise Transient("relay_unreachable") from None
        return connection

    async def _reset(self, connection: SMTP) -> None:
        """Make a connection fit for the next mail and keep it, or close it."""
        try:
            await connection.rset()
        except (SMTPException, OSError):
            connection.close()
        else:
            self._keep(connection)

    def _keep(self, connection: SMTP) -> None:
        self._idle.append((connection, asyncio.get_running_loop().time()))


class _Gone(Transient):
    """The relay closed the connection before it took anything: another one may do."""


async def _finish(connection: SMTP, rcpt_to: str, raw: bytes) -> None:
    """Do RCPT and DATA; raise our errors."""
    in_data = False
    try:
        await connection.rcpt(rcpt_to, encoding="ascii" if rcpt_to.isascii() else "utf-8")
        in_data = True
        await connection.data(raw)
    except SMTPResponseException as error:
        permanent = 500 <= error.code < 600 and error.code not in _ABOUT_US
        raise (Rejected if permanent else Transient)(f"relay_{error.code}") from None
    except (SMTPException, OSError):
        raise Transient(IN_DATA if in_data else "relay_lost") from None
    except ValueError:
        raise Rejected("address_malformed") from None
