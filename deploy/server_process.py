"""One server process: started, asked to answer, stopped, killed, and never left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

#: Seconds in which a server must answer; a cold RabbitMQ takes about five.
READY = 60.0
#: Seconds between two looks, and in which a server may end by itself.
PAUSE, END = 0.05, 20.0

#: Ends servers whose owner ($0) was killed before it could; the other arguments are their groups.
GUARD = """\
while kill -0 "$0" 2>/dev/null; do sleep 1; done
for group; do kill -s TERM -- "-$group" 2>/dev/null; done
sleep 10
for group; do kill -s KILL -- "-$group" 2>/dev/null; done
"""


class ServerFailed(Exception):
    """A server did not start; the message names its log file."""


class Server:
    """One server process that can be stopped, killed and started again on the same port."""

    def __init__(
        self,
        url: str,
        folder: Path,
        commands: Sequence[Sequence[str]],
        ready: Callable[[], bool],
        *,
        env: Mapping[str, str] | None = None,
        owner: int | None = None,
    ) -> None:
        self.url = url
        self._folder = folder
        self._owner = owner or os.getpid()
        self._commands = commands
        self._ready = ready
        self._env = dict(env or {})
        self._processes: list[subprocess.Popen[bytes]] = []

    @property
    def process(self) -> subprocess.Popen[bytes]:
        """The server's own process, which is also the leader of its process group."""
        return self._processes[-1]

    @property
    def pids(self) -> list[int]:
        """Process groups that `end_groups` may end when this object is out of reach."""
        return [process.pid for process in self._processes]

    def start(self) -> None:
        """Start it, also again on the same folder, and return when it answers."""
        with (self._folder / "output.log").open("ab") as output:
            self._processes = [self._run(command, output) for command in self._commands]
            guard = ["/bin/sh", "-c", GUARD, str(self._owner), *map(str, self.pids)]
            self._processes.insert(0, self._run(guard, output))
        deadline = time.monotonic() + READY
        while self.process.poll() is None and time.monotonic() < deadline:
            if self._ready():
                return
            _pause()
        self.kill()
        raise ServerFailed(f"{self._commands[-1][0]} did not start: see {self._folder}")

    def stop(self) -> None:
        """Ask it to end and wait until it has; kill it if it does not."""
        self._signal(signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(END)
        self.kill()

    def kill(self) -> None:
        """End it at once, as a power cut would."""
        self._signal(signal.SIGKILL)
        for process in self._processes:
            process.wait(END)

    def hand_over(self) -> None:
        """Leave it running when this process ends; whoever has its `pids` ends it."""
        for process in self._processes:
            process.returncode = 0  # or Popen warns of a child that is left behind

    def _run(self, command: Sequence[str], output: IO[bytes]) -> subprocess.Popen[bytes]:
        return subprocess.Popen(  # noqa: S603 - a command of this file
            command,
            env={"PATH": os.defpath, "HOME": str(self._folder), "LC_ALL": "C.UTF-8", **self._env},
            cwd=self._folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def _signal(self, number: signal.Signals) -> None:
        groups = self._processes if number == signal.SIGKILL else self._processes[-1:]
        for process in groups:
            _signal_group(process.pid, number)


def end_groups(pids: Sequence[int]) -> None:
    """End servers by the `pids` that another process wrote down when it started them."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        for pid in reversed(pids):
            _signal_group(pid, number)
        deadline = time.monotonic() + END
        while any(_lives(pid) for pid in pids[-1:]) and time.monotonic() < deadline:
            _pause()


def has_died(pids: Sequence[int]) -> bool:
    """Tell whether a server whose `pids` were written down runs no more."""
    return bool(pids) and not _lives(pids[-1])


def _signal_group(pid: int, number: int) -> None:
    with suppress(ProcessLookupError):
        os.killpg(pid, number)


def _lives(pid: int) -> bool:
    """Tell whether a process runs; one that has ended and was not waited for does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def _pause() -> None:
    time.sleep(PAUSE)  # noqa: TID251 - no event loop here, and a process to wait for
