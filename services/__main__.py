"""Every service in one process, or the ones that are named."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AsyncExitStack, asynccontextmanager

import uvloop

from shared.errors import Misconfigured
from shared.runtime.logs import set_up_logs
from shared.runtime.process import Context, Service, run_until_signal
from shared.runtime.settings import Settings, read_settings

#: In the order in which they start: whoever consumes comes before whoever opens a door.
NAMES = ("notifier", "router", "desk", "intake")

#: Services that nobody waits for, and how far (nice) they step back on a machine that they share
#: with a door: who stands there waits for a 250.
BEHIND_THE_DOORS = frozenset({"router", "notifier"})
GIVING_WAY = 10

#: Errors in the department's tables or in the templates; all others stop the whole process.
BROKEN_TABLES = frozenset({"department", "template"})


def services_named(names: Iterable[str]) -> list[Service]:
    """Return the services of these names, doors last. Each imports only what it runs.

    Beside a door, a service whose tables are broken is left out, and that is said: complaints are
    still received and kept, and wait. Alone, such a service refuses to start.
    """
    wanted = frozenset(names) or frozenset(NAMES)
    beside_a_door = "intake" in wanted
    return [
        _or_left_out(name) if beside_a_door and name != "intake" else _load(name)
        for name in NAMES
        if name in wanted
    ]


def run(
    names: Iterable[str],
    settings: Settings,
    *,
    when_ready: Callable[[Context, dict[str, str]], object] = lambda *_: None,
) -> None:
    """Run services until a signal; all of them when no name is given."""
    set_up_logs(settings.log_level)
    if names and set(names) <= BEHIND_THE_DOORS:
        os.nice(GIVING_WAY)
    services = services_named(names)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(run_until_signal(services, settings, when_ready=when_ready))


def _or_left_out(name: str) -> Service:
    service = _load(name)

    @asynccontextmanager
    async def start(context: Context) -> AsyncIterator[dict[str, str]]:
        async with AsyncExitStack() as stack:
            try:
                addresses = await stack.enter_async_context(service(context))
            except Misconfigured as error:
                if error.code not in BROKEN_TABLES:
                    raise
                sys.stderr.write(
                    f"{name} is left out: {error}\nComplaints are received and kept; they wait "
                    "until this is mended and Recours is started again.\n"
                )
                addresses = {}
            yield addresses

    return start


def _load(name: str) -> Service:
    match name:
        case "intake":
            from services.intake.serving import intake as service
        case "router":
            from services.router.serving import router as service
        case "notifier":
            from services.notifier.serving import notifier as service
        case _:
            from services.desk.serving import desk as service
    return service


if __name__ == "__main__":
    run((), read_settings())
