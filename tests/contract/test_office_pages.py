"""Pages of the complaints office on each store: what is counted, sorted, given and kept."""

from __future__ import annotations

import asyncio
import html
import re
from datetime import timedelta
from email import message_from_bytes

import pytest
from httpx import Response

from shared.domain.assignment import Held, Move, Refusal
from shared.events import CaseAssigned, EnvelopeReceived
from shared.pages.texts import NBSP
from tests.contract.conftest import Stores
from tests.desk_people import Office, another_held, in_tray
from tests.pages_samples import OFFICE, RECEIVED

SAID = {
    "envoi": "p",
    "canal": "counter",
    "jour": "2026-11-20",
    "heure": "09:41",
    "recit": "Elle attend depuis six semaines.",
    "relu": "1",
}


def plain(page: Response) -> str:
    return html.unescape(re.sub(r"<[^>]+>", "", page.text)).replace(NBSP, " ")


async def test_held_cases_are_counted_by_reason_and_come_oldest_first(stores: Stores) -> None:
    office = Office(stores.store)
    samples = [another_held(number) for number in (3, 1, 2)]
    nowhere = another_held(4, held=Held(reason="no_place", at=RECEIVED))
    for sample in (*samples, nowhere, in_tray(5, "spam"), in_tray(6, "unreadable")):
        await office.keep(sample)
    page = (await (await office.sorter()).get("/bureau/tri")).text
    shown = re.findall(r'aria-labelledby="s([^"]+)"', page)
    ordered = sorted((*samples, nowhere), key=lambda one: one.case.opened_at)
    assert shown == [one.case.reference for one in ordered]
    assert "Plusieurs unités <b>3</b>" in page
    assert "Aucun indice <b>1</b>" in page
    assert "Indésirable <b>1</b>" in page


def refused(unit: str, hours: int) -> Refusal:
    at = RECEIVED + timedelta(hours=hours)
    why = f"pas chez nous, {unit}"
    return Refusal(at=at, unit_id=unit, by="Odile Essai", because=why, had_since=RECEIVED)


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("/bureau/tri", ("Refusée deux fois 2", "refusée par", "retirée à", "Odile Essai")),
        ("/en/desk/sorting", ("Refused twice 2", "refused by", "taken from", "Odile Essai")),
    ],
)
async def test_what_no_unit_kept_is_counted_and_picked_with_who_and_why(
    stores: Stores, path: str, told: tuple[str, ...]
) -> None:
    office = Office(stores.store)
    back = Held(reason="refused", at=RECEIVED)
    taken = Move(
        at=RECEIVED, how="person", by="Lise Essai", because="par téléphone",
        from_unit="DR-16", to_unit=OFFICE,
    )  # fmt: skip
    by_rules = taken.model_copy(update={"how": "rules"})
    two_units = another_held(1, held=back, refusals=(refused(OFFICE, 1), refused("DR-16", 2)))
    one_unit = another_held(
        2, held=back, tray="unreadable", refusals=(refused(OFFICE, 3),), moves=(taken,)
    )
    once = another_held(3, held=back, refusals=(refused(OFFICE, 4),), moves=(by_rules,))
    for sample in (two_units, one_unit, once, another_held(4)):
        await office.keep(sample)
    sorter = await office.sorter()
    everything = plain(await sorter.get(path))
    page = await sorter.get(f"{path}?motif=refused_twice")
    picked = re.findall(r'aria-labelledby="s([^"]+)"', page.text)
    assert told[0] in everything
    assert picked == [two_units.case.reference, one_unit.case.reference]
    assert all(words in plain(page) for words in told)
    assert "pas chez nous, DR-16" in plain(page)
    assert "par téléphone" in plain(page)
    await sorter.send(f"/bureau/tri/{picked[0]}", {"version": "1", "unit": OFFICE})
    left = plain(await sorter.get(path))
    assert told[0].replace("2", "1") in left


