"""The notifier service: telling and sending. Everything is bound here, once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

from services.notifier.alarming import tell_failure
from services.notifier.announcing import Announcer
from services.notifier.at_once import AtOnce
from services.notifier.breaker import Breaker
from services.notifier.letter import Letterhead
from services.notifier.mailer import open_mailer
from services.notifier.obligations import refuse_missing
from services.notifier.pace import Pace
from services.notifier.reminding import LetterKeeper
from services.notifier.rendering import Renderer
from services.notifier.resuming import resume_case
from services.notifier.sending import give_notice_up, send_notice
from services.notifier.telling import tell_case
from services.notifier.timekeeping import Timekeeper, keep_time
from shared.department import Department, load_department
from shared.events import (
    CaseActed,
    CaseAssigned,
    CaseConsulted,
    CaseHeld,
    MessageAdded,
    NoticeFailed,
    NoticeRequested,
)
from shared.runtime.consuming import Handlers, consume
from shared.runtime.process import Context


@asynccontextmanager
async def notifier(context: Context) -> AsyncIterator[dict[str, str]]:
    """Run the notifier service; a broken table or template raises Misconfigured at once."""
    settings = context.settings
    department = load_department(settings.department)
    refuse_missing(department, department.calendar.day_of(context.clock.now()))
    renderer = Renderer(department)
    means: dict[str, Any] = {
        "store": context.store,
        "clock": context.clock,
        "department": department,
        "keys": context.keys,
        "renderer": renderer,
        "public_url": settings.public_url,
        "desk_url": settings.desk_url,
    }
    head = Letterhead(
        department, context.keys, settings.public_url.rstrip("/"), settings.desk_url.rstrip("/")
    )
    timekeeper = Timekeeper(
        context.store, context.clock, head, renderer, context.doors, context.metrics
    )
    letters = LetterKeeper(context.store, context.clock, head, renderer, context.doors)
    mailer = open_mailer(settings.relay, connections=settings.relay_connections)
    breaker = Breaker(
        failures=settings.relay_failures, pause=settings.relay_pause, metrics=context.metrics
    )
    context.conditions.watch("relay", breaker.condition)
    relay: dict[str, Any] = {
        "store": context.store,
        "clock": context.clock,
        "mailer": mailer,
        "breaker": breaker,
        "pace": Pace(
            per_minute=settings.relay_per_minute,
            per_domain=settings.relay_per_minute_and_domain,
            unlimited=frozenset(department.mail_domains),
        ),
    }
    # However slow the relay becomes, telling goes on with the other half of what it has in hand
    places = min(2 * settings.relay_connections, settings.prefetch // 2)
    at_once = AtOnce(**relay, places=places)
    try:
        await consume(
            context.bus,
            "notifier.telling",
            _telling(context, department, means, at_once),
            metrics=context.metrics,
            prefetch=settings.prefetch,
            doors=context.doors,
        )
        await consume(
            context.bus,
            "notifier.sending",
            {NoticeRequested: partial(send_notice, **relay)},
            metrics=context.metrics,
            prefetch=settings.prefetch,
            doors=context.doors,
            when_dead=partial(give_notice_up, store=context.store, clock=context.clock),
        )
        every, metrics = settings.timekeeping_seconds, context.metrics
        async with (
            _beside(keep_time(timekeeper.round, every=every, metrics=metrics)),
            _beside(keep_time(letters.round, every=every)),
        ):
            yield {}
    finally:
        await context.bus.stop_consuming()
        await mailer.close()


def _telling(
    context: Context, department: Department, means: dict[str, Any], at_once: AtOnce
) -> Handlers:
    announcer = Announcer(context.store, context.bus)

    async def tell(event: CaseAssigned | CaseHeld | CaseActed | MessageAdded) -> None:
        await tell_case(event, **means, at_once=at_once)
        # Last: whatever is wrong with a hook, the person and the unit are told
        await announcer.announce(event)

    async def added(event: MessageAdded) -> None:
        await resume_case(event, store=context.store, department=department)
        await tell(event)

    return {
        CaseAssigned: tell,
        CaseHeld: tell,
        CaseActed: tell,
        CaseConsulted: partial(tell_case, **means, at_once=at_once),
        MessageAdded: added,
        NoticeFailed: partial(tell_failure, **means, metrics=context.metrics),
    }


@asynccontextmanager
async def _beside(work: Coroutine[None, None, None]) -> AsyncIterator[None]:
    """Run `work` for as long as the block lasts."""
    task = asyncio.get_running_loop().create_task(work)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])
