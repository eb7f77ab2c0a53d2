"""Doors and relay are asked by opening a connection, and nothing of them is an error."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from shared.runtime.answering import ask_doors, ask_relay
from shared.runtime.settings import Settings

NOBODY = "127.0.0.1:1"


async def test_a_door_that_listens_answers_and_another_does_not() -> None:
    async def hang_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    server = await asyncio.start_server(hang_up, "127.0.0.1", 0)
    async with server:
        address = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
        settings = Settings(
            smtp_listen=address, web_listen=NOBODY, desk_listen=NOBODY, relay=f"smtp://{address}"
        )
        doors = await ask_doors(settings)
        assert doors == {"smtp": "ok", "web": "no_answer", "desk": "no_answer"}
        assert await ask_relay(settings) == "ok"


async def test_a_folder_of_mail_is_there_or_not_yet(tmp_path: Path) -> None:
    assert await ask_relay(Settings(relay=f"file:{tmp_path}")) == "ok"
    assert await ask_relay(Settings(relay=f"file:{tmp_path}/later")) == "no_folder"


@pytest.mark.parametrize("relay", [f"smtp://{NOBODY}", "smtp://", "smtps://[broken", "smtp://h:x"])
async def test_an_address_where_nobody_is_does_not_answer(relay: str) -> None:
    assert await ask_relay(Settings(relay=relay)) == "no_answer"
