"""Acts as a person at a terminal does them: refused, repeated, taken up, shown."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial
from pathlib import Path

import pytest

from services.desk.acting import answer, ask
from services.desk.carrying_out import act_in, take_up
from shared.adapters.sqlite_store import SqliteStore
from shared.adapters.system_clock import SystemClock
from shared.domain.complainant import Complainant
from shared.domain.delays import running_pause
from shared.domain.keys import Keys
from shared.errors import Refused
from shared.ports.query import AllOf
from tests.commands import recours
from tests.conftest import ToldClock
from tests.office import HERE, Office, act
from tests.taking_in import GINETTE


@pytest.fixture
def office(store: SqliteStore, clock: ToldClock, keys: Keys) -> Office:
    return Office(store, clock, keys)


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


async def test_a_letter_counts_from_the_day_on_which_it_was_posted(
    office: Office, tmp_path: Path
) -> None:
    """The command reads the clock of the machine: days are counted back from today."""
    now = SystemClock().now()
    office.clock.moment = now - timedelta(days=5)
    case = await office.receive("J’attends une réponse depuis six semaines.")
    by_post = Complainant(postal_address="12, rue X, Laval")
    await office.store.cases.save(case.changed(acknowledge_to=None, complainant=by_post))
    asked = await act_in(
        office.store,
        await office.case(case.id),
        office.actor,
        decide=partial(ask, text="La lettre ?"),
    )
    await office.tell()
    letter = (await office.mails(asked))["asked"][0]
    env = {"RECOURS_STORE": f"sqlite:///{tmp_path}/recours.db"}
    done = ("outgoing", "done", letter.id, "--by", "Léa", "--how", "posted", "--on")
    today, written = HERE.calendar.day_of(now), HERE.calendar.day_of(letter.created_at)
    posted_on = today - timedelta(days=3)
    for day, words in (
        (today + timedelta(days=2), "has not come yet"),
        (written - timedelta(days=1), "was written on"),
        ("hier", "does not match"),
    ):
        refused = await recours(*done, str(day), env=env)
        assert refused.status == 2
        assert words in refused.err
    said = await recours(*done, str(posted_on), env=env)
    assert said.status == 0, said.err
    kept = await office.store.notices.get(letter.id)
    pause = running_pause((await office.case(case.id)).pauses)
    assert kept is not None
    assert kept.sent_at is not None
    assert pause is not None
    assert (kept.state, HERE.calendar.day_of(kept.sent_at)) == ("printed", posted_on)
    assert HERE.calendar.day_of(pause.began_at) == posted_on


@pytest.mark.parametrize("deed", ["requeue", "discard"])
async def test_a_dead_letter_is_ended_by_somebody_or_not_at_all(
    office: Office, tmp_path: Path, deed: str
) -> None:
    env = {"RECOURS_STORE": f"sqlite:///{tmp_path}/recours.db"}
    nobody = await recours("dead", deed, "x", "--by", " ", env=env)
    assert nobody.status == 2
    assert "--by must name who does it" in nobody.err
    unknown = await recours("dead", deed, "x", "--by", "Hugo Essai", env=env)
    assert unknown.status == 2
    assert "no dead letter" in unknown.err
    assert await office.store.interventions.count(AllOf(())) == 0


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
