"""What cannot be handled lies in `.dead` with its reason and can be put back; a hiccup cannot."""

from __future__ import annotations

import getpass
import re
from collections.abc import Callable
from typing import Any

from shared.domain.intervention import SHELL
from shared.errors import Poison, Transient
from shared.events import CaseOpened
from shared.ports.bus import DeadLetter
from shared.ports.query import AllOf, Equal, Query
from tests.breaking import Faults
from tests.commands import Said, environment_of, recours
from tests.e2e.conftest import Start, Whole
from tests.waiting import until

MAIN = "plaintes@ministere.example"
GINETTE = "ginette@courriel.example"
RAW = (
    f"From: Ginette Exemple <{GINETTE}>\r\nTo: {MAIN}\r\nSubject: Attente\r\n"
    "Message-ID: <1@courriel.example>\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
    "J’attends depuis six semaines, à Laval H7N 1A1.\r\n"
).encode()


def raising(error: Exception, times: int = 1_000_000) -> Callable[..., None]:
    """Return a hook that raises `error` the first `times` times."""
    left = [times]

    def hook(*_: Any, **__: Any) -> None:
        left[0] -= 1
        if left[0] >= 0:
            raise error

    return hook


async def deliver(system: Whole) -> None:
    await system.deliver(RAW, mail_from=GINETTE, rcpt_tos=(MAIN,))


async def the_letter(system: Whole, queue: str) -> DeadLetter:
    """Return the one dead letter of a queue, as soon as it is there."""

    async def there() -> bool:
        return any(one.name == queue and one.dead for one in await system.bus.depths())

    await until(there, 20)
    (letter,) = await system.bus.dead_letters(queue)
    return letter


async def deeds_of(system: Whole) -> list[tuple[str, ...]]:
    """Return what people at a terminal did to the machinery, oldest first."""
    kept = await system.store.interventions.find(Query(sort="at"))
    shell = [one for one in kept if one.account_id == SHELL and one.queue]
    return [(one.deed, one.about, one.result, one.by, one.because) for one in shell]


async def say(system: Whole, *arguments: str) -> Said:
    return await recours(*arguments, env=environment_of(system.context.settings))


async def test_poison_dies_at_once_with_its_reason_and_goes_on_when_it_is_put_back(
    start: Start,
) -> None:
    faults = Faults({"cases.save": raising(Poison("no_such_thing", f"text of {GINETTE}"))})
    async with start(through=faults.through) as system:
        await deliver(system)
        letter = await the_letter(system, "router.assigning")
        assert letter.attempt == 1
        assert letter.reason.startswith("Poison (no_such_thing) ")
        assert "services/router/assigning.py:" in letter.reason
        assert GINETTE not in letter.reason + letter.body
        faults.at.clear()
        assert await system.bus.requeue_dead("router.assigning", letter.id)
        await system.mail_to(GINETTE)
        await system.quiet()
        assert await system.bus.dead_letters("router.assigning") == []


async def test_a_person_lists_shows_puts_back_and_discards_dead_letters(start: Start) -> None:
    faults = Faults({"cases.save": raising(ValueError(GINETTE))})
    async with start(through=faults.through) as system:
        await deliver(system)
        letter = await the_letter(system, "router.assigning")
        faults.at.clear()
        listed = await say(system, "dead", "list")
        assert listed.status == 0
        assert f"{letter.id[:8]}  router.assigning" in listed.out
        assert "ValueError" in listed.out
        assert GINETTE not in listed.out
        shown = await say(system, "dead", "show", letter.id[:8])
        assert letter.body in shown.out
        why = ("--by", "Hugo Essai", "--because", "mended")
        back = await say(system, "dead", "requeue", letter.id[:8], *why)
        assert (back.status, back.out) == (0, f"{letter.id[:8]} is back on router.assigning\n")
        assert re.search(r'"message": "dead letter put back".*' + letter.id, back.err)
        await system.mail_to(GINETTE)
        await system.bus.publish(
            [CaseOpened(id="e", at=system.context.clock.now(), case_id="of-nobody")]
        )
        second = await the_letter(system, "router.assigning")
        assert "no_such_case" in second.reason
        gone = await say(system, "dead", "discard", second.id[:8])
        assert (gone.status, gone.out) == (0, f"{second.id[:8]} is discarded\n")
        assert "dead letter discarded" in gone.err
        assert await deeds_of(system) == [
            ("dead_requeue", letter.id, "done", "Hugo Essai", "mended"),
            ("dead_discard", second.id, "done", getpass.getuser(), ""),
        ]
        unknown = await say(system, "dead", "requeue", second.id[:8])
        assert unknown.status == 2
        assert "`recours dead list` shows them" in unknown.err


async def test_an_envelope_of_which_no_case_could_be_made_is_parked_and_opens_when_read_again(
    start: Start,
) -> None:
    faults = Faults({"cases.add": raising(KeyError(GINETTE))})
    async with start(through=faults.through) as system:
        await deliver(system)
        letter = await the_letter(system, "intake.opening")
        assert letter.reason.startswith("KeyError ")

        async def parked() -> bool:
            return await system.store.envelopes.count(Equal("outcome_kind", "parked")) == 1

        await until(parked, 20)
        faults.at.clear()
        await system.bus.requeue_dead("intake.opening", letter.id)
        await system.mail_to(GINETTE)
        outcomes = await system.store.envelopes.count_by("outcome_kind", AllOf(()))
        assert outcomes == {"opened": 1}


async def test_a_fault_that_passes_after_two_attempts_ends_well_at_the_third(
    start: Start,
) -> None:
    faults = Faults({"cases.save": raising(Transient("store_away"), times=2)})
    async with start(through=faults.through) as system:
        await deliver(system)
        await system.mail_to(GINETTE)
        await system.quiet()
        handled = system.context.metrics.handled
        ended = {
            outcome: handled.labels("router.assigning", outcome)._value.get()
            for outcome in ("retried", "done", "dead")
        }
        assert ended == {"retried": 2, "done": 1, "dead": 0}
        assert len(system.mails()) == 2
