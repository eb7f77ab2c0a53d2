"""Trays beside the sorting queue: what stands in them, and clearing them in bulk."""

from __future__ import annotations

import re
from pathlib import Path

from tests.desk_people import (
    in_tray,
    office_in,
)
from tests.integration.desk.office.test_sorting_page import plain
from tests.pages_samples import held_case


async def test_trays_stand_apart_from_the_queue(tmp_path: Path) -> None:
    async with office_in(tmp_path) as office:
        spam = await office.keep(in_tray(1, "spam", subject="Gagnez un voyage"))
        unread = await office.keep(in_tray(2, "unreadable"))
        automatic = await office.keep(in_tray(3, "automatic"))
        ordinary = await office.keep(held_case())
        sorter = await office.sorter()
        queue = await sorter.get("/bureau/tri")
        trays = {
            tray: (await sorter.get(f"/bureau/tri?bac={tray}")).text
            for tray in ("spam", "unreadable", "automatic")
        }
        of_one = await sorter.get(f"/bureau/tri?plainte={spam.reference}")
    assert ordinary.reference in queue.text
    assert not any(one.reference in queue.text for one in (spam, unread, automatic))
    assert "Indésirable 1" in plain(queue)
    assert "1 plainte attend" in plain(queue)
    assert spam.reference in trays["spam"]
    assert "Gagnez un voyage" in trays["spam"]
    assert unread.reference in trays["unreadable"]
    assert automatic.reference in trays["automatic"]
    assert "Garder au bureau des plaintes" in of_one.text


async def test_ticked_mail_is_set_aside_and_nothing_is_lost(tmp_path: Path) -> None:
    async with office_in(tmp_path) as office:
        cases = [await office.keep(in_tray(number, "spam")) for number in range(3)]
        sorter = await office.sorter()
        ticked = [f"{one.reference}:{one.version}" for one in cases[:2]]
        answer = await sorter.send("/bureau/tri/aside?bac=spam", {"plainte": ticked})
        after = await sorter.get(answer.headers["location"])
        first, _, third = [await office.now(one) for one in cases]
        page = await sorter.get(f"/bureau/plaintes/{first.reference}")
        version = re.search(r'name="version" value="(\d+)"', page.text)
        listed = await sorter.get("/bureau/tri?bac=aside")
        worklist = await sorter.get("/bureau/plaintes?choix=closed")
        back = await sorter.send(
            f"/bureau/plaintes/{first.reference}/reopen",
            {"version": str(first.version), "because": "C’est une plainte."},
        )
        reopened = await office.now(first)
        again = await sorter.get("/bureau/tri?bac=spam")
    assert answer.status_code == 303
    assert "2 messages sont classés" in plain(after)
    assert (first.state, first.tray, third.state) == ("closed", "spam", "held")
    assert first.set_aside is not None
    assert first.set_aside.by == "Isabelle Essai"
    assert first.closing is None
    assert "Classée" in plain(page)
    assert version is None or version[1] == str(first.version)
    assert first.reference in listed.text
    assert third.reference not in listed.text
    assert "Classés 2" in plain(listed)
    assert first.reference not in worklist.text
    assert back.status_code == 303
    assert reopened.state == "held"
    assert first.reference in again.text


async def test_what_changed_since_and_what_is_no_tray_is_left_alone(tmp_path: Path) -> None:
    async with office_in(tmp_path) as office:
        spam = await office.keep(in_tray(1, "spam"))
        complaint = await office.keep(held_case())
        await office.store.cases.save((await office.now(spam)).changed(subject="Autre"))
        sorter = await office.sorter()
        stored = await office.now(complaint)
        ticked = [
            f"{spam.reference}:{spam.version}",
            f"{complaint.reference}:{stored.version}",
            "x",
        ]
        answer = await sorter.send("/bureau/tri/aside?bac=spam", {"plainte": ticked})
        after = await sorter.get(answer.headers["location"])
        states = [(await office.now(one)).state for one in (spam, complaint)]
    assert states == ["held", "held"]
    assert "rien n’y a changé" in plain(after)
    assert complaint.reference in after.text
