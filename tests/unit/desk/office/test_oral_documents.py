"""Documents handed in at the counter: read back, kept while the page comes back, sent like mail."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import pytest
from httpx import Response

from services.desk.app import build_app
from services.desk.signing_in import begin
from services.intake.limits import FormLimits
from services.intake.opening import open_envelope
from services.intake.receiving import received
from services.intake.understood import Ours
from shared.domain.account import Mandate
from shared.domain.document import Document
from shared.domain.reading import Message
from shared.errors import Transient
from shared.ports.query import Query
from shared.ports.store import Store
from tests.desk_people import DESK_URL, Office, Somebody, office_in
from tests.pages_samples import KEYS, OFFICE, browser_of, department
from tests.papers import LETTER, pdf
from tests.taking_in import understand_here

NEW = {"fr": "/bureau/saisir", "en": "/en/desk/new"}
STAFF = Mandate(role="staff", unit_id=OFFICE)
STORY = "Elle remet la lettre reçue du bureau de Longueuil."
TYPED: dict[str, str | list[str]] = {
    "envoi": "page-1",
    "canal": "counter",
    "jour": "2026-11-20",
    "heure": "09:41",
    "langue": "fr",
    "recit": STORY,
    "relu": "1",
    "nom": "Ginette Fortier",
}
PAPER = ("lettre reçue.pdf", pdf(LETTER))
PICTURE = ("photo.png", b"\x89PNG\r\n\x1a\n" + b"p" * 100)


def plain(page: Response) -> str:
    return html.unescape(re.sub(r"<[^>]+>", "", page.text)).replace("\u00a0", " ")


def held_in(page: Response) -> list[str]:
    return re.findall(r'name="garde" value="([^"]+)"', page.text)


def removing(page: Response) -> list[str]:
    return re.findall(r'name="retirer" value="([^"]+)"', page.text)


async def kept(office: Office) -> int:
    return await office.store.envelopes.count(Query().where)


async def opened(office: Office) -> Message:
    """Open the one envelope as intake does, and return its message."""
    (envelope,) = await office.store.envelopes.find(Query())
    await open_envelope(
        received(envelope),
        store=office.store,
        clock=office.clock,
        keys=KEYS,
        ours=Ours(department().addresses),
        understand=understand_here,
    )
    (message,) = await office.store.messages.find(Query())
    return message


@pytest.mark.parametrize("language", ["fr", "en"])
async def test_documents_are_read_back_before_they_are_kept_and_go_the_way_of_mail(
    tmp_path: Path, language: str
) -> None:
    async with office_in(tmp_path) as office:
        clerk = await office.somebody("paul", STAFF)
        first = await clerk.send(NEW[language], TYPED, files=[PAPER, PICTURE])
        before = await kept(office)
        second = await clerk.send(NEW[language], {**TYPED, "garde": held_in(first)}, files=[])
        message = await opened(office)
    told = {
        "fr": ("lettre reçue.pdf, PDF", "2 documents sont reçus", "n’est pas encore enregistrée"),
        "en": ("lettre reçue.pdf, PDF", "2 documents were taken", "is not recorded yet"),
    }
    assert (first.status_code, second.status_code, before) == (200, 303, 0)
    assert all(words in plain(first) for words in told[language])
    found = [(one.name, one.size) for one in message.reading.attachments]
    assert found == [(name, len(data)) for name, data in (PAPER, PICTURE)]
    assert message.channel == "counter"
    own = message.reading.own_text.replace("\u00a0", " ")
    assert own.startswith(STORY)
    assert "Documents joints : 2" in own


async def test_a_page_that_comes_back_keeps_its_documents(tmp_path: Path) -> None:
    async with office_in(tmp_path) as office:
        clerk = await office.somebody("paul", STAFF)
        wrong = await clerk.send(NEW["fr"], {**TYPED, "recit": ""}, files=[PAPER])
        again = {**TYPED, "garde": held_in(wrong)}
        right = await clerk.send(NEW["fr"], again, files=[])
        twice = await clerk.send(NEW["fr"], again, files=[])
        count = await kept(office)
        message = await opened(office)
    assert wrong.status_code == 422
    assert "lettre reçue.pdf" in plain(wrong)
    assert (right.status_code, right.headers["location"]) == (303, twice.headers["location"])
    assert count == 1
    assert [one.name for one in message.reading.attachments] == ["lettre reçue.pdf"]


async def test_other_documents_on_the_same_page_are_another_complaint(tmp_path: Path) -> None:
    async with office_in(tmp_path) as office:
        clerk = await office.somebody("paul", STAFF)
        for file in (PAPER, PICTURE):
            page = await clerk.send(NEW["fr"], TYPED, files=[file])
            await clerk.send(NEW["fr"], {**TYPED, "garde": held_in(page)}, files=[])
        count = await kept(office)
    assert count == 2


async def test_a_document_is_taken_away_again(tmp_path: Path) -> None:
    async with office_in(tmp_path) as office:
        clerk = await office.somebody("paul", STAFF)
        page = await clerk.send(NEW["en"], TYPED, files=[PAPER, PICTURE])
        tokens = held_in(page)
        less = await clerk.send(
            NEW["en"], {**TYPED, "garde": tokens, "retirer": removing(page)[0]}, files=[]
        )
        # A page shown before still names it: that it is gone is said before anything is kept
        older = await clerk.send(NEW["en"], {**TYPED, "garde": tokens}, files=[])
        done = await clerk.send(NEW["en"], {**TYPED, "garde": held_in(less)}, files=[])
        message = await opened(office)
    assert "“lettre reçue.pdf” is taken away" in plain(less)
    assert len(held_in(less)) == 1
    assert older.status_code == 422
    assert "We no longer have the document “lettre reçue.pdf”" in plain(older)
    assert done.status_code == 303
    assert [one.name for one in message.reading.attachments] == ["photo.png"]


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ([("film.mp4", b"\0\0\0\x18ftypmp42" + b"0" * 50)], "« film.mp4 » est une vidéo"),
        ([("vide.pdf", b"")], "« vide.pdf » est vide"),
        ([("gros.pdf", pdf("x" * 3000))], "« gros.pdf » dépasse 2 ko"),
        ([(f"{n}.txt", b"%d" % n) for n in range(4)], "plus de 3 documents : « 3.txt »"),
        ([(f"{n}.txt", b"%d" % n * 1500) for n in range(3)], "dépassent 4 ko en tout : « 2.txt »"),
    ],
)
async def test_what_the_public_form_refuses_is_refused_here_in_words(
    tmp_path: Path, files: Sequence[tuple[str, bytes]], words: str
) -> None:
    limits = FormLimits(file_bytes=2048, files=3, total_bytes=4096)
    async with office_in(tmp_path) as office:
        office.limits = limits
        clerk = await office.somebody("paul", STAFF)
        page = await clerk.send(NEW["fr"], TYPED, files=files)
        count = await kept(office)
    assert page.status_code == 422
    assert words in plain(page)
    assert STORY in page.text
    assert '<a href="#documents">' in page.text
    assert count == 0


async def test_without_room_the_documents_are_named_and_the_words_stay(tmp_path: Path) -> None:
    async with office_in(tmp_path) as office:
        office.limits = FormLimits(held_bytes=0)
        clerk = await office.somebody("paul", STAFF)
        page = await clerk.send(NEW["en"], TYPED, files=[PAPER])
    assert page.status_code == 422
    assert "choose “lettre reçue.pdf” again" in plain(page)
    assert STORY in page.text


@pytest.mark.parametrize(("language", "words"), [("fr", "de loin"), ("en", "far larger")])
async def test_a_body_far_too_large_is_not_read_to_its_end(
    tmp_path: Path, language: str, words: str
) -> None:
    async with office_in(tmp_path) as office:
        office.limits = FormLimits(body_bytes=1000)
        clerk = await office.somebody("paul", STAFF)
        page = await clerk.send(NEW[language], TYPED, files=[("x.txt", b"x" * 5000)])
        cut = await clerk.client.post(
            NEW[language],
            content=b"--b\r\n",
            headers={"Content-Type": "multipart/form-data; boundary=b"},
        )
    assert page.status_code == 413
    assert words in plain(page)
    assert cut.status_code == 400


async def test_who_may_not_enter_leaves_no_document_behind(tmp_path: Path) -> None:
    async with office_in(tmp_path) as office:
        operator = await office.somebody("paul", Mandate(role="operations"))
        page = await operator.send(NEW["fr"], TYPED, files=[PAPER])
    assert page.status_code == 403
    assert held_in(page) == []


@pytest.mark.parametrize(("language", "words"), [("fr", "de nouveau"), ("en", "again")])
async def test_after_a_session_that_ended_the_words_come_back_and_documents_are_asked_for(
    tmp_path: Path, language: str, words: str
) -> None:
    async with office_in(tmp_path) as office:
        clerk = await office.somebody("paul", STAFF)
        account = clerk.account
        stranger = Somebody(browser_of(_app(office.store, office)), account)
        ended = await stranger.send(NEW[language], TYPED, files=[PAPER])
        fields = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', ended.text))
        back = await clerk.send(NEW[language], {**TYPED, "revoir": fields["revoir"]})
        count = await kept(office)
    assert ended.status_code == 401
    assert STORY in html.unescape(ended.text)
    assert back.status_code == 200
    assert words in plain(back)
    assert STORY in back.text
    assert count == 0


class WithoutEnvelopes:
    """A store that can keep no envelope."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def __getattr__(self, name: str) -> Any:
        return self if name == "envelopes" else getattr(self._store, name)

    async def add(self, document: Document, *, emit: Sequence[object], raw: bytes) -> bool:
        raise Transient("store_down", document.id)


async def test_while_nothing_can_be_kept_the_documents_wait(tmp_path: Path) -> None:
    async with office_in(tmp_path) as office:
        clerk = await office.somebody("paul", STAFF)
        client = browser_of(_app(cast("Store", WithoutEnvelopes(office.store)), office))
        signed_in = await begin(office.store, clerk.account, office.clock.now(), how="password")
        client.cookies.set("recours", signed_in.secret)
        broken = Somebody(client, clerk.account)
        page = await clerk.send(NEW["fr"], TYPED, files=[PAPER])
        down = await broken.send(NEW["fr"], {**TYPED, "garde": held_in(page)}, files=[])
        done = await clerk.send(NEW["fr"], {**TYPED, "garde": held_in(down)}, files=[])
        message = await opened(office)
    assert (down.status_code, done.status_code) == (503, 303)
    assert len(message.reading.attachments) == 1


def _app(store: Store, office: Office) -> Any:
    return build_app(
        store=store,
        clock=office.clock,
        keys=KEYS,
        department=department(),
        desk_url=DESK_URL,
    )
