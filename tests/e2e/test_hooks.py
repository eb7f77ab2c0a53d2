"""A program is told of a case though it is down at first, on both shapes."""

from __future__ import annotations

import json
from datetime import timedelta

from services.desk import tokens
from services.desk.hooks.making import make_hook
from services.desk.hooks.reach import Reach, networks_in
from services.desk.hooks.signing import secrets_of
from shared.domain.account import Mandate
from shared.domain.hook import Hook
from shared.ports.query import Query
from tests.e2e.conftest import Start, Whole
from tests.e2e.test_complaint import deliver_to_laval, the_case
from tests.scripted_receiver import scripted_receiver
from tests.waiting import until

NETWORKS = "127.0.0.0/8"
REACH = Reach(http=True, networks=networks_in(NETWORKS))


async def test_a_receiver_that_fails_first_is_told_again_with_the_same_id(start: Start) -> None:
    async with (
        scripted_receiver(503) as receiver,
        start(hook_http=True, hook_networks=NETWORKS) as system,
    ):
        now = system.context.clock.now()
        today = now.date()
        office = [Mandate(role="complaints_office")]
        until_day = today + timedelta(days=9)
        await tokens.make(system.store, "Registre", office, now, until=until_day, today=today)
        hook = await make_hook(
            system.store, "Registre", receiver.url, (), now, reach=REACH, today=today
        )
        await deliver_to_laval(system)
        await until(lambda: len(receiver.got) == 2, 30)
        case = await the_case(system)
        await until(lambda: told(system), 10)
        await system.quiet()
        assert sum(one.dead for one in await system.bus.depths()) == 0
        (secret,) = secrets_of(hook, system.context.keys)
        first, second = receiver.got
    assert first.body == second.body
    assert json.loads(first.body)["reference"] == case.reference
    assert json.loads(first.body)["type"] == "case.assigned"
    for got in (first, second):
        assert got.genuine(secret, now=int(got.headers["recours-timestamp"]))


async def told(system: Whole) -> bool:
    return [one.state for one in await system.store.calls.find(Query())] == ["told"]


async def test_a_hook_that_cannot_be_read_keeps_nobody_from_being_told(start: Start) -> None:
    async with start() as system:
        now = system.context.clock.now()
        broken = Hook(id="h", name="x", url="https://x.example/", events=(), made_at=now)
        await system.store.hooks.save(broken.changed(events=("case.of_another_version",)))
        await deliver_to_laval(system)
        await until(lambda: telling_is_dead(system), 30)
        await until(lambda: both_are_sent(system), 30)
    assert len(system.mails()) == 2


async def both_are_sent(system: Whole) -> bool:
    notices = await system.store.notices.find(Query())
    return sorted((one.kind, one.state) for one in notices) == [
        ("acknowledgement", "sent"),
        ("assigned", "sent"),
    ]


async def telling_is_dead(system: Whole) -> bool:
    dead = {one.name: one.dead for one in await system.bus.depths()}
    return dead["notifier.telling"] == 1
