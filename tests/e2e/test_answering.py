"""A complaint from the SMTP door to its closing, over the holidays, on both shapes."""

from __future__ import annotations

import email
import re
from collections import Counter
from datetime import UTC, date, datetime
from functools import partial

import httpx
import pytest

from services.desk.acting import Acted, Ending, answer, ask, close, extend
from services.desk.carrying_out import act_in, take_up
from shared.domain.case import Case
from shared.domain.delays import running_pause
from shared.domain.notice import Notice
from shared.ports.query import Query
from tests.conftest import ToldClock
from tests.e2e.conftest import Shape, Start
from tests.e2e.outgoing import HERE, Department, department
from tests.taking_in import GINETTE, MAIN, mail
from tests.waiting import until

PUBLIC, DESK = "http://public.example", "http://desk.example"
COMPLAINT = "J’attends une réponse depuis six semaines, au 12, rue des Exemples, Laval H7N 1A1."


async def receive(office: Department, text: str = COMPLAINT, **more: str) -> Case:
    """Let a complaint come in at the door and go its way; return its case."""
    store = office.system.store
    before = {case.id for case in await store.cases.find(Query(limit=1000))}
    await office.system.deliver(mail(text=text, **more), mail_from=GINETTE, rcpt_tos=(MAIN,))

    async def new() -> list[Case]:
        cases = await store.cases.find(Query(limit=1000))
        return [one for one in cases if one.id not in before and one.state != "opened"]

    (case,) = await until(new, 20)
    await office.settle()
    return case


async def act(office: Department, case: Case, on: date, decide: partial[Acted]) -> Case:
    await office.on(on)
    case = await act_in(
        office.system.store,
        await office.case(case.id),
        office.actor,
        decide=lambda c, a: decide(c, a),
    )
    await office.settle()
    return case


async def follow(link: str | None, base: str, real: str) -> httpx.Response:
    assert link is not None
    async with httpx.AsyncClient() as client:
        return await client.get(real + link.removeprefix(base))


def link_in(text: str, base: str, below: str) -> str:
    found = re.search(rf"{re.escape(base)}{below}/\S+", text)
    assert found is not None, text
    return found[0]


async def received_and_read(office: Department) -> Case:
    await office.on(date(2026, 12, 16))
    case = await receive(office)
    assert case.unit_id == "DR-13"
    _, text = (await office.told(case, "unit"))["assigned"]
    page = await follow(link_in(text, DESK, "/bureau"), DESK, office.system.desk)
    assert page.status_code == 200
    assert "six semaines" in page.text
    return case


async def asked_and_answered_back(office: Department, case: Case) -> None:
    """The clock stands from the question to the reply, which comes in by the door."""
    await act(office, case, date(2026, 12, 18), partial(ask, text="La lettre, svp."))
    await office.on(date(2026, 12, 29))
    notice, text = (await office.told(case))["asked"]
    assert "le délai de notre réponse est suspendu" in text
    sent = email.message_from_bytes(office.mails()[notice.message_id])
    back = str(sent["Reply-To"]).strip("<>")
    raw = mail(
        text="La voici.", message_id="2@courriel.example", to=back,
        extra=f"In-Reply-To: <{notice.message_id}>\r\n",
    )  # fmt: skip
    await office.system.deliver(raw, mail_from=GINETTE, rcpt_tos=(back,))

    async def runs() -> bool:
        return running_pause((await office.case(case.id)).pauses) is None

    await until(runs, 20)
    await office.settle()


async def ended(office: Department, case: Case) -> None:
    until_day = date(2027, 2, 9)
    more_time = partial(extend, text="Un relevé manque.", until=until_day)
    await act(office, case, date(2027, 1, 25), more_time)
    await act(office, case, date(2027, 2, 8), partial(answer, text="Un.\n\nDeux."))
    ending = Ending(outcome="partly", motive="delays", known=(("decision", date(2026, 12, 3)),))
    await act(office, case, until_day, partial(close, text="Nos excuses.", ending=ending))


async def follow_the_links(office: Department, mails: dict[str, tuple[Notice, str]]) -> None:
    web = office.system.web
    opinion = link_in(mails["closed"][1], PUBLIC, "/avis")
    assert (await follow(opinion, PUBLIC, web)).status_code == 200
    async with httpx.AsyncClient() as client:
        await client.post(web + opinion.removeprefix(PUBLIC), data={"avis": "oui"})
    status = await follow(link_in(mails["extended"][1], PUBLIC, "/suivi"), PUBLIC, web)
    assert "Votre plainte est close" in status.text


