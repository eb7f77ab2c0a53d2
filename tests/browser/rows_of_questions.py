"""A question that a colleague asked by name, answered by the keyboard alone."""

from __future__ import annotations

from playwright.sync_api import expect

from services.desk.keeping import asked_of, remark
from services.desk.paths import PATHS
from shared.domain.remark import Remark
from tests.browser.hands import Hands
from tests.browser.rows import Row
from tests.browser.rows_of_cases import TEXT, actor
from tests.browser.whole_desk import WholeDesk
from tests.pages_samples import OFFICE
from tests.pages_samples import assigned_case as sample

ASKED = sample(name="Plaignante questionnée")
QUESTION = "Étais-tu au comptoir ce jour-là ?"


def question_to(desk: WholeDesk, who: str) -> Remark:
    """Return a question that one of PEOPLE is asked."""
    asked = remark(ASKED.case, actor(), "question", QUESTION)
    return asked_of(asked, desk.people[who], OFFICE)


async def _ask(desk: WholeDesk) -> None:
    await ASKED.keep(desk.system.store)
    await desk.system.store.remarks.save(question_to(desk, "colleague"))


def _answer(hands: Hands, desk: WholeDesk) -> None:
    t = hands.t
    desk.open(hands, PATHS[hands.language].cases)
    hands.go(hands.page.get_by_role("link", name=str(t("asked.of_me"))))
    hands.skip()
    hands.follow(QUESTION)
    hands.send(t("asked.send"))
    hands.mend()
    hands.write(t("asked.answer"), TEXT)
    hands.send(t("asked.send"))
    expect(hands.page.locator(".done")).to_have_text(str(t("asked.done")))


def _is_answered(desk: WholeDesk) -> bool:
    said = desk.remarks(ASKED.case)
    return [one.text for one in said if one.answers] == [TEXT] and not any(
        one.waits_for for one in said
    )


QUESTION_ROWS = (
    Row(f"{PATHS['fr'].asked}/{{question_id}}", "colleague", _answer, _is_answered, _ask),
)
