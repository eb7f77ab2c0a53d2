"""Parked and outgoing mail on their pages: who opens it, and what they decide."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from services.desk.operations.filing_by_hand import file_envelope
from services.desk.operations.parked import SHOWN, readable
from shared.domain.document import Document
from shared.domain.intervention import Intervention
from shared.domain.notice import Notice
from shared.errors import Transient
from shared.ports.query import Query
from shared.ports.store import Store
from shared.runtime.ledger import reckon
from shared.topology import queues_for
from tests.operating import (
    ENVELOPE_ID,
    FRENCH,
    MARKER,
    OPENING,
    System,
    marked_case,
    notice,
    park,
    system_in,
)
from tests.pages_samples import NOW

PARKED = f"{FRENCH}/parked/{ENVELOPE_ID}"


async def deeds(system: System) -> list[Intervention]:
    return await system.store.interventions.find(Query(sort="at"))


def queued(system: System, kind: str) -> int:
    """Return how many events of a kind lie on the queues of the store's file."""
    rows = system.store.file.read("SELECT body FROM queue")  # type: ignore[attr-defined]
    return sum(f'"{kind}"'.encode() in row[0] for row in rows)


async def test_who_opens_a_parked_mail_is_kept_before_it_is_shown(tmp_path: Path) -> None:
    async with system_in(tmp_path) as system, system.person("complaints_office") as person:
        await park(system)
        page = await person.get(f"{PARKED}/original")
        (kept,) = await deeds(system)
    assert f"Je suis {MARKER} &lt;script&gt;\ufffd." in page.text
    assert (kept.deed, kept.about, kept.result) == ("parked_open", ENVELOPE_ID, "done")
    assert kept.by == "Hugo complaints_office"


async def test_a_mail_whose_opening_cannot_be_kept_is_not_shown(tmp_path: Path) -> None:
    async with system_in(tmp_path) as system:
        await park(system)
        system.store = WithoutDeeds(system.store)
        async with system.person("complaints_office") as person:
            page = await person.get(f"{PARKED}/original")
    assert page.status_code == 503
    assert MARKER not in page.text


async def test_operations_never_open_a_parked_mail(tmp_path: Path) -> None:
    async with system_in(tmp_path) as system, system.person("operations") as person:
        await park(system)
        for page in (
            await person.get(f"{PARKED}/original"),
            await person.get(f"{PARKED}/file"),
            await person.post(f"{PARKED}/file", because="x", reference="26-7K3Q-9F2M-H"),
        ):
            assert page.status_code == 403
            assert MARKER not in page.text
        assert await deeds(system) == []


def test_a_mail_of_any_bytes_is_text_for_a_page() -> None:
    assert readable(b"a\r\nb\x00\x1b[2J\xff\tc") == "a\nb\ufffd\ufffd[2J\ufffd\tc"
    assert len(readable(b"x" * 50_000)[:SHOWN]) == SHOWN


async def test_read_again_puts_its_dead_letter_back(tmp_path: Path) -> None:
    async with system_in(tmp_path) as system, system.person("operations") as person:
        await park(system)
        page = await person.post(f"{PARKED}/again", because="lecteur corrigé")
        assert page.status_code == 303
        assert await system.bus.dead_letters(OPENING) == []
        assert queued(system, "envelope.received") == 1
        (kept,) = await deeds(system)
    assert (kept.deed, kept.result, kept.because) == ("parked_again", "done", "lecteur corrigé")


async def test_read_again_works_when_the_dead_letter_is_gone(tmp_path: Path) -> None:
    async with system_in(tmp_path) as system, system.person("operations") as person:
        await park(system)
        (letter,) = await system.bus.dead_letters(OPENING)
        await system.bus.discard_dead(OPENING, letter.id)
        assert "n’est plus là" in (await person.get(PARKED)).text
        assert (await person.post(f"{PARKED}/again", because="corrigé")).status_code == 303
        assert queued(system, "envelope.received") == 1


async def test_read_again_asks_why(tmp_path: Path) -> None:
    async with system_in(tmp_path) as system, system.person("operations") as person:
        await park(system)
        assert (await person.post(f"{PARKED}/again")).status_code == 400
        assert len(await system.bus.dead_letters(OPENING)) == 1


async def test_a_mail_that_is_not_parked_has_no_page_here(tmp_path: Path) -> None:
    async with system_in(tmp_path) as system, system.person("complaints_office") as person:
        envelope = await park(system)
        stored = await system.store.envelopes.get(envelope.id)
        assert stored is not None
        await system.store.envelopes.save(stored.changed(outcome=None))
        for path in ("", "/again", "/original", "/file"):
            assert (await person.get(PARKED + path)).status_code == 404
        for path in ("/again", "/file"):
            assert (await person.post(PARKED + path, because="x")).status_code == 404


