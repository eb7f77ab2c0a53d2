"""Where nothing is wrong, no notice takes the way by the queue."""

from __future__ import annotations

from tests.e2e.conftest import Start

SENDER, MAIN = "ginette@courriel.example", "plaintes@ministere.example"
RAW = (
    f"From: <{SENDER}>\r\nTo: {MAIN}\r\nSubject: Attente\r\nMessage-ID: <1@courriel.example>\r\n"
    "Content-Type: text/plain; charset=utf-8\r\n\r\nJ’attends, à Laval H7N 1A1.\r\n"
).encode()


async def test_a_complaint_is_acknowledged_and_assigned_without_an_event_to_send(
    start: Start,
) -> None:
    async with start() as system:
        await system.deliver(RAW, mail_from=SENDER, rcpt_tos=(MAIN,))
        await system.mail_to(SENDER)
        await system.quiet()
        assert len(system.mails()) == 2
        handled = system.context.metrics.text().decode().splitlines()
    ended = [line for line in handled if line.startswith("recours_handled_total")]
    assert 'recours_handled_total{outcome="done",queue="notifier.telling"} 1.0' in ended
    assert 'recours_handled_total{outcome="done",queue="notifier.sending"} 0.0' in ended