@pytest.mark.timeout(180)
async def test_a_complaint_is_acknowledged_reminded_extended_answered_and_closed(
    start: Start, shape: Shape, clock: ToldClock
) -> None:
    async with department(start, shape, clock) as office:
        case = await received_and_read(office)
        # 20 business days past 24, 25 and 31 December and 1 January
        due = "Réponse au plus tard le mardi 19 janvier 2027, soit 20 jours ouvrables."
        assert due in (await office.told(case))["acknowledgement"][1]
        await asked_and_answered_back(office, case)
        # 21, 22, 23, 28 and 29 December do not count
        assert (await office.case(case.id)).due_on == date(2027, 1, 26)
        await office.on(date(2027, 1, 19))
        _, text = (await office.told(case, "unit"))["reminder"]
        assert "mardi 26 janvier 2027" in text
        await ended(office, case)

        case = await office.case(case.id)
        assert case.state == "closed"
        mails = await office.told(case)
        assert list(mails) == ["acknowledgement", "asked", "extended", "answer", "closed"]
        assert "au plus tard le mardi 9 février 2027" in mails["extended"][1]
        assert "Un.\n\nDeux.\n\nMélanie Essai\n" in mails["answer"][1]
        text = mails["closed"][1]
        # presumed received on 10 December; 90 days later is Wednesday 10 March
        assert "Demande de révision de la décision : au plus tard le mercredi 10 mars 2027." in text
        assert all(one.name_fr in text for one in HERE.recourses)
        await follow_the_links(office, mails)
        said = (await office.case(case.id)).satisfaction
        assert said is not None
        assert said.answer == "yes"
        await nobody_was_told_twice(office, case)


async def nobody_was_told_twice(office: Department, case: Case) -> None:
    """Both notifiers have looked all the time; a person wrote each other letter once."""
    await office.on(date(2027, 2, 10))
    told = Counter(
        (one.kind, one.recipient, one.created_at.date()) for one in await office.notices(case)
    )
    assert set(told.values()) == {1}
    assert len(office.mails()) == sum(told.values())


async def test_a_complaint_goes_up_to_the_complaints_office_and_is_told_once(
    start: Start, shape: Shape, clock: ToldClock
) -> None:
    async with department(start, shape, clock) as office:
        first = await receive(office)
        store = office.system.store
        second = await take_up(store, first, office.actor, because="Pas satisfaite.")
        await office.settle()
        # whoever stopped between the two saves does it again
        linked = await office.case(first.id)
        await store.cases.save(linked.changed(second_level=None))
        again = await take_up(store, await office.case(first.id), office.actor, because="Encore.")
        await office.settle()
        assert again.id == second.id
        assert list(await office.told(second)) == ["escalated"]
        assert first.reference in (await office.told(second))["escalated"][1]
        assert list(await office.told(second, "complaints_office")) == ["assigned"]


#: Moment of receipt in UTC; what the person is told of the first contact and of the answer.
HOLIDAYS = (
    # Friday 22 December 2028: 25 and 26 December and 1 and 2 January are closed days of the week
    (datetime(2028, 12, 22, 17, tzinfo=UTC), "jeudi 28 décembre 2028", "jeudi 25 janvier 2029"),
    (datetime(2028, 12, 28, 17, tzinfo=UTC), "mercredi 3 janvier 2029", "lundi 29 janvier 2029"),
    # 24 June and 1 July are closed; what comes on 24 June counts from then on all the same
    (datetime(2026, 6, 23, 17, tzinfo=UTC), "vendredi 26 juin 2026", "jeudi 23 juillet 2026"),
    (datetime(2026, 6, 24, 17, tzinfo=UTC), "vendredi 26 juin 2026", "jeudi 23 juillet 2026"),
    # 24, 25 and 31 December and 1 January are closed; 26 December and 2 January are Saturdays
    (datetime(2026, 12, 23, 17, tzinfo=UTC), "mardi 29 décembre 2026", "mardi 26 janvier 2027"),
    (datetime(2026, 12, 26, 17, tzinfo=UTC), "mardi 29 décembre 2026", "mardi 26 janvier 2027"),
    (datetime(2026, 12, 31, 17, tzinfo=UTC), "mardi 5 janvier 2027", "vendredi 29 janvier 2027"),
    # still 31 December in Québec
    (datetime(2027, 1, 1, 4, 30, tzinfo=UTC), "mardi 5 janvier 2027", "vendredi 29 janvier 2027"),
    (datetime(2027, 1, 2, 17, tzinfo=UTC), "mardi 5 janvier 2027", "vendredi 29 janvier 2027"),
)


async def test_the_days_told_are_right_across_every_holiday(
    start: Start, shape: Shape, clock: ToldClock
) -> None:
    async with department(start, shape, clock) as office:
        for number, (moment, contact, answered) in enumerate(sorted(HOLIDAYS)):
            clock.moment = moment
            case = await receive(office, message_id=f"{number}@courriel.example")
            _, text = (await office.told(case))["acknowledgement"]
            assert f"d’ici le {contact}" in text
            assert f"Réponse au plus tard le {answered}" in text
