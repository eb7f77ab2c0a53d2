from __future__ import annotations

import io
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path

import pytest
from PIL import Image

from services.desk.paths import PATHS
from services.desk.pdf_pages import HEIGHT, WIDTH, page_picture
from shared.errors import Poison
from shared.ports.query import Equal, Query
from tests.at_the_desk import account, the_desk
from tests.pages_samples import Sample, assigned_case
from tests.papers import pdf


def with_pdf(data: bytes, kind: str = "pdf") -> Sample:
    """Return a case whose second message carries a document in part 2."""
    mail = EmailMessage()
    mail["Subject"] = "La lettre"
    mail.set_content("La voici.")
    mail.add_attachment(data, maintype="application", subtype=kind, filename="avis.pdf")
    sample = assigned_case()
    first, (message, _) = sample.messages
    return replace(sample, messages=(first, (message, mail.as_bytes())))


def test_a_page_becomes_a_picture_of_a_width_that_can_be_read() -> None:
    found = page_picture(pdf("Un", "Deux"), 2)
    with Image.open(io.BytesIO(found.png)) as picture:
        assert picture.format == "PNG"
        assert picture.width <= WIDTH
        assert picture.height <= HEIGHT
        assert max(picture.width / WIDTH, picture.height / HEIGHT) > 0.99
    assert found.pages == 2


@pytest.mark.parametrize(
    ("data", "number", "code"),
    [
        (pdf("Un"), 2, "no_such_page"),
        (pdf("Un"), 0, "no_such_page"),
        (b"%PDF-1.4 rien", 1, "broken_pdf"),
        (pdf("Un", encrypted=True), 1, "encrypted"),
    ],
)
def test_what_is_no_page_is_refused(data: bytes, number: int, code: str) -> None:
    with pytest.raises(Poison) as refused:
        page_picture(data, number)
    assert refused.value.code == code


async def test_pages_are_shown_one_by_one_and_each_look_is_recorded(tmp_path: Path) -> None:
    sample = with_pdf(pdf("Un", "Deux"))
    document = f"{PATHS['fr'].case(sample.case.reference)}/document/{sample.messages[1][0].id}/2"
    async with the_desk(tmp_path) as at:
        await sample.keep(at.store)
        async with await at.sign_in(account("mel", "agent")) as client:
            page = await client.get(f"{document}/pages/1")
            picture = await client.get(f"{document}/picture/1")
            beyond = await client.get(f"{document}/picture/3")
            words = await client.get(f"{document.removesuffix('2')}1/picture/1")
        async with await at.sign_in(account("sim", "agent", "DR-16")) as client:
            elsewhere = await client.get(f"{document}/picture/1")
        reads = await at.store.reads.find(Query(Equal("case_id", sample.case.id)))
    statuses = [each.status_code for each in (page, picture, beyond, words, elsewhere)]
    assert statuses == [200, 200, 404, 404, 404]
    assert "Page 1 sur 2" in page.text.replace("\u00a0", " ")
    assert f"{document}/pages/2" in page.text
    assert (picture.headers["content-type"], picture.content[:4]) == ("image/png", b"\x89PNG")
    assert {each.what for each in reads} == {"document"}
