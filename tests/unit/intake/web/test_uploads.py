"""A posted form, read piece by piece, with no byte kept beyond the limits."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest

from services.intake.limits import FormLimits
from services.intake.uploads import Form, InFlight, read_form
from shared.errors import Refused

LIMITS = FormLimits(
    file_bytes=100, files=2, total_bytes=150, fields_bytes=60, body_bytes=5000, in_flight_bytes=400
)


def encoded(fields: dict[str, str], files: list[tuple[str, bytes]]) -> tuple[bytes, str]:
    parts = [("documents", (name, data, "application/pdf")) for name, data in files]
    request = httpx.Request("POST", "http://x.example", data=fields, files=parts or None)
    return request.read(), request.headers["content-type"]


async def pieces(body: bytes, size: int) -> AsyncIterator[bytes]:
    for start in range(0, len(body), size):
        yield body[start : start + size]


async def read(
    fields: dict[str, str],
    files: list[tuple[str, bytes]],
    *,
    size: int = 7,
    in_flight: InFlight | None = None,
) -> Form:
    body, kind = encoded(fields, files)
    flight = in_flight or InFlight(LIMITS.in_flight_bytes)
    return await read_form(pieces(body, size), kind, limits=LIMITS, in_flight=flight)


PDF = b"%PDF-" + b"x" * 55


@pytest.mark.parametrize("size", [1, 7, 4096])
async def test_answers_and_documents_come_whole_in_pieces_of_any_size(size: int) -> None:
    form = await read({"recit": "Ça va\r\nmal"}, [("é.pdf", PDF)], size=size)
    assert form.first("recit") == "Ça va\r\nmal"
    assert [(each.name, each.data, each.kind) for each in form.documents] == [("é.pdf", PDF, "pdf")]


async def test_a_document_that_is_too_large_loses_its_bytes_and_not_the_words() -> None:
    form = await read({"recit": "mots"}, [("a.pdf", PDF * 2), ("b.pdf", PDF)])
    assert form.first("recit") == "mots"
    assert [(each.trouble, each.size) for each in form.documents] == [("too_large", 0), ("", 60)]


async def test_documents_beyond_the_total_are_told_apart() -> None:
    form = await read({"recit": "mots"}, [("a.pdf", PDF + b"y" * 40), ("b.pdf", PDF)])
    assert [each.trouble for each in form.documents] == ["", "too_much"]


async def test_documents_beyond_the_number_are_told_apart() -> None:
    form = await read({"recit": "mots"}, [("a.pdf", b"%PDF-")] * 3)
    assert [each.trouble for each in form.documents] == ["", "", "too_many"]


async def test_a_file_field_without_a_file_is_no_document() -> None:
    body = (
        b'--b\r\nContent-Disposition: form-data; name="documents"; filename=""\r\n'
        b"Content-Type: application/octet-stream\r\n\r\n\r\n--b--\r\n"
    )
    form = await read_form(
        pieces(body, 9), "multipart/form-data; boundary=b", limits=LIMITS, in_flight=InFlight(400)
    )
    assert form.documents == []


async def test_answers_beyond_the_limit_are_cut_and_told_so() -> None:
    form = await read({"recit": "x" * 61}, [("a.pdf", PDF)])
    assert form.cut


async def test_a_document_that_finds_no_room_in_memory_is_told_apart() -> None:
    flight = InFlight(10)
    form = await read({"recit": "mots"}, [("a.pdf", PDF)], in_flight=flight, size=4096)
    assert [each.trouble for each in form.documents] == ["busy"]
    assert flight.take(10)


async def test_the_caller_gives_back_what_was_taken() -> None:
    flight = InFlight(100)
    form = await read({"recit": "mots"}, [("a.pdf", PDF)], in_flight=flight)
    assert not flight.take(100)
    flight.give_back(form.taken)
    assert flight.take(100)


@pytest.mark.parametrize("kind", ["text/plain", "multipart/form-data", ""])
async def test_what_is_not_a_form_is_refused(kind: str) -> None:
    with pytest.raises(Refused) as refused:
        await read_form(pieces(b"x", 1), kind, limits=LIMITS, in_flight=InFlight(1))
    assert refused.value.code == "not_a_form"


async def test_a_form_that_stops_half_way_is_refused_and_gives_all_back() -> None:
    body, kind = encoded({"recit": "mots"}, [("a.pdf", PDF)])
    flight = InFlight(100)
    with pytest.raises(Refused) as refused:
        await read_form(pieces(body[:-20], 64), kind, limits=LIMITS, in_flight=flight)
    assert refused.value.code == "cut_off"
    assert flight.take(100)


async def test_a_body_far_beyond_the_limits_is_not_read_to_its_end() -> None:
    with pytest.raises(Refused) as refused:
        await read({"recit": "mots"}, [("a.pdf", b"x" * 6000)])
    assert refused.value.code == "too_large"
