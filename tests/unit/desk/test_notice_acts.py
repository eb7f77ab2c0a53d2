"""What a person may do with a notice, and what is refused in words."""

from __future__ import annotations

import pytest

from services.desk.notice_acts import release, retry, stop
from services.notifier.sample import RECEIVED
from shared.domain.notice import Notice
from shared.errors import Refused

NOTICE = Notice(
    id="0f8fad5b-d9cb-469f-a165-70867728950e", case_id="c1", kind="acknowledgement",
    role="complainant", recipient="personne@courriel.example", language="fr",
    message_id="n1.mark@ministere.example", created_at=RECEIVED,
)  # fmt: skip


@pytest.mark.parametrize("state", ["temporary", "permanent", "gave_up", "technical"])
def test_what_did_not_arrive_is_sent_once_more_and_says_who_decided(state: str) -> None:
    notice = retry(NOTICE.changed(state=state, report="dead"), "Léa", RECEIVED)
    assert (notice.state, notice.report, notice.failure) == ("created", "", None)
    (act,) = notice.acts
    assert (act.what, act.by, act.at) == ("retried", "Léa", RECEIVED)


def test_what_came_back_from_a_full_mailbox_can_be_sent_once_more() -> None:
    assert retry(NOTICE.changed(state="sent", report="full"), "Léa", RECEIVED).state == "created"


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("created", "goes by itself"),
        ("sending", "goes by itself"),
        ("sent", "would double it"),
        ("delivered", "would double it"),
        ("withheld", "release"),
    ],
)
def test_nothing_that_left_or_leaves_is_sent_again(state: str, words: str) -> None:
    with pytest.raises(Refused, match=f"{words}.*Nothing was changed"):
        retry(NOTICE.changed(state=state), "Léa", RECEIVED)


@pytest.mark.parametrize("state", ["created", "temporary"])
def test_a_notice_that_has_not_left_can_be_stopped_and_let_go_again(state: str) -> None:
    stopped = stop(NOTICE.changed(state=state), "Léa", RECEIVED)
    assert (stopped.state, stopped.withheld_because) == ("withheld", "stopped_by_person")
    released = release(stopped, "Omar", RECEIVED)
    assert released.state == "created"
    assert [(act.what, act.by) for act in released.acts] == [
        ("stopped", "Léa"),
        ("released", "Omar"),
    ]


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("sending", "on the wire"),
        ("sent", "nothing left to stop"),
        ("permanent", "nothing left to stop"),
        ("withheld", "withheld already"),
    ],
)
def test_what_is_on_the_wire_or_gone_cannot_be_stopped(state: str, words: str) -> None:
    with pytest.raises(Refused, match=f"{words}.*Nothing was changed"):
        stop(NOTICE.changed(state=state), "Léa", RECEIVED)
