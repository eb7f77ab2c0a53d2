"""What the overview says at its top."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from services.desk.operations.alarms import Alarm, alarms_of
from services.desk.operations.figures import Figures, Sum
from services.desk.operations.tables import Checked
from services.desk.operations.watch import Watch, sample, watching
from services.router.finding import error
from shared.ports.bus import QueueDepth
from shared.runtime.ledger import Difference, Ledger
from shared.topology import QUEUES
from tests.operating import bury, opened, system_in
from tests.waiting import until

NOW = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
WELL = Figures(
    now=NOW,
    depths=[
        QueueDepth(name=queue.name, ready=0, waiting=0, dead=0, consumers=1) for queue in QUEUES
    ],
    oldest={},
    sum=Sum(3, {"opened": 2, "added": 0, "noted": 1, "parked": 0, "waiting": 0}),
    notices={"sent": 4, "temporary": 2},
    health={"store": "ok", "bus": "ok", "smtp": "ok", "web": "ok", "relay": "no_folder"},
    uncarried=0,
    hours=[],
    alone=True,
)


def depths(**fields: int) -> list[QueueDepth]:
    first, *others = WELL.depths or []
    return [first.model_copy(update=fields), *others]


def test_a_system_that_is_well_needs_nobody() -> None:
    assert alarms_of(WELL, Watch()) == []
    assert WELL.sum.difference == 0


def test_dead_letters_parked_mail_and_faults_of_ours_need_a_person() -> None:
    parts = {**WELL.sum.parts, "parked": 2}
    figures = replace(
        WELL, depths=depths(dead=3), sum=Sum(5, parts), notices={"technical": 1}, uncarried=7
    )
    assert alarms_of(figures, Watch()) == [
        Alarm("dead", 3, "dead"),
        Alarm("parked", 2, "parked"),
        Alarm("technical", 1, "outgoing?groupe=failed"),
        Alarm("uncarried", 7),
    ]


def test_a_queue_that_nobody_reads_is_said_before_anything_waits() -> None:
    assert alarms_of(replace(WELL, depths=depths(consumers=0)), Watch()) == [
        Alarm("nobody", 0, queue="intake.opening")
    ]


def test_what_waits_too_long_is_said_with_its_age() -> None:
    oldest = {
        "intake.opening": NOW - timedelta(minutes=11),
        "router.assigning": NOW - timedelta(minutes=9),
        "notifier.sending": NOW - timedelta(hours=5),
    }
    assert alarms_of(replace(WELL, oldest=oldest), Watch()) == [
        Alarm("late", 11, queue="intake.opening"),
        Alarm("late_hours", 5, queue="notifier.sending"),
    ]


def test_doors_of_other_machines_raise_no_alarm_here() -> None:
    health = {**WELL.health, "smtp": "no_answer", "relay": "no_answer"}
    silent = replace(WELL, health=health)
    assert alarms_of(silent, Watch()) == [Alarm("no_smtp"), Alarm("no_relay")]
    assert alarms_of(replace(silent, alone=False), Watch()) == []


def test_a_bus_that_is_away_is_said_once() -> None:
    away = replace(WELL, depths=None, health={**WELL.health, "bus": "broker_unreachable"})
    assert alarms_of(away, Watch()) == [Alarm("no_bus")]


def test_what_ledger_and_tables_found_stays_until_they_are_looked_at_again() -> None:
    watch = Watch()
    watch.ledger.result = Ledger(
        accepted=1, opened=1, added=0, noted=0, parked=0, waiting=0,
        differences=(Difference(id="x", because="neither assigned nor held"),),
    )  # fmt: skip
    watch.tables.result = Checked(findings=(error("rules.csv", 3, "overlaps"),))
    assert alarms_of(WELL, watch) == [Alarm("ledger", 1), Alarm("tables", 1, "settings")]
    watch.tables.result = Checked(broken="units.csv line 3: no such kind")
    assert watch.tables.result.errors == 1


async def test_a_sample_holds_what_waits_and_no_dead_letter(tmp_path: Path) -> None:
    async with system_in(tmp_path) as system:
        await bury(system.bus, opened("dead"), queue="router.assigning")
        await system.bus.publish([opened("ready")])
        await sample(system.bus, system.clock, system.watch)
    assert system.watch.samples[0].depths["router.assigning"] == 1
    assert system.watch.samples[0].depths["notifier.sending"] == 0


async def test_a_desk_looks_at_the_queues_as_long_as_it_runs(tmp_path: Path) -> None:
    async with system_in(tmp_path) as system:
        async with watching(system.bus, system.clock, system.watch):
            await until(lambda: system.watch.samples)
        assert set(system.watch.samples[0].depths) == {queue.name for queue in QUEUES}
        assert not system.watch.ledger.running
