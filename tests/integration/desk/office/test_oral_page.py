"""A complaint told aloud: entered by one of ours, kept like mail, counted from the conversation."""

from __future__ import annotations

import asyncio
import html
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import pytest
from httpx import Response

from services.desk.app import build_app
from services.desk.signing_in import begin, new_account
from services.intake.opening import open_envelope
from services.intake.receiving import received
from services.intake.understood import Ours
from shared.domain.account import Mandate
from shared.domain.case import Case
from shared.domain.document import Document
from shared.domain.envelope import Envelope
from shared.domain.language import languages_of
from shared.domain.way import way_without_mail
from shared.errors import Transient
from shared.pages.texts import NBSP
from shared.ports.query import Query
from shared.ports.store import Store
from tests.desk_people import DESK_URL, Office, Somebody, office_in
from tests.pages_samples import KEYS, OFFICE, StoppedClock, browser_of, department
from tests.taking_in import understand_here

NEW = {"fr": "/bureau/saisir", "en": "/en/desk/new"}
STAFF = Mandate(role="staff", unit_id=OFFICE)
STORY = "Elle attend depuis six semaines une réponse du bureau de Longueuil."
TYPED: dict[str, str | list[str]] = {
    "envoi": "page-1",
    "canal": "phone",
    "jour": "2026-11-20",
    "heure": "09:41",
    "langue": "fr",
    "recit": STORY,
    "relu": "1",
    "nom": "Ginette Fortier",
    "courriel": "ginette@courriel.example",
}


def plain(page: Response) -> str:
    return html.unescape(re.sub(r"<[^>]+>", "", page.text)).replace(NBSP, " ")


def without(*names: str, **more: str) -> dict[str, str | list[str]]:
    kept: dict[str, str | list[str]] = {
        name: value for name, value in TYPED.items() if name not in names
    }
    return {**kept, **more}


async def envelopes_of(office: Office) -> list[Envelope]:
    return await office.store.envelopes.find(Query())


async def opened(office: Office) -> Case:
    """Open the one envelope as intake does, and return its case."""
    (envelope,) = await envelopes_of(office)
    await open_envelope(
        received(envelope),
        store=office.store,
        clock=office.clock,
        keys=KEYS,
        ours=Ours(department().addresses),
        understand=understand_here,
    )
    (case,) = await office.store.cases.find(Query())
    return case


