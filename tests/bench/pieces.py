"""The pure parts alone, in this process: how fast each is with one ordinary mail."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import date

from services.intake.readers import Readers
from services.intake.reading import read
from services.notifier.composing import compose
from services.notifier.rendering import Renderer
from services.notifier.sample import RECEIVED, sample_case, sample_head
from services.router.locating.gazetteer import load_gazetteer, locate
from shared.department import load_department
from shared.domain.unit import Unit
from tests.bench.figures import Bar, Figure, Spread
from tests.bench.load import mail
from tests.bench.memory import gazetteer_megabytes, multiple
from tests.bench.timed import timed_read
from tests.conftest import ROOT

#: Seconds for which each part is called again and again.
SPAN = 0.5
TIMES = 3
DAY = date(2026, 11, 20)
READ = Bar(least=1000.0)
HAND_OVER = Bar(most=0.5)
MEMORY = Bar(most=8.0)
SEARCHED = Bar(least=3000.0)
LOADED = Bar(most=0.5)
MEGABYTES = Bar(most=100.0)
#: Characters of the text that is searched for places.
SEARCHED_SIZE = 2000
DEPARTMENT = ROOT / "deploy" / "department"


async def pieces(size: int) -> list[Figure]:
    """Return the speed of reading, handing over to a child, locating and rendering."""
    raw = mail(1, size).removesuffix(b".\r\n")
    whole, added = await _hand_over(raw)
    return [
        Figure("ordinary mails read", _speed(lambda: read(raw)), "/s", READ),
        Figure("a mail read in a child, there and back", whole, "ms"),
        Figure("of which handing over to the child", added, "ms", HAND_OVER),
        Figure("memory of a 23 MiB mail", Spread((multiple(),)), "× size", MEMORY),
        Figure("texts of 2 kB searched for places", _locating(_text()), "/s", SEARCHED),
        Figure("gazetteer loaded", _loading(), "s", LOADED),
        Figure("gazetteer in memory", Spread((gazetteer_megabytes(),)), "MB", MEGABYTES),
        Figure("acknowledgements composed and rendered", _rendering(), "/s"),
    ]


def _speed(work: Callable[[], object], clock: Callable[[], float] = time.perf_counter) -> Spread:
    """Return calls a second, several times."""
    work()
    return Spread.of(_once(work, clock) for _ in range(TIMES))


def _once(work: Callable[[], object], clock: Callable[[], float]) -> float:
    count, began = 0, clock()
    while clock() - began < SPAN:
        work()
        count += 1
    return count / (clock() - began)


async def _hand_over(raw: bytes) -> tuple[Spread, Spread]:
    """Return milliseconds a call, one after the other, through the pool of children: in all, and
    without what the child itself needed to read."""
    readers = Readers(max_workers=1)
    await readers.start()
    try:
        await readers.run(timed_read, raw)
        spans = [await _calls(readers, raw) for _ in range(TIMES)]
    finally:
        await readers.close()
    return Spread.of(whole for whole, _ in spans), Spread.of(added for _, added in spans)


async def _calls(readers: Readers, raw: bytes) -> tuple[float, float]:
    count, reading, began = 0, 0.0, time.perf_counter()
    while time.perf_counter() - began < SPAN:
        seconds, _ = await readers.run(timed_read, raw)
        reading += seconds
        count += 1
    whole = time.perf_counter() - began
    return whole / count * 1000, (whole - reading) / count * 1000


def _locating(text: str) -> Spread:
    """Return searches a second of one core, whatever else the machine does meanwhile."""
    units = load_department(DEPARTMENT).units
    gazetteer = load_gazetteer(DEPARTMENT)
    return _speed(lambda: locate(text, gazetteer, on=DAY, units=units), time.process_time)


def _text() -> str:
    """Return an ordinary complaint of 2 kB: an address in it, and sentences around it."""
    return read(mail(1, 2 * SEARCHED_SIZE).removesuffix(b".\r\n")).own_text[:SEARCHED_SIZE]


def _loading() -> Spread:
    units = load_department(DEPARTMENT).units
    loads = _speed(lambda: _ready(units), time.process_time)
    return Spread.of(1 / value for value in loads.values)


def _ready(units: Mapping[str, Unit]) -> None:
    load_gazetteer(DEPARTMENT).automaton(units)


def _rendering() -> Spread:
    department = load_department(DEPARTMENT)
    renderer, head = Renderer(department), sample_head(department)
    case = sample_case("fr", department)

    def render() -> None:
        letter = compose("acknowledgement", case, head, RECEIVED)
        renderer.render(letter, message_id="mesure@ministere.example", at=RECEIVED)

    return _speed(render)
