"""A person asks for another try while the next one waits for its delay, on both shapes."""

from __future__ import annotations

from services.desk.keeping_notice_acts import keep_act
from services.desk.notice_acts import retry
from shared.adapters.system_clock import SystemClock
from shared.domain.notice import Notice
from shared.events import requested
from tests.e2e.conftest import Start, Whole
from tests.scripted_relay import scripted_relay
from tests.waiting import until


def a_notice() -> Notice:
    return Notice(
        id="0f8fad5b-d9cb-469f-a165-70867728950e", case_id="c1", kind="acknowledgement",
        role="complainant", recipient="personne@courriel.example", language="fr",
        message_id="n1.mark@ministere.example", created_at=SystemClock().now(),
    )  # fmt: skip


async def tried(system: Whole, attempts: int) -> Notice:
    async def has_failed() -> Notice | None:
        notice = await system.store.notices.get(a_notice().id)
        assert notice is not None
        found = notice.state == "temporary" and notice.attempts == attempts
        return notice if found else None

    notice = await until(has_failed, 30)
    assert notice is not None
    return notice


async def test_only_the_last_asking_goes_on(start: Start) -> None:
    async with scripted_relay() as relay:
        relay.answers["RCPT"] = ["451 later"] * 3
        url = f"smtp://127.0.0.1:{relay.port}?tls=never"
        async with start(services=["notifier"], relay=url) as system:
            notice = a_notice()
            await system.store.notices.add(
                notice, raw=b"Subject: mot\r\n\r\nmot\r\n", emit=[requested(notice)]
            )
            first = await tried(system, 1)
            await keep_act(retry, first, system.store, by="Léa", at=SystemClock().now())
            await tried(system, 2)
            # Both events wait their five seconds; one of them tries then, and goes on alone
            await tried(system, 3)

            async def one_waits() -> bool:
                (depth,) = [d for d in await system.bus.depths() if d.name == "notifier.sending"]
                return (depth.ready, depth.waiting, depth.dead) == (0, 1, 0)

            await until(one_waits, 20)
            await tried(system, 3)
    assert relay.heard.count("RCPT") == 3
