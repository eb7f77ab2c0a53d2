"""The keyboard alone does everything at the desk; the table fails when an act is not in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import get_args
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect
from starlette.routing import Route

from services.desk.acts import ActName
from services.desk.app import AREAS, HERE
from services.desk.office.accounts import ACTS as ACCOUNT_ACTS
from services.desk.operations.outgoing import ACTS as NOTICE_ACTS
from services.desk.paths import PATHS, in_other_language
from shared.domain.envelope import Language
from shared.pages.rendering import Pages
from shared.ports.query import Equal, Query
from tests.browser.hands import Hands
from tests.browser.rows import Row
from tests.browser.rows_of_cases import CASE_ROWS
from tests.browser.rows_of_operations import OPERATIONS_ROWS
from tests.browser.rows_of_questions import QUESTION_ROWS
from tests.browser.rows_of_the_office import OFFICE_ROWS
from tests.browser.whole_desk import WholeDesk, whole_desk
from tests.pages_samples import assigned_case as sample
from tests.pages_samples import department

ROWS: tuple[Row, ...] = (*CASE_ROWS, *QUESTION_ROWS, *OFFICE_ROWS, *OPERATIONS_ROWS)
PAGES = Pages(HERE, *(HERE / area for area in AREAS), department=department())
#: Routes that take the name of an act, and the acts that they take.
ACTS_AT = {
    PATHS["fr"].cases: get_args(ActName),
    PATHS["fr"].accounts: ACCOUNT_ACTS,
    PATHS["fr"].operations: tuple(NOTICE_ACTS),
}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WholeDesk]:
    with whole_desk(tmp_path_factory.mktemp("keys")) as desk:
        yield desk


def hands_on(page: Page, language: Language) -> Hands:
    return Hands(page, PAGES.texts(language))


@pytest.mark.parametrize(
    ("row", "language"),
    # Every other row in English: the pages are the same
    [
        pytest.param(row, "en" if number % 2 else "fr", id=row.name)
        for number, row in enumerate(ROWS)
    ],
)
def test_the_keyboard_alone_does_it(
    page: Page, desk: WholeDesk, row: Row, language: Language
) -> None:
    desk.tell(row.prepare(desk))
    if row.who:
        desk.enter(page, row.who)
    posted: list[str] = []
    page.on("request", lambda one: posted.append(one.url) if one.method == "POST" else None)
    row.do(hands_on(page, language), desk)
    assert row.kept(desk)
    assert posted
    template = re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(row.posts))
    assert all(re.fullmatch(template, in_french(url, language)) for url in posted), posted


def test_every_act_has_its_row(desk: WholeDesk) -> None:
    """Whoever adds a form to the desk, or an act to the forms of others, adds a row."""
    assert sorted(forms_of(desk)) == sorted({row.posts for row in ROWS})


def forms_of(desk: WholeDesk) -> Iterator[str]:
    """Return the addresses of the desk that take a form, each with the acts it takes."""
    for route in desk.app.routes:
        if isinstance(route, Route) and "POST" in (route.methods or ()):
            if not route.path.startswith(PATHS["fr"].root):
                continue
            root = next((one for one in ACTS_AT if route.path.startswith(one)), "")
            acts = ACTS_AT[root] if "{act}" in route.path else ("",)
            yield from (route.path.replace("{act}", act) for act in acts)


def test_a_case_is_opened_from_the_worklist(page: Page, desk: WholeDesk) -> None:
    desk.tell(sample().keep(desk.system.store))
    desk.enter(page, "agent")
    hands = hands_on(page, "en")
    t, reference = hands.t, sample().case.reference
    desk.open(hands, PATHS["en"].cases)
    hands.skip()
    hands.go(page.get_by_role("link", name=str(t("cases.pick_new"))))
    hands.skip()
    hands.choose(t("cases.sort"), "received")
    hands.choose(t("cases.taken"), "nobody")
    hands.send(t("cases.filter"))
    assert "tri=received" in page.url
    assert "prise=nobody" in page.url
    hands.skip()
    hands.follow(reference)
    expect(page.locator("h1")).to_have_text("Ginette Fortier")


def test_a_search_finds_a_case_and_a_clue_leads_to_its_words(page: Page, desk: WholeDesk) -> None:
    found = sample(name="Plaignante cherchée")
    desk.tell(found.keep(desk.system.store))
    desk.enter(page, "office")
    hands = hands_on(page, "fr")
    t = hands.t
    desk.open(hands, PATHS["fr"].cases)
    hands.write(t("nav.search_label"), found.case.reference, role="searchbox")
    hands.go(page.locator("#q"))
    expect(page.locator("h1")).to_have_text("Plaignante cherchée")
    hands.skip()
    hands.enter(page.locator("a#t3"))
    hands.reach(page.locator("li#p3 a"))  # the next stop from there
    hands.press("Enter")
    expect(page.locator("a#t3")).to_be_focused()
    with page.expect_download() as document:
        hands.enter(page.get_by_role("link", name="lettre d'été.html"))
    assert document.value.suggested_filename == "lettre d'été.html"
    hands.go(page.locator("header a[hreflang=en]"))
    expect(page.locator("h1")).to_have_text("Plaignante cherchée")


def test_a_draft_is_kept_and_gone_on_with(page: Page, desk: WholeDesk) -> None:
    begun = sample(name="Plaignante du brouillon")
    desk.tell(begun.keep(desk.system.store))
    desk.enter(page, "agent")
    hands = hands_on(page, "fr")
    t = hands.t
    desk.open(hands, PATHS["fr"].act(begun.case.reference, "answer"))
    hands.skip()
    hands.write(t("act_field.text_answer"), "Nous avons")
    hands.send(t("act.draft"))
    (draft,) = desk.tell(desk.system.store.drafts.find(Query(Equal("case_id", begun.case.id))))
    assert draft.text == "Nous avons"
    hands.skip()
    hands.go(page.locator("main p.small a", has_text=str(t("act.answer"))))
    hands.skip()
    hands.reach(hands.named("textbox", t("act_field.text_answer")))
    hands.press("Control+End")
    page.keyboard.type(" vérifié.")
    hands.send(t("act_go.answer"))
    assert desk.case(begun.case).acts[-1].text == "Nous avons vérifié."


def test_a_text_of_a_session_that_has_ended_is_sent_all_the_same(
    page: Page, desk: WholeDesk
) -> None:
    kept = sample(name="Plaignante de la session close")
    desk.tell(kept.keep(desk.system.store))
    desk.enter(page, "agent")
    hands = hands_on(page, "en")
    t = hands.t
    desk.open(hands, PATHS["en"].act(kept.case.reference, "note"))
    hands.skip()
    hands.write(t("act_field.text_note"), "A note.\nOn two lines.")
    page.context.clear_cookies()
    hands.send(t("act_go.note"))
    hands.is_told_what_is_wrong()
    desk.enter(page, "agent")  # signs in again in another window
    hands.send(t("again.send"))
    hands.is_told_what_is_wrong()  # the form is of an earlier session
    hands.send(t("again.send"))
    assert [one.text for one in desk.remarks(kept.case)] == ["A note.\nOn two lines."]


def test_figures_of_other_days_are_asked_for(page: Page, desk: WholeDesk) -> None:
    desk.enter(page, "office")
    hands = hands_on(page, "fr")
    t = hands.t
    desk.open(hands, PATHS["fr"].overview)
    hands.skip()
    hands.write_day(t("overview.from"), date(2026, 11, 20))
    hands.write_day(t("overview.to"), date(2026, 11, 2))
    hands.send(t("overview.show"))
    hands.is_told_what_is_wrong()
    hands.write_day(t("overview.from"), date(2026, 11, 2))
    hands.write_day(t("overview.to"), date(2026, 11, 20))
    hands.choose(t("overview.events"), "apart")
    hands.send(t("overview.show"))
    assert "du=2026-11-02&au=2026-11-20&evenements=apart" in page.url
    assert page.get_by_role("alert").count() == 0


def test_the_register_of_readings_is_searched(page: Page, desk: WholeDesk) -> None:
    read = sample(name="Plaignante consultée")
    desk.tell(read.keep(desk.system.store))
    desk.enter(page, "privacy")
    hands = hands_on(page, "en")
    t = hands.t
    desk.open(hands, PATHS["en"].reads)
    hands.skip()
    hands.write(t("reads.reference"), "26-0000")
    hands.send(t("reads.show"))
    hands.is_told_what_is_wrong()
    hands.write(t("reads.reference"), read.case.reference)
    hands.send(t("reads.show"))
    assert page.get_by_role("alert").count() == 0


def in_french(url: str, language: Language) -> str:
    path = urlsplit(url).path
    return path if language == "fr" else in_other_language(path, "en")
