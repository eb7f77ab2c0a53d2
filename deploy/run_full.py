"""`make run-full`: the full shape on one machine without Docker.

Starts RabbitMQ and MongoDB in `var/full`, then the four services as processes of their own, and
stays until Ctrl-C. A service that dies is started again. Stopping ends what was started here and
nothing else; data, secret and mail stay in `var/full` for the next time.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import shlex
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from deploy import servers
from shared.errors import Misconfigured
from shared.runtime.settings import Settings, read_settings

FOLDER = Path("var/full").resolve()
RECOURS = str(Path(sys.executable).with_name("recours"))
#: The doors last: they open when whoever takes their events is there.
SERVICES = ("router", "notifier", "desk", "intake")
#: Seconds: for a service to be ready, to end, between two looks, and before a new start.
READY, END, LOOK, AGAIN = 30.0, 30.0, 0.25, 2.0


class NotStarted(Exception):
    """Something did not start; the message says what, and where to read why."""


class Service:
    """One service process and its log."""

    def __init__(self, name: str, env: Mapping[str, str]) -> None:
        self.name = name
        self.log = FOLDER / "logs" / f"{name}.log"
        self._health = f"127.0.0.1:{servers.free_port()}"
        self._env = {**env, "RECOURS_METRICS_LISTEN": self._health}
        self.start()

    def start(self) -> None:
        """Start it in a session of its own: Ctrl-C reaches this program alone."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 - our own command
                [RECOURS, "run", self.name],
                env=self._env,
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


def main() -> int:
    """Run until SIGINT or SIGTERM; return the exit code."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: stop.set())
    try:
        with ExitStack() as stack:
            stack.enter_context(_alone())
            _run(stack, stop)
    except (NotStarted, Misconfigured, servers.ServerFailed) as error:
        _say(str(error))
        return 2
    _say(f"Stopped. What was kept is in {_short(FOLDER)}.")
    return 0


def _run(stack: ExitStack, stop: threading.Event) -> None:
    settings = read_settings()
    env = _settings_of_services(settings, *_start_servers(stack))
    _write_settings(env)
    running: list[Service] = []
    stack.callback(_stop_services, running)
    for name in SERVICES:
        running.append(Service(name, env))
    for service in running:
        if not _until(service.ready, stop):
            return
    _tell_addresses(settings)
    _hand_in_samples(env)
    _say("Ctrl-C stops everything.")
    while not stop.wait(LOOK):
        _start_again(running, stop)


def _start_servers(stack: ExitStack) -> tuple[str, str]:
    """Start both servers; return the URLs of store and bus."""
    with _ports_of_last_time():
        _say("Starting RabbitMQ …")
        broker = servers.start_rabbitmq(FOLDER / "rabbitmq")
        stack.callback(broker.stop)
        _say("Starting MongoDB …")
        store = servers.start_mongod(FOLDER / "mongodb")
        stack.callback(store.stop)
    return store.url, broker.url


@contextmanager
def _ports_of_last_time() -> Iterator[None]:
    """Give the servers the ports they had: a node and a replica set are named after theirs."""
    path = FOLDER / "ports.json"
    kept: list[int] = json.loads(path.read_text()) if path.exists() else []
    used: list[int] = []
    new_port = servers.free_port

    def port() -> int:
        used.append(kept[len(used)] if len(used) < len(kept) else new_port())
        return used[-1]

    servers.free_port = port
    try:
        yield
    finally:
        servers.free_port = new_port
    path.write_text(json.dumps(used))


def _settings_of_services(settings: Settings, store: str, bus: str) -> dict[str, str]:
    secret = FOLDER / "secret"
    if not secret.exists():
        secret.touch(mode=0o600)
        secret.write_text(secrets.token_hex(32) + "\n")
    return {
        "PATH": os.defpath,
        "HOME": str(FOLDER),
        "LC_ALL": "C.UTF-8",
        "RECOURS_STORE": store,
        "RECOURS_BUS": bus,
        "RECOURS_RELAY": f"file:{FOLDER / 'outgoing'}",
        "RECOURS_SECRET_FILE": str(secret),
        "RECOURS_DEPARTMENT": str(settings.department.resolve()),
        "RECOURS_PUBLIC_URL": settings.public_url,
        "RECOURS_DESK_URL": settings.desk_url,
        "RECOURS_SMTP_LISTEN": settings.smtp_listen,
        "RECOURS_WEB_LISTEN": settings.web_listen,
        "RECOURS_DESK_LISTEN": settings.desk_listen,
        "RECOURS_LOG_LEVEL": settings.log_level,
    }


def _write_settings(env: Mapping[str, str]) -> None:
    """Let a person ask the running system: `. var/full/settings.sh; .venv/bin/recours cases`."""
    lines = (
        f"export {name}={shlex.quote(value)}\n"
        for name, value in env.items()
        if name.startswith("RECOURS_")
    )
    (FOLDER / "settings.sh").write_text("".join(lines))


def _until(ready: Callable[[], bool], stop: threading.Event) -> bool:
    """Wait until it is ready; False when asked to stop, NotStarted after READY seconds."""
    for _ in range(int(READY / LOOK)):
        if ready():
            return True
        if stop.wait(LOOK):
            return False
    raise NotStarted(f"The services did not get ready in {READY:.0f} s: see {FOLDER / 'logs'}")


def _tell_addresses(settings: Settings) -> None:
    _say("")
    _say("Recours runs in its full shape: RabbitMQ, MongoDB and four services.")
    _say(f"  mail in    {settings.smtp_listen} (SMTP)")
    _say(f"  form       {settings.public_url}")
    _say(f"  desk       {settings.desk_url}")
    _say(f"  mail out   {_short(FOLDER / 'outgoing')}")
    _say(f"  logs       {_short(FOLDER / 'logs')}")
    _say(f"  commands   . {_short(FOLDER / 'settings.sh')}; .venv/bin/recours cases")


def _hand_in_samples(env: Mapping[str, str]) -> None:
    """Send the complaints of `deploy/samples` on the first run."""
    done = FOLDER / "samples-sent"
    if done.exists():
        return
    samples = str(Path(__file__).with_name("samples"))
    if subprocess.run([RECOURS, "send", samples], env=dict(env), check=False).returncode == 0:  # noqa: S603 - our own command
        done.touch()


def _start_again(running: list[Service], stop: threading.Event) -> None:
    for service in running:
        if service.ended is not None:
            _say(f"{service.name} ended ({service.ended}); starting it again.")
            if not stop.wait(AGAIN):
                service.start()


def _stop_services(running: list[Service]) -> None:
    """Stop the doors first, so that what they took in still finds its way."""
    _say("Stopping …")
    for service in reversed(running):
        service.ask_to_stop()
    for service in reversed(running):
        service.wait()


@contextmanager
def _alone() -> Iterator[None]:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (FOLDER / "running.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise NotStarted(
                f"Another one runs on {_short(FOLDER)}. Nothing was started."
            ) from None
        yield


def _short(path: Path) -> str:
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)


def _say(words: str) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
