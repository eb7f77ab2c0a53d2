"""The notifier service: telling and sending. Everything is bound here, once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from services.notifier.mailer import open_mailer
from services.notifier.obligations import refuse_missing
from services.notifier.rendering import Renderer
from services.notifier.sending import send_notice
from services.notifier.telling import tell_case
from shared.department import load_department
from shared.events import CaseActed, CaseAssigned, CaseHeld, MessageAdded, NoticeRequested
from shared.runtime.consuming import consume
from shared.runtime.process import Context


@asynccontextmanager
async def notifier(context: Context) -> AsyncIterator[dict[str, str]]:
    """Run the notifier service; a broken table or template raises Misconfigured at once."""
    settings = context.settings
    department = load_department(settings.department)
    refuse_missing(department, department.calendar.day_of(context.clock.now()))
    telling = partial(
        tell_case,
        store=context.store,
        clock=context.clock,
        department=department,
        keys=context.keys,
        renderer=Renderer(department),
        public_url=settings.public_url,
        desk_url=settings.desk_url,
    )
    mailer = open_mailer(settings.relay, connections=settings.relay_connections)
    sending = partial(send_notice, store=context.store, clock=context.clock, mailer=mailer)
    try:
        await consume(
            context.bus,
            "notifier.telling",
            dict.fromkeys((CaseAssigned, CaseHeld, CaseActed, MessageAdded), telling),
            metrics=context.metrics,
            prefetch=settings.prefetch,
            doors=context.doors,
        )
        await consume(
            context.bus,
            "notifier.sending",
            {NoticeRequested: sending},
            metrics=context.metrics,
            prefetch=settings.prefetch,
            doors=context.doors,
        )
        yield {}
    finally:
        await context.bus.stop_consuming()
        await mailer.close()
