"""A folder that mail is written to, and the setting that chooses between it and a relay."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.notifier.mailer import (
    FolderMailer,
    RelayMailer,
    open_mailer,
)
from shared.errors import Misconfigured, Transient
from tests.integration.test_mailer import RAW


async def test_a_folder_gets_one_whole_file_for_a_notice(tmp_path: Path) -> None:
    mailer = FolderMailer(tmp_path / "outgoing")
    for _ in range(2):
        await mailer.send(notice_id="n1", mail_from="v@m.example", rcpt_to="a@b.example", raw=RAW)
    (file,) = (tmp_path / "outgoing").iterdir()
    assert file.name == "20261120T144100Z-n1.eml"
    assert file.read_bytes() == (
        b"X-Envelope-From: <v@m.example>\r\nX-Envelope-To: <a@b.example>\r\n" + RAW
    )
    await mailer.close()


async def test_a_folder_that_refuses_may_be_tried_again(tmp_path: Path) -> None:
    mailer = FolderMailer(tmp_path / "outgoing")
    (tmp_path / "outgoing").rmdir()
    with pytest.raises(Transient) as raised:
        await mailer.send(notice_id="n1", mail_from="", rcpt_to="a@b.example", raw=RAW)
    assert raised.value.code == "outgoing_folder"


async def test_a_folder_that_cannot_be_made_stops_the_start(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Misconfigured):
        FolderMailer(tmp_path / "file" / "outgoing")


async def test_the_relay_setting_chooses_the_mailer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert isinstance(open_mailer("file:var/outgoing"), FolderMailer)
    assert (tmp_path / "var" / "outgoing").is_dir()
    for url in ("smtp://127.0.0.1:1025", "smtps://u:p@r.example", "smtp://r.example?tls=never"):
        assert isinstance(open_mailer(url, connections=2), RelayMailer)


@pytest.mark.parametrize(
    "url",
    ["", "smtp://", "http://r.example", "smtp://r.example?tls=x", "smtp://u:p@r.example?tls=never"],
)
async def test_a_relay_setting_that_makes_no_sense_stops_the_start(url: str) -> None:
    with pytest.raises(Misconfigured) as raised:
        open_mailer(url)
    assert "u:p" not in str(raised.value)
