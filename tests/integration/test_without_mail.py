"""A person who gave no e-mail, in the form or aloud: a letter or a call, same words and clock."""

from __future__ import annotations

import email
import email.policy
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from services.desk.keeping_notice_acts import keep_act
from services.desk.notice_acts import posted, told
from services.notifier.composing import compose
from services.notifier.printing import letter_to_print
from services.notifier.sample import RECEIVED, sample_case, sample_department, sample_head
from services.notifier.telling import tell_case
from shared.adapters.sqlite_bus import SqliteBus
from shared.adapters.sqlite_store import SqliteStore, open_sqlite_store
from shared.domain.case import Case
from shared.domain.complainant import Complainant
from shared.domain.envelope import Channel, Language
from shared.domain.notice import Notice, NoticeKind
from shared.errors import Refused
from shared.events import CaseAssigned, CaseHeld
from shared.ports.query import Equal, Query
from tests.conftest import ToldClock
from tests.shipped import renderer

DEPARTMENT = sample_department()
HEAD = sample_head(DEPARTMENT)
RENDERER = renderer()
BY_POST = Complainant(name="Ginette <b>Exemple", postal_address="12, rue X\nLaval H7N 1A1")
BY_PHONE = Complainant(name="Ginette Exemple", phone="450 555-0142")


def case_of(person: Complainant, channel: Channel = "form") -> Case:
    return sample_case("fr", DEPARTMENT).changed(
        channel=channel, acknowledge_to=None, silent_because=("no_address",), complainant=person
    )


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    store = await open_sqlite_store(tmp_path / "recours.db")
    yield store
    await store.close()


async def tell(case: Case, store: SqliteStore) -> list[Notice]:
    """Return the notices of the case, the person's first; it is told twice, as may happen."""
    await store.cases.add(case)
    for _ in range(2):
        await tell_case(
            CaseAssigned(id="e1", at=RECEIVED, case_id=case.id),
            store=store, clock=ToldClock(RECEIVED), department=DEPARTMENT, keys=HEAD.keys,
            renderer=RENDERER, public_url=HEAD.public_url, desk_url=HEAD.desk_url,
        )  # fmt: skip
    found = await store.notices.find(Query(where=Equal("case_id", case.id)))
    return sorted(found, key=lambda notice: notice.role)


async def words_of(notice: Notice, store: SqliteStore) -> str:
    raw = await store.notices.raw(notice.id)
    body = email.message_from_bytes(raw or b"", policy=email.policy.default).get_body(("plain",))
    return str(body.get_content()) if body else ""


@pytest.mark.parametrize(
    ("person", "way", "words"),
    [(BY_POST, "post", "une lettre à imprimer"), (BY_PHONE, "phone", "au téléphone")],
)
@pytest.mark.parametrize("channel", ["form", "phone", "counter"])
async def test_the_acknowledgement_waits_for_a_person_and_the_unit_is_told_so(
    store: SqliteStore, channel: Channel, person: Complainant, way: str, words: str
) -> None:
    acknowledgement, assigned = await tell(case_of(person, channel), store)
    assert (acknowledgement.state, acknowledgement.way) == ("to_print", way)
    assert words in await words_of(assigned, store)
    depths = {one.name: one for one in await SqliteBus(store.file, ToldClock(RECEIVED)).depths()}
    assert depths["notifier.sending"].ready == 1  # the unit's; the letter goes through no relay


async def test_the_letter_says_what_the_mail_would_and_nothing_that_needs_a_mail(
    store: SqliteStore,
) -> None:
    letter, _ = await tell(case_of(BY_POST), store)
    html = letter_to_print(await store.notices.raw(letter.id) or b"", BY_POST)
    assert "Votre numéro de référence" in html
    assert "Vos autres recours" in html
    assert "Répondez à ce message" not in html
    assert "@media print" in html
    assert "12, rue X\nLaval H7N 1A1" in html
    assert "Ginette &lt;b&gt;Exemple" in html


@pytest.mark.parametrize("person", [BY_POST, BY_PHONE])
async def test_the_office_that_gets_a_held_case_is_told_that_a_letter_or_call_waits(
    store: SqliteStore, person: Complainant
) -> None:
    held = sample_case("fr", DEPARTMENT, kind="held").changed(
        channel="form", acknowledge_to=None, silent_because=("no_address",), complainant=person
    )
    await store.cases.add(held)
    await tell_case(
        CaseHeld(id="e1", at=RECEIVED, case_id=held.id),
        store=store, clock=ToldClock(RECEIVED), department=DEPARTMENT, keys=HEAD.keys,
        renderer=RENDERER, public_url=HEAD.public_url, desk_url=HEAD.desk_url,
    )  # fmt: skip
    (office,) = [one for one in await store.notices.find(Query()) if one.kind == "held"]
    expected = "une lettre à imprimer" if person is BY_POST else "à lui dire au téléphone"
    assert expected in await words_of(office, store)


@pytest.mark.parametrize("kind", ["asked", "extended", "answer", "closed", "thanks", "escalated"])
@pytest.mark.parametrize("language", ["fr", "en"])
def test_no_letter_asks_a_person_without_mail_to_reply_to_it(
    kind: NoticeKind, language: Language
) -> None:
    case = sample_case(language, DEPARTMENT, kind=kind).changed(
        channel="form", acknowledge_to=None, complainant=BY_POST
    )
    letter = compose(kind, case, HEAD, RECEIVED)
    mail = RENDERER.render(letter, message_id="m@ministere.example", at=RECEIVED)
    html = letter_to_print(mail.raw, BY_POST)
    assert "ce message" not in html
    assert "this message" not in html
    assert "418\N{NO-BREAK SPACE}555-0100" in html
    if kind != "asked" and kind != "thanks":
        assert "protecteur" in html.lower() or "ombudsman" in html.lower()


async def test_a_person_who_gave_no_way_at_all_is_owed_no_letter(store: SqliteStore) -> None:
    (only,) = await tell(case_of(Complainant()), store)
    assert only.role == "complaints_office" or only.role == "unit"


async def test_a_person_records_that_it_was_posted_once(store: SqliteStore) -> None:
    letter, _ = await tell(case_of(BY_POST), store)
    at = RECEIVED + timedelta(days=1)
    done = await keep_act(posted, letter, store, by="Léa", at=at)
    assert (done.state, done.sent_at, done.arrived) == ("printed", at, True)
    assert [(act.what, act.by) for act in done.acts] == [("posted", "Léa")]
    with pytest.raises(Refused, match="no letter or call waits"):
        await keep_act(told, letter, store, by="Omar", at=at)
