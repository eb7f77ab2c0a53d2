"""Reads mails one after the other and notes what may never happen, whatever the mail."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from services.intake.reading import read
from shared.domain.reading import Reading
from tests.corpus.figures import Figure, Miss

#: Seconds of one core that a mail may take, and for each MiB of it; a child gives up at 20 s.
SECONDS = 1.0
SECONDS_PER_MIB = 0.5
GIVE_UP_SECONDS = 20.0
MIB = 1024 * 1024
#: The first mail of a process has the tables read: that is no time of a mail that is measured.
FIRST = "Subject: x\n\nJ’habite à Laval. I live in Laval.\n".encode()
#: What a reading says that was stopped by a fault of ours, not by a limit.
FAULTS = ("reader_error_", "reading_used_too_much_memory")


class OverTime(BaseException):
    """A mail is still being read after `GIVE_UP_SECONDS`; the reader itself catches Exception."""


class Reader:
    """Reads; `faults`, `slowest` and `mails` are about all that was read with it."""

    def __init__(self) -> None:
        read(FIRST)
        self.faults: list[Miss] = []
        self.mails = 0
        self.slowest = 0.0

    def read(self, name: str, raw: bytes, *, mail_from: str | None = None) -> Reading:
        """Return the reading of a mail; one that stands in for it when there is none."""
        self.mails += 1
        began = time.process_time()
        try:
            with stopped_after(GIVE_UP_SECONDS):
                reading = read(raw, mail_from=mail_from)
        except (Exception, OverTime) as error:  # noqa: BLE001 (that is what is looked for)
            self.faults.append(Miss(name, f"exception: {type(error).__name__}"))
            return Reading(state="failed", failed_because="no_reading")
        took = time.process_time() - began
        self.slowest = max(self.slowest, took)
        faults = [*over_time(raw, took), *faults_in(reading)]
        self.faults += [Miss(name, fault) for fault in faults]
        return reading

    def figure(self) -> Figure:
        """Return the line that says how many mails were read without any fault."""
        found = Figure("read, storable, in time", at_least=1.0)
        at_fault = {miss.file for miss in self.faults}
        found.right = self.mails - len(at_fault)
        found.misses = self.faults
        return found


@contextmanager
def stopped_after(seconds: float) -> Iterator[None]:
    """Raise OverTime in the block after so many seconds of CPU time."""

    def stop(_number: int, _frame: object) -> None:
        raise OverTime

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def over_time(raw: bytes, took: float) -> list[str]:
    bound = SECONDS + SECONDS_PER_MIB * len(raw) / MIB
    return [f"took {took:.1f} s, bound {bound:.1f} s"] if took > bound else []


def faults_in(reading: Reading) -> list[str]:
    """Return what is wrong with a reading, whatever the mail was."""
    faults = []
    if reading.state == "failed" and reading.failed_because.startswith(FAULTS):
        faults.append(reading.failed_because)
    if not all(is_storable(text) for text in strings_in(reading.model_dump())):
        faults.append("a string that cannot be stored")
    return faults


def strings_in(value: Any) -> Iterator[str]:
    """Yield every string in plain data, however deep."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from strings_in(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from strings_in(each)


def is_storable(text: str) -> bool:
    """Say whether a database that speaks UTF-8 takes this text."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return "\0" not in text
