"""A service of ours as a process of its own: started, watched by its health page, and stopped."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from deploy.servers import free_port

RECOURS = str(Path(sys.executable).with_name("recours"))
#: Seconds in which a service may end by itself: longer than it takes to drain.
END = 30.0


class NotStarted(Exception):
    """Something did not start; the message says what, and where to read why."""


class Service:
    """One service process and its log."""

    def __init__(self, name: str, env: Mapping[str, str], folder: Path) -> None:
        """Start it at once, with `env` and nothing else; it works and logs in `folder`."""
        self.name = name
        self.log = folder / "logs" / f"{name}.log"
        self._folder = folder
        self._health = f"127.0.0.1:{free_port()}"
        self._env = {**env, "RECOURS_METRICS_LISTEN": self._health}
        self.start()

    def start(self) -> None:
        """Start it in a session of its own: Ctrl-C reaches this program alone."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 - our own command
                [RECOURS, "run", self.name],
                env=self._env,
                cwd=self._folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def ended(self) -> int | None:
        """Its exit code, or None while it runs."""
        return self._process.poll()

    def ready(self) -> bool:
        """Tell whether it reaches store and broker; raise NotStarted when it has ended."""
        if self.ended is not None:
            last = self.log.read_text(errors="replace").strip().rpartition("\n")[2]
            raise NotStarted(f"{self.name} did not start: {last}\nAll of it: {self.log}")
        try:
            with urlopen(f"http://{self._health}/health/ready", timeout=2) as answer:
                return bool(answer.status == 200)
        except (URLError, OSError):
            return False

    def ask_to_stop(self) -> None:
        """Ask it once: a second signal would not let it finish what it has in hand."""
        with suppress(ProcessLookupError):
            self._process.send_signal(signal.SIGTERM)

    def wait(self) -> None:
        """Wait until it has ended; after END seconds end it at once."""
        try:
            self._process.wait(END)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
