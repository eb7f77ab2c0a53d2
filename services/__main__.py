"""Every service in one process, or the ones that are named."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable

import uvloop

from shared.runtime.logs import set_up_logs
from shared.runtime.process import Context, Service, run_until_signal
from shared.runtime.settings import Settings, read_settings

#: In the order in which they start: whoever consumes comes before whoever opens a door.
NAMES = ("notifier", "router", "desk", "intake")


def services_named(names: Iterable[str]) -> list[Service]:
    """Return the services of these names, doors last. Each imports only what it runs."""
    wanted = frozenset(names) or frozenset(NAMES)
    return [_load(name) for name in NAMES if name in wanted]


def run(
    names: Iterable[str],
    settings: Settings,
    *,
    when_ready: Callable[[Context, dict[str, str]], object] = lambda *_: None,
) -> None:
    """Run services until a signal; all of them when no name is given."""
    set_up_logs(settings.log_level)
    services = services_named(names)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(run_until_signal(services, settings, when_ready=when_ready))


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
