"""The one place that looks at a URL's scheme. Adapters are imported when they are chosen."""

from __future__ import annotations

import secrets
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from shared.domain.keys import Keys
from shared.errors import Misconfigured
from shared.ports.bus import Bus
from shared.ports.clock import Clock
from shared.ports.store import Store
from shared.runtime.settings import Settings


@dataclass(frozen=True, slots=True)
class Backends:
    """A store and the bus beside it."""

    store: Store
    bus: Bus

    async def close(self) -> None:
        await self.bus.close()
        await self.store.close()


async def open_backends(settings: Settings, clock: Clock, *, name: str = "recours") -> Backends:
    """Open store and bus; raise Misconfigured or Transient when one cannot be used."""
    if settings.embedded:
        from shared.adapters.sqlite_bus import SqliteBus
        from shared.adapters.sqlite_store import open_sqlite_store

        store = await open_sqlite_store(settings.sqlite_path)
        return Backends(store, SqliteBus(store.file, clock))
    from shared.adapters.mongodb_store import open_mongodb_store
    from shared.adapters.rabbitmq_bus import open_rabbitmq_bus

    database = urlsplit(settings.store).path.strip("/") or "recours"
    documents = await open_mongodb_store(settings.store, database=database)
    return Backends(documents, await open_rabbitmq_bus(settings.bus_url, name=name))


def load_keys(settings: Settings) -> Keys:
    """Return the secrets of RECOURS_SECRET_FILE; the embedded shape makes them once (0600)."""
    path = settings.secret_file
    if path is None:
        if not settings.embedded:
            raise Misconfigured(
                "no_secret",
                "RECOURS_SECRET_FILE is not set. Services that share work must share a secret: "
                "make one with `openssl rand -hex 32` and give each service the same file.",
            )
        path = settings.folder / "secret"
        _make_secret(path)
    try:
        lines = path.read_text(encoding="ascii").split()
        return Keys([line.encode() for line in lines])
    except (OSError, ValueError):
        raise Misconfigured(
            "bad_secret",
            f"The secret file {path} cannot be used: it must be readable and hold at least one "
            "line of 32 characters or more.",
        ) from None


def _make_secret(path: Path) -> None:
    """Make the file whole or not at all; whoever comes second keeps the first one's secret."""
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    draft.touch(mode=0o600)
    draft.write_text(secrets.token_hex(32) + "\n", encoding="ascii")
    with suppress(FileExistsError):
        path.hardlink_to(draft)
    draft.unlink()
