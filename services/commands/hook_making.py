"""`recours hook …`: hooks made, listed and ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from services.commands.opened import with_backends
from services.desk.hooks.announcing import live_hooks
from services.desk.hooks.making import end_hooks, hooks_named, make_hook
from services.desk.hooks.reach import Reach, networks_in
from services.desk.hooks.signing import secrets_of
from shared.adapters.system_clock import SystemClock
from shared.department import load_department
from shared.errors import Refused
from shared.ports.query import Equal
from shared.runtime.backends import load_keys
from shared.runtime.settings import Settings

if TYPE_CHECKING:
    from shared.domain.hook import Hook
    from shared.ports.store import Store


def make(settings: Settings, out: Console, name: str, url: str, events: list[str]) -> None:
    keys, now = load_keys(settings), SystemClock().now()
    today = load_department(settings.department).calendar.day_of(now)
    reach = Reach(settings.hook_http, networks_in(settings.hook_networks))

    async def work(store: Store, _: object) -> Hook:
        return await make_hook(store, name, url, events, now, reach=reach, today=today)

    hook = with_backends(settings, work)
    out.print(
        f"{hook.name}: {', '.join(hook.events)} at {hook.url}.", markup=False, highlight=False
    )
    out.print("The receiver checks signatures with this secret, and nobody else has it:")
    out.print(secrets_of(hook, keys)[0], markup=False, highlight=False, soft_wrap=True)


def list_hooks(settings: Settings, out: Console) -> None:
    async def work(store: Store, _: object) -> None:
        table = Table("name", "events", "waiting", "given up", "address", box=None)
        for hook in await live_hooks(store):
            states = await store.calls.count_by("state", Equal("hook_id", hook.id))
            counts = (str(states.get(one, 0)) for one in ("created", "given_up"))
            table.add_row(hook.name, ", ".join(hook.events), *counts, hook.url)
        out.print(table)

    with_backends(settings, work)


def print_secrets(settings: Settings, out: Console, name: str) -> None:
    keys = load_keys(settings)

    async def work(store: Store, _: object) -> list[Hook]:
        return await hooks_named(store, name)

    found = with_backends(settings, work)
    if not found:
        raise Refused("no_such_hook", f"{name} has no hook. `recours hook list`.")
    for hook in found:
        for secret in secrets_of(hook, keys):
            out.print(f"{hook.url} {secret}", markup=False, highlight=False, soft_wrap=True)


def end(settings: Settings, out: Console, name: str) -> None:
    async def work(store: Store, _: object) -> list[Hook]:
        return await end_hooks(store, name, SystemClock().now())

    for hook in with_backends(settings, work):
        out.print(f"{hook.name}: ended, {hook.url}.", markup=False, highlight=False)
