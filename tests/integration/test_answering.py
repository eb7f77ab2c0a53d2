"""A complaint from its receipt to its closing, with a told clock: each act, each mail."""

from __future__ import annotations

import email
import email.policy
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path

import pytest
from selectolax.lexbor import LexborHTMLParser

from services.desk.acting import Acted, Actor, Ending, answer, ask, close, extend, resume
from services.desk.carrying_out import act_in, give, take_up
from services.intake.reading.reader import read
from services.intake.web import build_app
from services.notifier.rendering import Renderer
from services.notifier.telling import tell_case
from shared.adapters.sqlite_store import SqliteStore
from shared.department import load_department
from shared.domain.assignment import Held
from shared.domain.case import Case
from shared.domain.keys import Keys, verp_notice
from shared.domain.notice import Notice
from shared.errors import Refused
from shared.events import CaseActed, CaseAssigned, CaseHeld, decode
from shared.ports.query import Equal, Query
from tests.commands import recours
from tests.conftest import ROOT, ToldClock
from tests.pages_samples import browser_of
from tests.taking_in import GINETTE, Intake, mail

HERE = load_department(ROOT / "deploy" / "department")
RENDERER = Renderer(HERE)
PUBLIC = "https://plaintes.example"
UNIT = "DR-13"
BY_A_PERSON = {"asked", "extended", "answer", "closed", "escalated"}


@dataclass
class Office:
    """Everybody of the department in one process: intake, a person who acts, the notifier."""

    store: SqliteStore
    clock: ToldClock
    keys: Keys

    @property
    def intake(self) -> Intake:
        return Intake(self.store, self.clock, self.keys, HERE.addresses)

    @property
    def actor(self) -> Actor:
        return Actor(by="Mélanie Essai", at=self.clock.now(), department=HERE)

    async def receive(self, text: str, **more: str) -> Case:
        """Take a complaint in and give it to a unit, as a person does with a held one."""
        await self.intake.take(mail(text=text, **more))
        (case,) = [one for one in await self.intake.cases() if one.state == "opened"]
        held = case.changed(state="held", held=Held(reason="no_place", at=self.clock.now()))
        case = await self.store.cases.save(held)
        unit = HERE.units[UNIT]
        why = {"by": "Lise Essai", "because": "appel"}
        await give(case, unit, self.store, HERE, at=self.clock.now(), **why)
        await self.tell()
        return await self.case(case.id)

    async def case(self, case_id: str) -> Case:
        case = await self.store.cases.get(case_id)
        assert case is not None
        return case

    async def tell(self) -> None:
        """Hand every event that was ever saved to the notifier: each but the last comes again."""
        rows = self.store.file.read("SELECT body FROM queue ORDER BY seq")
        for event in (decode(row[0]) for row in rows):
            if isinstance(event, CaseAssigned | CaseHeld | CaseActed):
                await tell_case(
                    event, store=self.store, clock=self.clock, department=HERE, keys=self.keys,
                    renderer=RENDERER, public_url=PUBLIC, desk_url="https://bureau.example",
                )  # fmt: skip

    async def mails(self, case: Case, role: str = "complainant") -> dict[str, tuple[Notice, str]]:
        """Return each notice of a case with its text, after both parsers had a look at it."""
        found = await self.store.notices.find(Query(Equal("case_id", case.id), sort="created_at"))
        return {
            one.kind: (one, checked(await self.store.notices.raw(one.id) or b"", one))
            for one in found
            if one.role == role
        }


def checked(raw: bytes, notice: Notice) -> str:
    """Return the text of a mail that is whole in both parsers and says one thing in both parts."""
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert not [part.defects for part in message.walk() if part.defects]
    assert not [name for name, value in message.items() if value.defects]
    plain, html = message.get_body(("plain",)), message.get_body(("html",))
    assert plain is not None
    assert html is not None
    text = str(plain.get_content()).replace("\r\n", "\n")
    reading = read(raw, mail_from=notice.return_path)
    assert (reading.state, reading.defects) == ("read", ())
    assert reading.subject == message["Subject"] == notice.subject
    by_a_person = notice.kind in BY_A_PERSON
    assert ("Auto-Submitted" in message) is not by_a_person
    assert (notice.return_path != "") is (by_a_person or notice.role != "complainant")
    assert words(text) == words(page_text(str(html.get_content()), text))
    return text.replace("\xa0", " ")


def page_text(html: str, text: str) -> str:
    page = LexborHTMLParser(html)
    links = [str(link.attributes["href"]) for link in page.css("a")]
    assert all(link in text for link in links)
    for unseen in page.css("head, .days"):
        unseen.decompose()
    assert page.body is not None
    return " ".join([page.body.text(separator=" "), *links])


