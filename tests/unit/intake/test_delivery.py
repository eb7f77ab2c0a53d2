"""What a delivery report makes of a notice."""

from __future__ import annotations

import pytest

from services.intake.delivery import after_report
from services.notifier.sample import RECEIVED
from shared.domain.notice import Failure, Notice, NoticeState
from shared.domain.reading import Bounce, ReportSays

NOTICE = Notice(
    id="n1", case_id="c1", kind="assigned", role="unit", recipient="equipe@ministere.example",
    language="fr", message_id="n1.mark@ministere.example", created_at=RECEIVED, state="sent",
)  # fmt: skip


def noted(*reports: ReportSays, state: NoticeState = "sent") -> Notice:
    notice = NOTICE.changed(state=state)
    for says in reports:
        notice = after_report(notice, Bounce(says=says, permanent=says == "dead"), RECEIVED) or (
            notice
        )
    return notice


@pytest.mark.parametrize(
    ("says", "state", "failure"),
    [
        ("delivered", "delivered", None),
        ("delayed", "sent", None),
        ("full", "sent", "full"),
        ("refused", "sent", "refused"),
        ("dead", "permanent", "dead"),
    ],
)
def test_only_an_address_that_does_not_exist_ends_a_notice(
    says: ReportSays, state: NoticeState, failure: Failure | None
) -> None:
    notice = noted(says)
    assert (notice.state, notice.failure, notice.report) == (state, failure, says)
    assert notice.reported_at == RECEIVED


def test_the_same_report_again_says_nothing_new() -> None:
    assert noted("full", "full") == noted("full")
    assert after_report(noted("full"), Bounce(says="full"), RECEIVED) is None


def test_a_delay_that_comes_after_the_delivery_is_no_news() -> None:
    assert noted("delivered", "delayed").report == "delivered"


def test_a_failure_behind_a_delivery_counts() -> None:
    assert noted("delivered", "dead").failure == "dead"


@pytest.mark.parametrize("state", ["created", "withheld", "permanent"])
def test_a_report_on_what_never_got_there_is_none(state: NoticeState) -> None:
    assert after_report(NOTICE.changed(state=state), Bounce(says="delivered"), RECEIVED) is None


def test_a_notice_that_came_back_did_not_arrive() -> None:
    assert noted().arrived
    assert noted("delayed").arrived
    assert not noted("full").arrived
