"""Every act on a case, by the keyboard alone: what is typed, and what the case is afterwards."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from playwright.sync_api import expect

from services.desk import acting
from services.desk.acting import Actor
from services.desk.acts import ACTS, ActName
from services.desk.paths import PATHS
from shared.domain.account import Account
from shared.domain.act import Closing
from shared.domain.case import Case
from shared.domain.delays import running_pause
from shared.domain.reading import Flag
from shared.domain.remark import Remark
from tests.browser.hands import Hands
from tests.browser.rows import Row
from tests.browser.whole_desk import WholeDesk
from tests.pages_samples import NOW, department
from tests.pages_samples import assigned_case as sample

WHY = "La personne a été servie à Longueuil."
TEXT = "Nous avons vérifié votre dossier."
LATER = date(2027, 1, 15)
EVENT = "Panne du 12 novembre"

People = Mapping[str, Account]
#: The role and the words of each field; those of a choice go on with its value.
PLACES: dict[str, tuple[str, str]] = {
    "because": ("textbox", "act_field.because"),
    "event": ("textbox", "act_field.event"),
    "colleague": ("combobox", "act_field.colleague"),
    "language": ("radio", "person.language_"),
    "outcome": ("radio", "outcome."),
    "motive": ("combobox", "close.motive"),
    "told": ("radio", "close.told_"),
}
#: Fields whose words depend on the act.
OF_ACT = {"text": "textbox", "unit": "combobox", "until": "day", "day": "day"}


def as_it_is(case: Case, people: People) -> Case:
    del people
    return case


@dataclass(frozen=True)
class CaseAct:
    """One act on a case of its own. `wrong` is typed first, and refused; None when nothing that
    somebody types can be. `before` makes the case that the act is possible with."""

    name: ActName
    kept: Callable[[Case, Sequence[Remark]], bool]
    given: Mapping[str, str] = field(default_factory=dict)
    wrong: Mapping[str, str] | None = None
    who: str = "agent"
    before: Callable[[Case, People], Case] = as_it_is

    @property
    def places(self) -> dict[str, tuple[str, str]]:
        own = {one: (role, f"act_field.{one}_{self.name}") for one, role in OF_ACT.items()}
        return {**PLACES, **own}

    def case(self) -> Case:
        return sample(name=f"Plaignante {self.name}").case

    async def prepare(self, desk: WholeDesk) -> None:
        whole = sample(name=f"Plaignante {self.name}")
        case = self.before(whole.case, desk.people)
        await replace(whole, case=case).keep(desk.system.store)

    def do(self, hands: Hands, desk: WholeDesk) -> None:
        form, t = ACTS[self.name], hands.t
        desk.open(hands, PATHS[hands.language].case(self.case().reference))
        hands.skip()
        if not form.first:
            hands.unfold(t("act.others"))
        if not form.fields:
            hands.send(t(f"act.{self.name}"))
            return
        hands.follow(t(f"act.{self.name}"))
        if self.wrong is not None:
            hands.fill(self.wrong, self.places)
            hands.send(t(f"act_go.{self.name}"))
            hands.mend()
        hands.fill(self.given, self.places)
        if form.writes:
            hands.send(t("act.preview"))
            expect(hands.page.locator("#h-prev")).to_be_in_viewport()
            expect(hands.page.locator("[aria-labelledby=h-prev]")).to_be_focused()
        hands.send(t(f"act_go.{self.name}"))

    def is_kept(self, desk: WholeDesk) -> bool:
        case = self.case()
        return self.kept(desk.case(case), desk.remarks(case))


def actor() -> Actor:
    return Actor(by="Odile Roy", at=NOW - timedelta(hours=2), department=department())


def asked(case: Case, people: People) -> Case:
    del people
    return acting.ask(case, actor(), "La lettre, svp.")[0]


def closed(case: Case, people: People) -> Case:
    del people
    ending = Closing(outcome="founded", motive="delays", at=NOW, by="Odile", said_satisfied=True)
    return case.changed(state="closed", closing=ending)


def sensitive(case: Case, people: People) -> Case:
    del people
    return case.changed(flags=(Flag(name="sensitive", words="", start=0, end=0),))


def written(kind: str) -> Callable[[Case, Sequence[Remark]], bool]:
    """Return whether the last letter is of this kind and has the text."""
    return lambda case, _: (case.acts[-1].kind, case.acts[-1].text) == (kind, TEXT)


def remarked(kind: str, text: str, to: str = "") -> Callable[[Case, Sequence[Remark]], bool]:
    return lambda _, remarks: (
        [(one.kind, one.text, one.to) for one in remarks] == [(kind, text, to)]
    )


CASE_ACTS = (
    CaseAct("take", lambda case, _: case.taken_by_name == "Agent"),
    CaseAct(
        "transfer",
        lambda case, _: case.unit_id == "DR-16" and case.moves[-1].because == WHY,
        {"unit": "DR-16", "because": WHY},
        {},
    ),
    CaseAct("answer", written("answer"), {"text": TEXT}, {}),
    CaseAct(
        "extend",
        lambda case, _: case.due_on == LATER and case.acts[-1].text == TEXT,
        {"until": LATER.isoformat(), "text": TEXT},
        {},
    ),
    CaseAct(
        "close",
        lambda case, _: (
            case.closing is not None
            and (case.closing.outcome, case.closing.motive) == ("partly", "courtesy")
            and case.closing.told is not None
            and case.acts[-1].text == TEXT
        ),
        {"outcome": "partly", "motive": "courtesy", "text": TEXT, "told": "notice"},
        {},
    ),
    CaseAct("note", remarked("note", TEXT), {"text": TEXT}, {}),
    CaseAct(
        "ask",
        lambda case, _: running_pause(case.pauses) is not None and case.acts[-1].day == LATER,
        {"until": LATER.isoformat(), "text": TEXT},
        {},
    ),
    CaseAct("resume", lambda case, _: bool(case.pauses and case.pauses[-1].ended_at), before=asked),
    CaseAct("question", remarked("question", TEXT, "DR-16"), {"unit": "DR-16", "text": TEXT}, {}),
    CaseAct(
        "reply",
        remarked("reply", TEXT),
        {"text": TEXT},
        {},
        who="elsewhere",
        before=lambda case, _: case.changed(concerned_units=("DR-16",)),
    ),
    CaseAct(
        "told",
        remarked("told_orally", f"2026-11-23: {TEXT}"),
        {"day": "2026-11-23", "text": TEXT},
        {"day": "2026-12-31", "text": TEXT},
    ),
    CaseAct("escalate", lambda case, _: bool(case.second_level), {"because": WHY}, {}),
    CaseAct(
        "sensitive",
        lambda case, remarks: case.is_sensitive and remarks[0].text == WHY,
        {"because": WHY},
        {},
    ),
    CaseAct("event", lambda case, _: case.event == EVENT, {"event": EVENT}, {"event": "e" * 81}),
    CaseAct(
        "language",
        lambda case, _: (case.language, case.language_ground) == ("en", "asked"),
        {"language": "en"},
        {},
    ),
    CaseAct(
        "thank",
        lambda case, _: case.state == "closed" and case.acts[-1].kind == "thanks",
        {"text": TEXT},
        {},
        before=lambda case, _: case.changed(kind="thanks"),
    ),
    CaseAct("contacted", lambda case, _: case.contacted_by == "Agent"),
    CaseAct(
        "refuse",
        lambda case, _: case.state == "held" and case.refusals[-1].because == WHY,
        {"because": WHY},
        {},
    ),
    CaseAct(
        "confirm",
        lambda case, _: case.receipt is not None and case.receipt.by == "Manager",
        who="manager",
        before=sensitive,
    ),
    CaseAct(
        "leave",
        lambda case, _: case.taken_by is None,
        before=lambda case, people: case.changed(taken_by=people["agent"].id),
    ),
    CaseAct(
        "give",
        lambda case, _: case.taken_by_name == "Colleague",
        {"colleague": "Colleague"},
        {},
        who="manager",
    ),
    CaseAct(
        "reopen",
        lambda case, remarks: case.state == "assigned" and remarks[0].text == WHY,
        {"because": WHY},
        {},
        who="manager",
        before=closed,
    ),
)


def row_of(act: CaseAct) -> Row:
    return Row(
        posts=f"{PATHS['fr'].cases}/{{reference}}/{act.name}",
        who=act.who,
        do=act.do,
        kept=act.is_kept,
        prepare=act.prepare,
    )


CASE_ROWS = tuple(row_of(act) for act in CASE_ACTS)
