"""The whole system as processes, for tests that kill parts of it, and for the benchmark."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

from deploy.servers import free_port
from tests.conftest import ROOT

SERVICES = ("notifier", "router", "desk", "intake")


class Fleet:
    """Service processes of one shape; `store` and `bus` are URLs, empty for the embedded one."""

    def __init__(
        self,
        folder: Path,
        *,
        relay: str,
        store: str = "",
        bus: str = "",
        settings: Mapping[str, str] | None = None,
    ) -> None:
        self.folder = folder
        self.embedded = not store
        self.smtp_port, self.web_port, self.desk_port = free_port(), free_port(), free_port()
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self._logs: list[IO[bytes]] = []
        secret = folder / "secret"
        secret.write_text("s" * 40 + "\n")
        kept = {name: value for name, value in os.environ.items() if "RECOURS_" not in name}  # noqa: TID251 - children need PATH and HOME
        self.environment = {
            **kept,
            "RECOURS_STORE": store or f"sqlite:///{folder}/recours.db",
            "RECOURS_BUS": bus,
            "RECOURS_RELAY": relay,
            "RECOURS_SECRET_FILE": str(secret),
            "RECOURS_SMTP_LISTEN": f"127.0.0.1:{self.smtp_port}",
            "RECOURS_WEB_LISTEN": f"127.0.0.1:{self.web_port}",
            "RECOURS_DESK_LISTEN": f"127.0.0.1:{self.desk_port}",
            "RECOURS_DEPARTMENT": str(ROOT / "deploy" / "department"),
            "RECOURS_LOG_LEVEL": "WARNING",
            **(settings or {}),
        }

    @property
    def names(self) -> Sequence[str]:
        """The processes of this shape: one, or one a service."""
        return ("all",) if self.embedded else SERVICES

    def start(self, *names: str) -> None:
        """Start processes by name, all when none is given."""
        for name in names or self.names:
            log = (self.folder / f"{name}.log").open("ab")
            self._logs.append(log)
            # Named, even when it is all of them: a run without names hands in the samples.
            services = SERVICES if name == "all" else (name,)
            self.processes[name] = subprocess.Popen(
                [sys.executable, "-m", "services.cli", "run", *services],
                env=self.environment,
                cwd=ROOT,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def kill(self, name: str) -> None:
        """End a process and its children at once, as a power cut would."""
        process = self.processes.pop(name)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def stop(self) -> None:
        """Ask all processes to stop, wait for their drain, and close the logs."""
        for process in self.processes.values():
            process.terminate()
        for process in self.processes.values():
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        self.processes.clear()
        for log in self._logs:
            log.close()
        self._logs.clear()

    async def ready(self, timeout: float = 60.0) -> None:  # noqa: ASYNC109 - a test says how long
        """Wait until the SMTP door greets."""
        deadline = asyncio.get_running_loop().time() + timeout
        while not await self._greets():
            if asyncio.get_running_loop().time() > deadline:
                raise AssertionError(f"no door within {timeout} s; see {self.folder}/*.log")
            await asyncio.sleep(0.1)

    def logs(self) -> str:
        """Return all that the processes have said."""
        texts = (log.read_text(errors="replace") for log in sorted(self.folder.glob("*.log")))
        return "".join(texts)

    async def _greets(self) -> bool:
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", self.smtp_port)
        except OSError:
            return False
        try:
            return (await reader.readline()).startswith(b"220")
        except OSError:
            return False
        finally:
            writer.close()
