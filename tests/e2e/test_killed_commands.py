"""`kill -9` in the middle of a command: nothing was done, or all of it; given again, it ends."""

from __future__ import annotations

import asyncio
import re
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import timedelta
from email.message import EmailMessage
from functools import partial
from pathlib import Path
from typing import NamedTuple

import pytest

from shared.adapters.system_clock import SystemClock
from shared.department import load_department
from shared.domain.assignment import Assignment
from shared.domain.case import Case
from shared.domain.complainant import Complainant
from shared.domain.document import derived_id
from shared.domain.reading import Message, Reading
from shared.domain.reference import reference_for
from shared.ports.query import In, Query
from shared.ports.store import Store
from tests.commands import Said, begun, environment_of, recours
from tests.conftest import ROOT
from tests.e2e.conftest import Start, Whole
from tests.waiting import until

FOLDER = ROOT / "deploy" / "department"
BY = ("--by", "Mélanie Essai")
ACTS = {
    "answer": ("answer",),
    "close": ("close", "--outcome", "founded", "--motive", "delays"),
    "escalate": ("escalate", "--because", "Pas satisfaite."),
}
#: When a command is killed: at this share of the time that it took once; None is as soon as
#: something is saved. The first is early: on a machine that becomes quicker meanwhile, the others
#: may come after the end.
MOMENTS = (0.4, 0.75, 0.9, None)


class Killed(NamedTuple):
    """A command that was killed, and the case that it was about."""

    act: str
    case: Case


def a_case(number: int) -> Case:
    now = SystemClock().now()
    case_id = derived_id("case", f"killed {number}")
    address = f"personne{number}@courriel{number}.example"
    return Case(
        id=case_id, reference=reference_for(case_id, now.year), opened_at=now, received_at=now,
        channel="mail", complainant=Complainant(address=address), acknowledge_to=address,
        state="assigned", assignment=Assignment(unit_id="DR-13", rule_id="R-13", at=now),
        first_message_id=derived_id("message", case_id),
    )  # fmt: skip


def words(act: str, case: Case, text: Path) -> list[str]:
    name, *more = ACTS[act]
    given = [] if act == "escalate" else ["--text", str(text)]
    return [name, case.reference, *BY, *more, *given]


async def now_of(case: Case, store: Store) -> Case:
    found = await store.cases.get(case.id)
    assert found is not None
    return found


async def kill_at(
    share: float | None, seconds: float, arguments: list[str], env: dict[str, str],
    has_begun: Callable[[], Awaitable[bool]],
) -> None:  # fmt: skip
    process = await begun(*arguments, env=env)
    if share is None:
        await until(has_begun, 30)
    else:
        await asyncio.wait([asyncio.create_task(process.wait())], timeout=share * seconds)
    if process.returncode is None:
        process.kill()
    await process.communicate()


async def killed_acts(system: Whole, text: Path) -> list[Killed]:
    """Kill each act at several moments, each on a case of its own."""
    env = environment_of(system.context.settings)
    found = []
    for number, act in enumerate(ACTS):
        whole = a_case(100 * number)
        await system.store.cases.add(whole)
        started = time.monotonic()
        said = await recours(*words(act, whole, text), env=env)
        seconds = time.monotonic() - started
        assert said.status == 0, said.err
        for place, share in enumerate(MOMENTS, 1):
            case = a_case(100 * number + place)
            await system.store.cases.add(case)

            async def has_begun(case: Case = case, act: str = act) -> bool:
                if act != "escalate":
                    return (await now_of(case, system.store)).version > 1
                second = derived_id("case", case.id, "second level")
                return await system.store.cases.get(second) is not None

            await kill_at(share, seconds, words(act, case, text), env, has_begun)
            found.append(Killed(act, case))
    return found


async def check_all_or_nothing(system: Whole, one: Killed) -> bool:
    """Return whether it was done; what was done halfway fails."""
    case = await now_of(one.case, system.store)
    if one.act == "escalate":
        second = await system.store.cases.get(derived_id("case", case.id, "second level"))
        assert case.second_level in {None, second.reference if second else None}
        return second is not None
    done = bool(case.acts)
    assert (case.version > 1) is done
    assert (case.state == "closed") is (done and one.act == "close")
    return done


