"""`make run-full`: the full shape on one machine without Docker.

Starts RabbitMQ and MongoDB in `var/full`, then the four services as processes of their own, and
stays until Ctrl-C. A service that dies is started again. Stopping ends what was started here and
nothing else; data, secret and mail stay in `var/full` for the next time.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import shlex
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from deploy import servers
from deploy.service_process import RECOURS, NotStarted, Service
from shared.errors import Misconfigured
from shared.runtime.settings import Settings, read_settings, split_address

FOLDER = Path("var/full").resolve()
#: The doors last: they open when whoever takes their events is there.
SERVICES = ("router", "notifier", "desk", "intake")
#: Seconds: for services to be ready, between two looks, and before a new start.
READY, LOOK, AGAIN = 30.0, 0.25, 2.0


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
    _end_what_was_left()
    store, broker = _start_servers(stack)
    env = _settings_of_services(settings, store.url, broker.url)
    _write_settings(env)
    running: list[Service] = []
    stack.callback(_stop_services, running)
    for name in SERVICES:
        running.append(Service(name, env, FOLDER))
    doors = (settings.smtp_listen, settings.web_listen, settings.desk_listen)
    if not _until(lambda: all(s.ready() for s in running) and all(map(_answers, doors)), stop):
        return
    _tell_addresses(settings)
    _hand_in_samples(env)
    _say("Ctrl-C stops everything.")
    while not stop.wait(LOOK):
        _start_again(running, stop)


def _end_what_was_left() -> None:
    """End what an earlier run started, if that run was killed before it could."""
    left = [int(path.name) for path in Path("/proc").glob("[0-9]*") if _ours(path)]
    if left:
        _say("Ending what an earlier run left …")
        servers.end_groups(sorted(left))


def _ours(process: Path) -> bool:
    """Tell whether it leads a process group and has our folder as its home: only ours do."""
    try:
        home = f"HOME={FOLDER}".encode()
        variables = (process / "environ").read_bytes().split(b"\0")
        leads = os.getpgid(int(process.name)) == int(process.name)
    except OSError:
        return False
    return leads and any(v == home or v.startswith(home + b"/") for v in variables)


def _start_servers(stack: ExitStack) -> tuple[servers.Server, servers.Server]:
    """Start store and broker, and have them stopped in the end."""
    _say("Starting RabbitMQ …")
    broker = servers.start_rabbitmq(FOLDER / "rabbitmq")
    stack.callback(broker.stop)
    _say("Starting MongoDB …")
    store = servers.start_mongod(FOLDER / "mongodb")
    stack.callback(store.stop)
    return store, broker


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


def _answers(address: str) -> bool:
    try:
        with socket.create_connection(split_address(address), timeout=2):
            return True
    except OSError:
        return False


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
    """Send the complaints of `deploy/samples` on the first run; later, count what was kept."""
    done = FOLDER / "samples-sent"
    if done.exists():
        _recours(env, "ledger")
        _say("`make samples` sends the samples again.")
    elif _recours(env, "send", _short(Path(__file__).with_name("samples"))):
        done.touch()


def _recours(env: Mapping[str, str], *words: str) -> bool:
    """Run one of our commands on what runs here; tell whether all was well."""
    return subprocess.run([RECOURS, *words], env=dict(env), check=False).returncode == 0  # noqa: S603 - our own command


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