async def test_a_mail_filed_by_hand_is_in_its_case_and_the_ledger_adds_up(tmp_path: Path) -> None:
    async with system_in(tmp_path) as system, system.person("complaints_office") as person:
        await park(system)
        case = await _case_alone(system)
        page = await person.post(
            f"{PARKED}/file", because="suite de la plainte", reference=case.lower()
        )
        assert page.headers["location"] == f"/bureau/plaintes/{case}"
        message = await system.store.messages.get(ENVELOPE_ID)
        envelope = await system.store.envelopes.get(ENVELOPE_ID)
        (found,) = await system.store.cases.find(Query())
        assert envelope is not None
        assert message is not None
        assert message.reading.state == "failed"
        assert found.envelope_ids[-1] == ENVELOPE_ID
        assert (envelope.outcome_kind, envelope.case_id) == ("added", found.id)
        # One for the notifier, one for the hooks of other programs
        assert queued(system, "message.added") == len(queues_for("message.added"))
        assert [one.deed for one in await deeds(system)] == ["parked_file"]
        # A crash between the steps, or a second person: nothing is done twice
        assert not await file_envelope(system.store, system.clock, ENVELOPE_ID, found.id)
        ledger = await reckon(system.store, now=NOW)
        assert (ledger.parked, ledger.added) == (0, 1)
        assert ENVELOPE_ID not in {one.id for one in ledger.differences}


@pytest.mark.parametrize("reference", ["", "26-XXXX", "26-7K3Q-9F2M-H"])
async def test_a_mail_is_filed_in_a_case_that_exists(tmp_path: Path, reference: str) -> None:
    async with system_in(tmp_path) as system, system.person("complaints_office") as person:
        await park(system)
        page = await person.post(f"{PARKED}/file", because="x", reference=reference)
        assert page.status_code == 400
        assert 'id="reference-e"' in page.text
        assert await deeds(system) == []


async def test_operations_send_again_what_failed_and_their_name_is_kept(tmp_path: Path) -> None:
    async with system_in(tmp_path) as system, system.person("operations") as person:
        one = notice("technical")
        await system.store.notices.add(one, raw=b"the mail")
        path = f"{FRENCH}/outgoing/{one.id}"
        assert (await person.get(f"{path}/retry")).status_code == 200
        assert (await person.post(f"{path}/retry")).status_code == 303
        kept = await stored(system, one)
        assert kept.state == "created"
        assert [(act.what, act.by) for act in kept.acts] == [("retried", "Hugo operations")]
        assert queued(system, "notice.requested") == 1
        page = (await person.get(f"{path}?fait=retry")).text
    assert "Envoyé de nouveau" in page
    assert "L’avis part de nouveau." in page


@pytest.mark.parametrize(
    ("state", "act", "after"),
    [
        ("withheld", "release", "created"),
        ("temporary", "stop", "withheld"),
        ("to_print", "posted", "printed"),
        ("to_print", "told", "told"),
    ],
)
async def test_each_act_is_offered_and_done(
    tmp_path: Path, state: str, act: str, after: str
) -> None:
    async with system_in(tmp_path) as system, system.person("complaints_office") as person:
        one = notice(state)
        await system.store.notices.add(one, raw=b"the mail")
        path = f"{FRENCH}/outgoing/{one.id}"
        assert f"{path}/{act}" in (await person.get(path)).text
        assert (await person.post(f"{path}/{act}")).status_code == 303
        assert (await stored(system, one)).state == after


async def test_an_act_that_cannot_be_done_is_refused_in_words(tmp_path: Path) -> None:
    async with system_in(tmp_path) as system, system.person("operations") as person:
        one = notice("sent")
        await system.store.notices.add(one, raw=b"the mail")
        path = f"{FRENCH}/outgoing/{one.id}"
        for act in ("retry", "release", "stop", "posted"):
            page = await person.post(f"{path}/{act}")
            assert page.status_code == 409
            assert "Rien n’a changé" in page.text
        assert (await person.get(f"{path}/delete")).status_code == 404
        assert (await person.post(f"{path}/delete")).status_code == 404
        assert (await stored(system, one)).version == 1


async def test_a_long_list_goes_on_where_it_ended(tmp_path: Path) -> None:
    async with system_in(tmp_path) as system, system.person("operations") as person:
        for number in range(1, 46):
            await system.store.notices.add(notice("permanent", number))
        page = await person.get(f"{FRENCH}/outgoing?groupe=failed")
        assert len(page.content) < 60_000
        more = page.text.split("apres=")[1].split('"')[0]
        second = (await person.get(f"{FRENCH}/outgoing?groupe=failed&apres={more}")).text
    assert page.text.count('<tr><th scope="row"') == 40
    assert second.count('<tr><th scope="row"') == 5
    assert "Plus anciens" in page.text
    assert "Plus anciens" not in second


async def test_a_mailbox_of_the_department_is_no_secret(tmp_path: Path) -> None:
    async with system_in(tmp_path) as system, system.person("operations") as person:
        box = "equipe.region-laval@ministere.example"
        await system.store.notices.add(notice("permanent", role="unit", recipient=box))
        assert box in (await person.get(f"{FRENCH}/outgoing")).text


async def stored(system: System, one: Notice) -> Notice:
    found = await system.store.notices.get(one.id)
    assert found is not None
    return found


async def _case_alone(system: System) -> str:
    """Keep the sample case without its messages, and return its reference."""
    case = marked_case().case
    await system.store.cases.add(case)
    return case.reference


class WithoutDeeds:
    """A store that can keep no intervention."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def __getattr__(self, name: str) -> Any:
        return self if name == "interventions" else getattr(self._store, name)

    async def save(self, document: Document) -> None:
        raise Transient("store_down", document.id)
