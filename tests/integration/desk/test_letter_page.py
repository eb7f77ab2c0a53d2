"""The letter of a person without e-mail, as a unit opens it from the case page."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.notifier.two_part_mail import two_part_mail
from shared.domain.complainant import Complainant
from shared.domain.keys import desk_path
from shared.domain.notice import Notice
from tests.integration.desk.test_case_page import UNTIL, desk_in
from tests.pages_samples import KEYS, NOW, assigned_case

PERSON = Complainant(name="Ginette Exemple", postal_address="12, rue X\nLaval")
RAW = two_part_mail(
    [("To", "")], text="La plainte est reçue.", boundary="=_x",
    html="<html><head></head><body><p>La plainte est reçue.</p></body></html>",
)  # fmt: skip


def letter_of(case_id: str, name: str, way: str = "post") -> Notice:
    notice = Notice(
        id=name, case_id=case_id, kind="acknowledgement", role="complainant", recipient="",
        language="fr", message_id=f"{name}@m.example", created_at=NOW, state="to_print",
    )  # fmt: skip
    return notice.changed(way=way)


@pytest.mark.parametrize("root", ["/bureau", "/en/desk"])
async def test_the_unit_opens_the_letter_from_the_case(tmp_path: Path, root: str) -> None:
    async with desk_in(tmp_path) as (client, store):
        case = assigned_case().case.changed(complainant=PERSON, version=0)
        await store.cases.add(case)
        await store.notices.add(letter_of(case.id, "n1"), raw=RAW)
        path = f"{root}/{desk_path(KEYS, case.id, case.unit_id or '', UNTIL)}"
        page = await client.get(path)
        assert f'href="{path}/letter/n1"' in page.text
        letter = await client.get(f"{path}/letter/n1")
    assert letter.status_code == 200
    assert "La plainte est reçue." in letter.text
    assert "12, rue X\nLaval" in letter.text
    assert "script-src" not in letter.headers["content-security-policy"]
    assert letter.headers["content-security-policy"].startswith("default-src 'none'")


async def test_a_mail_or_a_letter_of_another_case_is_not_shown(tmp_path: Path) -> None:
    async with desk_in(tmp_path) as (client, store):
        case = assigned_case().case
        await store.cases.add(case)
        await store.notices.add(letter_of("another", "n1"), raw=RAW)
        await store.notices.add(letter_of(case.id, "n2", "mail"), raw=RAW)
        path = f"/bureau/{desk_path(KEYS, case.id, case.unit_id or '', UNTIL)}"
        answers = [await client.get(f"{path}/letter/{name}") for name in ("n1", "n2", "n3")]
        forged = await client.get(f"{path[:-4]}aaaa/letter/n1")
    assert [answer.status_code for answer in (*answers, forged)] == [404] * 4
