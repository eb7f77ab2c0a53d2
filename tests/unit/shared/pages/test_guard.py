"""What stands around every page."""

from __future__ import annotations

import logging
from typing import Any

import httpx
import pytest

from shared.pages.guard import HEADERS, Guard, guarded


async def failing(scope: Any, receive: Any, send: Any) -> None:
    raise ValueError("a secret word")


async def own_policy(scope: Any, receive: Any, send: Any) -> None:
    headers = [(b"Content-Security-Policy", b"sandbox")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b""})


async def get(app: Any) -> httpx.Response:
    transport = httpx.ASGITransport(app=Guard(app, sorry=b"<p>sorry</p>"))
    async with httpx.AsyncClient(transport=transport, base_url="http://x.example") as client:
        return await client.get("/")


async def test_a_defect_ends_in_a_page_of_ours_and_tells_nothing(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.ERROR):
        answer = await get(failing)
    assert (answer.status_code, answer.text) == (500, "<p>sorry</p>")
    (record,) = caplog.records
    assert (record.getMessage(), record.__dict__["reason"]) == ("page_failed", "ValueError")
    assert "test_guard.py" in record.__dict__["frames"]
    assert "secret" not in str(record.__dict__)


async def test_a_page_may_be_stricter_than_the_rest() -> None:
    answer = await get(own_policy)
    assert answer.headers.get_list("content-security-policy") == ["sandbox"]


def test_every_header_of_ours_is_there_once() -> None:
    names = [name for name, _ in guarded([])]
    assert sorted(names) == sorted({name for name, _ in HEADERS})
