"""The intake service: two doors in front, one queue behind. Everything is bound here, once."""

from __future__ import annotations

import asyncio
import logging
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path

from services.intake.opening import Documents, open_envelope, park_envelope
from services.intake.readers import Readers
from services.intake.scanning import Tesseract, find_scanner, scan_documents
from services.intake.smtp import Door, serve_smtp
from services.intake.understood import Ours
from services.intake.unpacking import read_documents
from services.intake.viruses import Clamd
from services.intake.web import build_app
from shared.department import Addresses, Department, load_addresses, load_department
from shared.errors import Misconfigured, Transient
from shared.events import EnvelopeReceived, ScanWanted
from shared.runtime.consuming import consume
from shared.runtime.listening import listen, serve_http
from shared.runtime.process import Context
from shared.runtime.settings import Settings, addresses_in

_log = logging.getLogger(__name__)


@asynccontextmanager
async def intake(context: Context) -> AsyncIterator[dict[str, str]]:
    """Run the intake service; yield its addresses, "smtp" and "web"."""
    settings = context.settings
    addresses = load_addresses(settings.department)
    department = _department_if_sound(settings.department)
    async with AsyncExitStack() as stack:
        readers = Readers(max_workers=settings.readers)
        getting_ready = asyncio.get_running_loop().create_task(_get_ready(readers))
        stack.push_async_callback(readers.close)
        stack.push_async_callback(asyncio.wait, [getting_ready])
        context.metrics.reader_deaths.set_function(lambda: readers.all_deaths)
        scanner = await find_scanner() if settings.scans == "auto" else None
        opening = partial(
            open_envelope,
            store=context.store,
            clock=context.clock,
            keys=context.keys,
            ours=Ours(addresses, _staff_domains(department)),
            understand=readers.understand,
            documents=documents_by(readers, settings, scans=scanner is not None),
        )
        await consume(
            context.bus,
            "intake.opening",
            {EnvelopeReceived: opening},
            metrics=context.metrics,
            prefetch=settings.prefetch,
            doors=context.doors,
            when_dead=partial(park_envelope, store=context.store, clock=context.clock),
        )
        await _consume_scans(context, readers, scanner)
        stack.push_async_callback(context.bus.stop_consuming)
        door = _door(context, addresses)
        smtp = listen("RECOURS_SMTP_LISTEN", settings.smtp_listen)
        web = listen("RECOURS_WEB_LISTEN", settings.web_listen)
        yield {
            "web": await stack.enter_async_context(
                _serve_pages(context, addresses, department, web)
            ),
            "smtp": await stack.enter_async_context(serve_smtp(door, smtp)),
        }


def documents_by(readers: Readers, settings: Settings, *, scans: bool) -> Documents:
    """Return how documents are looked into; with `scans`, pictures wait for a scanner."""
    viruses = Clamd(settings.clamd) if settings.clamd else None
    reading = partial(read_documents, readers=readers, viruses=viruses, scans=scans)
    return Documents(reading, readers.propose)


async def _get_ready(readers: Readers) -> None:
    """Load what reading needs, some seconds, beside doors that are open already: mail is kept
    meanwhile. Where no child can be had, its event is tried again."""
    try:
        await readers.start()
    except Transient as error:
        _log.error("readers not started", extra={"code": error.code})


async def _consume_scans(context: Context, readers: Readers, scanner: Tesseract | None) -> None:
    """One scan at a time, and none stands in for the one hand that works beside a crowded door."""
    scanning = partial(
        scan_documents,
        store=context.store,
        clock=context.clock,
        readers=readers,
        scanner=scanner,
    )
    await consume(
        context.bus,
        "intake.scanning",
        {ScanWanted: scanning},
        metrics=context.metrics,
        prefetch=1,
    )


def _door(context: Context, addresses: Addresses) -> Door:
    settings = context.settings
    return Door(
        store=context.store,
        clock=context.clock,
        addresses=addresses,
        metrics=context.metrics,
        doors=context.doors,
        form_url=settings.public_url,
        hostname=settings.smtp_hostname,
        tls=_certificate(settings.smtp_certificate),
        proxies=addresses_in(settings.smtp_proxies),
        spam_header_from=addresses_in(settings.spam_header_from),
        connections=settings.smtp_connections,
        connections_per_source=settings.smtp_connections_per_source,
    )


def _serve_pages(
    context: Context, addresses: Addresses, department: Department | None, bound: socket.socket
) -> AbstractAsyncContextManager[str]:
    app = build_app(
        store=context.store,
        clock=context.clock,
        keys=context.keys,
        addresses=addresses,
        department=department,
        public_url=context.settings.public_url,
        held_folder=context.settings.held_folder,
    )
    return serve_http(app, bound, proxies=addresses_in(context.settings.web_proxies))


def ours_of(settings: Settings) -> Ours:
    """Return who is one of us, by the department's tables."""
    addresses = load_addresses(settings.department)
    return Ours(addresses, _staff_domains(_department_if_sound(settings.department)))


def _department_if_sound(folder: Path) -> Department | None:
    """Broken rules stop router and notifier, never a door: the form then lists no offices."""
    try:
        return load_department(folder)
    except Misconfigured as error:
        _log.error("department tables are broken", extra={"code": error.code})
        return None


def _staff_domains(department: Department | None) -> frozenset[str]:
    """Return the domains of the units' own mailboxes: what comes from there may be handed in.

    Not those of providers that everybody has an address at.
    """
    if department is None:
        return frozenset()
    units = department.units.values()
    domains = frozenset(unit.mailbox.rpartition("@")[2].lower() for unit in units)
    return domains - frozenset(department.shared_mail_providers)


def _certificate(path: Path | None) -> ssl.SSLContext | None:
    if path is None:
        return None
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    try:
        tls.load_cert_chain(path)
    except (OSError, ssl.SSLError):
        raise Misconfigured(
            "bad_certificate",
            f"RECOURS_SMTP_CERTIFICATE: {path} is not a PEM file with certificate and key.",
        ) from None
    return tls