async def test_two_choices_at_one_moment_leave_one_move_and_one_event(stores: Stores) -> None:
    office = Office(stores.store)
    case = await office.keep(another_held(1))
    people = [await office.sorter(), await office.sorter("lise")]
    answers = await asyncio.gather(
        *(
            one.send(f"/bureau/tri/{case.reference}", {"version": str(case.version), "unit": unit})
            for one, unit in zip(people, (OFFICE, "DR-16"), strict=True)
        )
    )
    emitted = [one for one in await stores.emitted() if isinstance(one, CaseAssigned)]
    assert sorted(answer.status_code for answer in answers) == [303, 409]
    assert len((await office.now(case)).moves) == 1
    assert [event.case_id for event in emitted] == [case.id]


async def test_mail_set_aside_leaves_its_tray_and_emits_nothing(stores: Stores) -> None:
    office = Office(stores.store)
    case = await office.keep(in_tray(1, "spam"))
    sorter = await office.sorter()
    ticked = {"plainte": f"{case.reference}:{case.version}"}
    await sorter.send("/bureau/tri/aside?bac=spam", ticked)
    page = (await sorter.get("/bureau/tri?bac=spam")).text
    assert (await office.now(case)).state == "closed"
    assert case.reference not in page
    assert await stores.emitted() == []


async def test_the_worklist_counts_what_it_lists_and_spam_lies_in_its_tray_alone(
    stores: Stores,
) -> None:
    office = Office(stores.store)
    ordinary = await office.keep(another_held(1))
    automatic = await office.keep(in_tray(2, "automatic"))
    unreadable = await office.keep(in_tray(3, "unreadable"))
    spam = [await office.keep(in_tray(number, "spam", subject="Un prix")) for number in (4, 5)]
    sorter = await office.sorter()
    listed = {ordinary.reference, automatic.reference, unreadable.reference}
    for order in ("", "&tri=received", "&tri=activity"):
        for pick in ("all", "new"):
            page = await sorter.get(f"/bureau/plaintes?choix={pick}{order}")
            assert set(re.findall(r'class="ref" href="[^"]+">([^<]+)', page.text)) == listed
            assert "Toutes 3" in plain(page)
            assert "Nouvelles 3" in plain(page)
            assert "1 à 3 sur 3" in plain(page)
    closed = await sorter.get("/bureau/plaintes?choix=closed")
    found = await sorter.get(f"/bureau/plaintes?q={spam[0].reference}")
    tray = await sorter.get("/bureau/tri?bac=spam")
    assert spam[0].reference not in closed.text
    assert found.headers["location"] == f"/bureau/plaintes/{spam[0].reference}"
    assert "Indésirable 2" in plain(tray)
    await sorter.send(f"/bureau/tri/{spam[0].reference}", {"version": "1", "unit": OFFICE})
    given = await sorter.get("/bureau/plaintes")
    assert spam[0].reference in given.text


async def test_what_was_said_is_one_envelope_with_one_event(stores: Stores) -> None:
    office = Office(stores.store)
    clerk = await office.sorter()
    for _ in range(2):
        answer = await clerk.send("/bureau/saisir", SAID)
        assert answer.status_code == 303
    emitted = [one for one in await stores.emitted() if isinstance(one, EnvelopeReceived)]
    assert len(emitted) == 1
    envelope = await stores.store.envelopes.get(emitted[0].envelope_id)
    assert envelope is not None
    assert envelope.entered is not None
    assert (envelope.channel, envelope.entered.by) == ("counter", clerk.account.id)


async def test_what_was_handed_in_is_in_the_message_that_is_kept(stores: Stores) -> None:
    office = Office(stores.store)
    clerk = await office.sorter()
    letter = b"%PDF-1.7 lettre" + b"0" * 300_000
    page = await clerk.send("/bureau/saisir", SAID, files=[("lettre.pdf", letter)])
    assert await stores.emitted() == []
    held = re.findall(r'name="garde" value="([^"]+)"', page.text)
    await clerk.send("/bureau/saisir", {**SAID, "garde": held}, files=[])
    (event,) = [one for one in await stores.emitted() if isinstance(one, EnvelopeReceived)]
    raw = await stores.store.envelopes.raw(event.envelope_id)
    attached = message_from_bytes(raw or b"").get_payload(1)
    assert attached.get_filename() == "lettre.pdf"  # type: ignore[union-attr]
    assert attached.get_payload(decode=True) == letter  # type: ignore[union-attr]