class WithoutEnvelopes:
    """A store that can keep no envelope."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def __getattr__(self, name: str) -> Any:
        return self if name == "envelopes" else getattr(self._store, name)

    async def add(self, document: Document, *, emit: Sequence[object], raw: bytes) -> bool:
        raise Transient("store_down", document.id)


@pytest.mark.parametrize("language", ["fr", "en"])
async def test_the_page_begins_with_now_and_french(tmp_path: Path, language: str) -> None:
    async with office_in(tmp_path) as office:
        page = await (await office.somebody("paul", STAFF)).get(NEW[language])
    assert page.status_code == 200
    assert 'value="2026-11-24"' in page.text
    assert 'value="10:00"' in page.text
    assert 'id="langue-fr" name="langue" value="fr" checked' in page.text
    assert 'value="phone" checked' not in page.text
    assert len(page.content) < 60_000


@pytest.mark.parametrize("role", ["operations", "privacy", "authority"])
async def test_who_receives_nobody_enters_nothing(tmp_path: Path, role: str) -> None:
    async with office_in(tmp_path) as office:
        somebody = await office.somebody("paul", Mandate.model_validate({"role": role}))
        pages = [await somebody.get(NEW["fr"]), await somebody.send(NEW["fr"], TYPED)]
        kept = await envelopes_of(office)
    assert [page.status_code for page in pages] == [403, 403]
    assert kept == []


@pytest.mark.parametrize("channel", ["phone", "counter"])
async def test_what_was_said_becomes_a_case_that_counts_from_the_conversation(
    tmp_path: Path, channel: str
) -> None:
    async with office_in(tmp_path) as office:
        clerk = await office.somebody("paul", STAFF)
        answer = await clerk.send(NEW["fr"], {**TYPED, "canal": channel, "bureau": "MO-LON"})
        page = await clerk.get(answer.headers["location"])
        (envelope,) = await envelopes_of(office)
        case = await opened(office)
        (message,) = await office.store.messages.find(Query())
    said = datetime(2026, 11, 20, 14, 41, tzinfo=UTC)
    assert answer.status_code == 303
    assert case.reference in plain(page)
    assert envelope.received_at == case.opened_at == office.clock.at
    assert case.received_at == message.at == said
    assert (case.channel, message.channel, envelope.channel) == (channel,) * 3
    assert envelope.entered is not None
    assert (envelope.entered.by, case.entered) == (clerk.account.id, envelope.entered)
    assert case.office_chosen == "MO-LON"
    assert case.acknowledge_to == "ginette@courriel.example"
    assert (case.tray, case.silent_because) == ("ordinary", ())
    assert message.reading.own_text.startswith(STORY)
    assert "Résumé relu à la personne : oui" in message.reading.own_text.replace(NBSP, " ")
    assert "Paul Essai" not in message.reading.text
    assert case.happened_on is None


async def test_its_page_says_how_it_came_and_who_wrote_it_down(tmp_path: Path) -> None:
    async with office_in(tmp_path) as office:
        clerk, sorter = await office.somebody("paul", STAFF), await office.sorter()
        await clerk.send(NEW["fr"], TYPED)
        case = await opened(office)
        pages = [
            plain(await sorter.get(f"{root}/{case.reference}"))
            for root in ("/bureau/plaintes", "/en/desk/complaints")
        ]
    for words, told in zip(
        pages,
        (
            ("Ce que la personne a dit", "Noté par Paul Essai", "Reçue au téléphone, jour 0"),
            ("What the person said", "Written down by Paul Essai", "Received by telephone, day 0"),
        ),
        strict=True,
    ):
        assert all(each in words for each in told)
    assert "français, demandée par la personne" in pages[0]
    assert "English, asked for" not in pages[1]


@pytest.mark.parametrize(
    ("ways", "way", "words"),
    [
        ({"adresse": "12, rue X\nLaval"}, "post", "est une lettre"),
        ({"tel": "450 555-0142"}, "phone", "se dit au téléphone"),
        ({}, None, "aucun moyen de répondre"),
    ],
)
async def test_without_an_address_the_acknowledgement_is_a_letter_or_a_call(
    tmp_path: Path, ways: dict[str, str], way: str | None, words: str
) -> None:
    async with office_in(tmp_path) as office:
        clerk = await office.somebody("paul", STAFF)
        answer = await clerk.send(NEW["fr"], without("courriel", **ways))
        page = await clerk.get(answer.headers["location"])
        case = await opened(office)
    assert words in plain(page)
    assert way_without_mail(case) == way
    assert case.acknowledge_to is None


async def test_the_language_that_was_asked_for_is_the_only_one(tmp_path: Path) -> None:
    async with office_in(tmp_path) as office:
        clerk = await office.somebody("paul", STAFF)
        await clerk.send(NEW["fr"], {**TYPED, "langue": "en"})
        case = await opened(office)
    assert languages_of(case) == ("en",)
    assert case.language_ground == "asked"


async def test_sent_twice_it_is_one_complaint_with_one_reference(tmp_path: Path) -> None:
    async with office_in(tmp_path) as office:
        clerk = await office.somebody("paul", STAFF)
        answers = await asyncio.gather(*(clerk.send(NEW["fr"], TYPED) for _ in range(2)))
        await opened(office)
        third = await clerk.send(NEW["fr"], TYPED)
        other = await clerk.send(NEW["fr"], {**TYPED, "recit": f"{STORY} Encore."})
        kept = await envelopes_of(office)
    places = {answer.headers["location"] for answer in (*answers, third)}
    assert len(places) == 1
    assert other.headers["location"] not in places
    assert len(kept) == 2


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"recit": ""}, "Notez ce que la personne dit"),
        ({"relu": ""}, "Relisez le résumé à la personne"),
        ({"canal": "pigeon"}, "au téléphone ou au comptoir"),
        ({"jour": "hier"}, "le jour et l’heure"),
        ({"heure": ""}, "le jour et l’heure"),
        ({"jour": "2026-11-24", "heure": "10:01"}, "La conversation est à venir"),
        ({"jour": "2025-11-20"}, "plus d’un an"),
        ({"courriel": "ginette"}, "L’adresse de courriel est incomplète"),
        ({"courriel": "plaintes@ministere.example"}, "Cette adresse est la nôtre"),
        ({"tel": "12"}, "Le numéro de téléphone est incomplet"),
        ({"quand": "31/11/2026"}, "n’existe pas"),
        ({"bureau": "GONE"}, "n’est pas dans la liste"),
    ],
)
async def test_an_error_is_said_at_its_field_and_everything_typed_is_kept(
    tmp_path: Path, wrong: dict[str, str], words: str
) -> None:
    async with office_in(tmp_path) as office:
        clerk = await office.somebody("paul", STAFF)
        page = await clerk.send(NEW["fr"], {**TYPED, **wrong})
        english = await clerk.send(NEW["en"], {**TYPED, **wrong})
        kept = await envelopes_of(office)
    assert page.status_code == english.status_code == 422
    assert words in plain(page)
    assert "is not recorded yet" in plain(english)
    assert kept == []
    for name in ("recit", "nom"):
        assert str(wrong.get(name, TYPED[name])) in page.text
    if "canal" not in wrong:
        assert 'value="phone" checked' in page.text
    (linked,) = re.findall(r'<ul class="list"><li><a href="#([a-z-]+)"', page.text)
    assert f'id="{linked}"' in page.text


async def test_when_nothing_can_be_kept_everything_typed_comes_back(tmp_path: Path) -> None:
    async with office_in(tmp_path) as office:
        account = await office.store.accounts.save(new_account("p", "P Essai", mandates=(STAFF,)))
        signed_in = await begin(office.store, account, office.clock.now(), how="password")
        app = build_app(
            store=cast("Store", WithoutEnvelopes(office.store)),
            clock=StoppedClock(),
            keys=KEYS,
            department=department(),
            desk_url=DESK_URL,
        )
        client = browser_of(app)
        client.cookies.set("recours", signed_in.secret)
        page = await Somebody(client, account).send(NEW["fr"], TYPED)
    assert page.status_code == 503
    assert STORY in page.text
    assert "La plainte n’est pas enregistrée" in plain(page)