def check_second_word(one: Killed, done: bool, said: Said) -> None:
    """Given again, a command completes what was not done, or says clearly that it was."""
    if said.status == 0:
        assert one.act == "escalate" or not done
        return
    assert done
    assert said.status == 2
    clear = {"answer": "word for word", "close": "is closed", "escalate": "went up already"}
    assert clear[one.act] in said.err


@pytest.mark.timeout(240)
async def test_an_act_that_is_killed_is_done_whole_or_not_at_all_and_can_be_given_again(
    start: Start, tmp_path: Path
) -> None:
    text = tmp_path / "texte.txt"
    text.write_text("Voici, à Laval.", encoding="utf-8")
    async with start(services=["notifier"]) as system:
        env = environment_of(system.context.settings)
        killed = await killed_acts(system, text)
        before = [await check_all_or_nothing(system, one) for one in killed]
        assert any(before)
        assert not all(before)
        for one, done in zip(killed, before, strict=True):
            if one.act != "escalate" and done:
                await until(partial(system.mails_to, address_of(one)), 30)
        for one, done in zip(killed, before, strict=True):
            check_second_word(one, done, await recours(*words(one.act, one.case, text), env=env))
        people = {address_of(one) for one in killed}
        await until(lambda: people <= {recipient(mail) for mail in system.mails()}, 30)
        await system.quiet()
        told = Counter(recipient(mail) for mail in system.mails())
        assert {person: told[person] for person in people} == dict.fromkeys(people, 1)
        for one in killed:
            assert await check_all_or_nothing(system, one)
            case = await now_of(one.case, system.store)
            assert case.second_level is not None or one.act != "escalate"


def address_of(one: Killed) -> str:
    return str(one.case.acknowledge_to)


def recipient(mail: EmailMessage) -> str:
    return str(mail["X-Envelope-To"]).strip("<>")


CASES = 100


@pytest.mark.timeout(240)
async def test_rules_that_are_killed_while_they_move_cases_move_the_rest_when_given_again(
    start: Start, tmp_path: Path
) -> None:
    new = tmp_path / "new.csv"
    rules = (FOLDER / "rules.csv").read_text(encoding="utf-8")
    assert "R-13,region,13,DR-13,,," in rules
    new.write_text(rules.replace("R-13,region,13,DR-13,", "R-13,region,13,MO-LON,"), "utf-8")
    to = load_department(FOLDER).units["MO-LON"].mailbox
    apply = ("rules", "replay", str(new), "--apply", "--yes-i-am", "Lise Essai")
    async with start(services=["notifier"]) as system:
        store, env = system.store, environment_of(system.context.settings)
        ids = [await keep_past_case(number, store) for number in range(CASES)]

        async def moved() -> list[Case]:
            found = await store.cases.find(Query(In("id", ids), limit=CASES))
            return [case for case in found if case.unit_id == "MO-LON"]

        process = await begun(*apply, env=env)
        await until(lambda: moved_some(moved), 60)
        process.kill()
        await process.communicate()
        first = await moved()
        assert 0 < len(first) < CASES
        assert all(len(case.moves) == 1 for case in first)
        said = await recours(*apply, env=env, patience=90)
        assert said.status == 0, said.err
        rest = re.search(r"(\d+) of \1 cases moved", said.out)
        assert rest, said.out
        # What the command had sent before it died, a server may save after we have looked
        assert 0 < int(rest[1]) <= CASES - len(first)
        assert all(len(case.moves) == 1 for case in await moved())
        assert len(await moved()) == CASES
        await until(lambda: len(system.mails_to(to)) >= CASES, 60)
        await system.quiet()
        assert len(system.mails_to(to)) == CASES


async def moved_some(moved: Callable[[], Awaitable[list[Case]]]) -> bool:
    return len(await moved()) >= 5


async def keep_past_case(number: int, store: Store) -> str:
    """Keep a case of Laval as the rules in force decided it."""
    case = a_case(1000 + number)
    at = case.opened_at - timedelta(hours=1)
    text = "J’habite à Laval."
    message = Message(
        id=case.first_message_id, envelope_id=derived_id("envelope", case.id), case_id=case.id,
        at=at, channel="mail", reading=Reading(own_text=text, text=text),
    )  # fmt: skip
    await store.messages.add(message)
    await store.cases.add(case)
    return case.id