def words(text: str) -> set[str]:
    return {w for w in re.findall(r"\w+", text.casefold()) if not re.fullmatch(r"\d|_+", w)}


@pytest.fixture
def office(store: SqliteStore, clock: ToldClock, keys: Keys) -> Office:
    return Office(store, clock, keys)


def local_noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 17, tzinfo=UTC)


async def act(office: Office, case: Case, on: date, decide: partial[Acted]) -> Case:
    office.clock.moment = local_noon(on)
    case = await act_in(
        office.store, await office.case(case.id), office.actor, decide=lambda c, a: decide(c, a)
    )
    await office.tell()
    return case


async def asked_and_resumed(office: Office) -> Case:
    """A complaint received before the holidays whose clock stood over them."""
    office.clock.moment = local_noon(date(2026, 12, 16))
    case = await office.receive("J’attends une réponse depuis six semaines, à Laval.")
    case = await act(office, case, date(2026, 12, 18), partial(ask, text="La lettre, svp."))
    office.clock.moment = local_noon(date(2026, 12, 29))
    return await office.store.cases.save(resume(await office.case(case.id), office.actor))


async def answered_and_closed(office: Office) -> Case:
    case = await asked_and_resumed(office)
    until = date(2027, 2, 9)
    more_time = partial(extend, text="Un relevé manque.", until=until)
    case = await act(office, case, date(2027, 1, 25), more_time)
    case = await act(office, case, date(2027, 2, 8), partial(answer, text="Un.\n\nDeux."))
    ending = Ending(outcome="partly", motive="delays", known=(("decision", date(2026, 12, 3)),))
    return await act(office, case, until, partial(close, text="Nos excuses.", ending=ending))


async def test_a_complaint_is_acknowledged_and_asked_about_over_the_holidays(
    office: Office,
) -> None:
    case = await asked_and_resumed(office)
    assert case.language_ground == "wrote"
    mails = await office.mails(case)
    # 20 business days past 24, 25 and 31 December and 1 January
    due = "Réponse au plus tard le mardi 19 janvier 2027, soit 20 jours ouvrables."
    assert due in mails["acknowledgement"][1]
    assert "La lettre, svp." in mails["asked"][1]
    assert "le délai de notre réponse est suspendu" in mails["asked"][1]
    # 21, 22, 23, 28 and 29 December do not count
    assert case.due_on == date(2027, 1, 26)


async def test_a_complaint_is_extended_answered_and_closed_with_its_recourses(
    office: Office,
) -> None:
    case = await answered_and_closed(office)
    assert case.state == "closed"
    mails = await office.mails(case)
    assert list(mails) == ["acknowledgement", "asked", "extended", "answer", "closed"]
    notice, text = mails["extended"]
    assert "au plus tard le mardi 9 février 2027" in text
    assert notice.created_at.date() < date(2027, 1, 26)
    assert "Un.\n\nDeux.\n\nMélanie Essai\n" in mails["answer"][1]
    notice, text = mails["closed"]
    assert "elle est fondée en partie" in text
    # presumed received on 10 December; 90 days later is Wednesday 10 March
    assert "Demande de révision de la décision : au plus tard le mercredi 10 mars 2027." in text
    assert all(one.name_fr in text for one in HERE.recourses)
    assert verp_notice(office.keys, notice.return_path) == notice.id


async def test_the_links_of_the_closing_mail_work(office: Office) -> None:
    case = await answered_and_closed(office)
    mails = await office.mails(case)
    opinion = re.search(rf"{PUBLIC}(/avis/\S+)", mails["closed"][1])
    status = re.search(rf"{PUBLIC}(/suivi/\S+)", mails["extended"][1])
    assert opinion is not None
    assert status is not None
    app = build_app(
        store=office.store, clock=office.clock, keys=office.keys, addresses=HERE.addresses,
        department=HERE, public_url=PUBLIC,
    )  # fmt: skip
    async with browser_of(app) as client:
        assert (await client.get(opinion[1])).status_code == 200
        await client.post(opinion[1], data={"avis": "oui"})
        assert "Votre plainte est close" in (await client.get(status[1])).text
    said = (await office.case(case.id)).satisfaction
    assert said is not None
    assert said.answer == "yes"


async def test_days_are_right_across_24_june_and_1_july(office: Office) -> None:
    office.clock.moment = local_noon(date(2026, 6, 22))
    case = await office.receive("J’attends une réponse depuis six semaines.")
    _, text = (await office.mails(case))["acknowledgement"]
    assert "d’ici le jeudi 25 juin 2026" in text
    assert "Réponse au plus tard le mercredi 22 juillet 2026" in text


async def test_an_english_complaint_is_answered_in_english(office: Office) -> None:
    english = "I have been waiting for an answer for six weeks and nobody ever calls me back."
    case = await office.receive(english, subject="Nobody answers")
    case = await act(office, case, date(2026, 11, 23), partial(answer, text="We apologize."))
    notice, text = (await office.mails(case))["answer"]
    assert notice.language == "en"
    assert text.startswith(HERE.name_en)
    assert "Bonjour" not in text


async def test_a_complaint_that_is_perhaps_a_review_keeps_its_hour_and_is_handed_on(
    office: Office,
) -> None:
    office.clock.moment = datetime(2026, 11, 21, 15, 5, tzinfo=UTC)  # a Saturday
    case = await office.receive("Je veux une révision de la décision du 16 octobre.")
    assert "possible_review" in {flag.name for flag in case.flags}
    mine, theirs = await office.mails(case), await office.mails(case, "complaints_office")
    for _, text in (mine["acknowledgement_review"], theirs["review"]):
        assert "samedi 21 novembre 2026 à 10 h 05" in text
        assert "lundi 23 novembre 2026" in text
    assert "aucune décision n’est prise par une machine" in mine["acknowledgement_review"][1]


async def test_an_act_on_a_case_that_somebody_changed_is_told_and_keeps_nothing(
    office: Office,
) -> None:
    case = await office.receive("J’attends une réponse depuis six semaines.")
    await act(office, case, date(2026, 11, 23), partial(answer, text="Voici."))
    second = partial(answer, text="Encore.")
    with pytest.raises(Refused, match="Somebody changed"):
        await act_in(office.store, case, office.actor, decide=lambda c, a: second(c, a))
    await office.tell()
    assert len((await office.case(case.id)).acts) == 1


async def test_a_complaint_goes_up_to_the_complaints_office_once(office: Office) -> None:
    case = await office.receive("J’attends une réponse depuis six semaines.")
    second = await take_up(office.store, case, office.actor, because="Pas satisfaite.")
    first = await office.case(case.id)
    assert (first.second_level, first.linked_case_ids) == (second.reference, (second.id,))
    # whoever stopped between the two saves does it again
    await office.store.cases.save(first.changed(second_level=None))
    again = await take_up(office.store, await office.case(case.id), office.actor, because="Encore.")
    assert again.id == second.id
    await office.tell()
    mails = await office.mails(second)
    assert list(mails) == ["escalated"]
    notice, text = mails["escalated"]
    assert notice.recipient == GINETTE
    assert first.reference in text
    assert list(await office.mails(second, "complaints_office")) == ["assigned"]


async def test_the_command_line_answers_and_closes(office: Office, tmp_path: Path) -> None:
    case = await office.receive("J’attends une réponse depuis six semaines.")
    env = {"RECOURS_STORE": f"sqlite:///{tmp_path}/recours.db"}
    who = (case.reference, "--by", "Mélanie Essai")
    said = await recours("answer", *who, env=env, given="Voici, à Laval.".encode())
    assert (said.status, said.out) == (
        0,
        f"{case.reference}: answer. The person is told by e-mail.\n",
    )
    (tmp_path / "raisons.txt").write_text("Nos excuses.", encoding="utf-8")
    ending = ("--outcome", "founded", "--motive", "delays", "--day", "decision=2026-10-16")
    text = ("--text", str(tmp_path / "raisons.txt"))
    said = await recours("close", *who, *ending, *text, env=env)
    assert said.status == 0, said.err
    kept = await office.case(case.id)
    assert [one.text for one in kept.acts] == ["Voici, à Laval.", "Nos excuses."]
    assert kept.closing is not None
    assert kept.closing.known == {"decision": date(2026, 10, 16)}
    shown = (await recours("show", case.reference, env=env)).out
    assert "outcome   founded, delays; recourses told by notice on " in shown
    assert "language  fr (" in shown
    assert ", wrote)" in shown
    said = await recours("answer", *who, env=env, given=b"Encore.")
    assert said.status == 2
    assert "is closed" in said.err


async def test_a_preview_shows_any_notice_and_sends_nothing() -> None:
    said = await recours("notice", "preview", "closed", "--language", "en", env={})
    assert said.status == 0
    assert said.out.startswith("Your complaint 26-")
    said = await recours("notice", "preview", "closed", "--html", env={})
    assert said.out.startswith("<!DOCTYPE html>")
    said = await recours("notice", "preview", "greeting", env={})
    assert (said.status, "There are: acknowledgement" in said.err) == (2, True)
