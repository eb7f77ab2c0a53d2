"""What exceeds a limit is not read but named, and keeps its identity."""

from __future__ import annotations

import pytest

from services.intake.reading import read
from services.intake.reading.identity import message_identity

TOP = b"Message-ID: <a@x.example>\nSubject: x\n"
MIXED = TOP + b"Content-Type: multipart/mixed; boundary=b\n\n"


def nested(depth: int) -> bytes:
    tree = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (level, level)
        for level in range(depth)
    )
    return TOP + tree + b"\nfond\n"


@pytest.mark.parametrize(
    ("raw", "because"),
    [
        (TOP + b"X: " + b"y" * 300_000 + b"\n\nz", "header_block_too_large"),
        (MIXED + b"--b\n\nx\n" * 1_100, "too_many_parts"),
        (nested(40), "nested_too_deep"),
        (TOP + b"\n" + b"x" * (64 * 1024 * 1024), "message_too_large"),
    ],
)
def test_a_message_over_a_limit_is_named_not_read(raw: bytes, because: str) -> None:
    reading = read(raw)
    assert (reading.state, reading.failed_because) == ("failed", because)
    assert (reading.message_id, reading.content_sha256) == message_identity(raw)


@pytest.mark.parametrize("raw", [nested(25), MIXED + b"--b\n\nx\n" * 900])
def test_a_message_under_the_limits_is_read(raw: bytes) -> None:
    assert read(raw).state == "read"


def test_text_over_a_mebibyte_is_cut_and_says_so() -> None:
    reading = read(TOP + b"\n" + "é".encode() * 1_000_000)
    assert reading.cut
    assert len(reading.text.encode()) == 1024 * 1024
    assert not read(TOP + b"\nx").cut


@pytest.mark.parametrize(
    "raw",
    [
        b"From: " + b"(" * 100_000 + b"\n\nx",
        b"From: " + b'"\\' * 20_000 + b"\n\nx",
        b"Subject: " + b"=?a?b?" * 20_000 + b"\n\nx",
        b"Content-Type: text/plain" + b';a"' * 50_000 + b"\n\nx",
        b"Content-Type: message/rfc822\n\n" * 3_000,
        TOP + b"Content-Type: text/html\n\n" + b"<blockquote>" * 100_000 + b"x",
        TOP + b"\n" + b"De :\n" * 100_000,
        b"From: mailer-daemon@x.example\nSubject: failure notice\n\n" + b"a@b.example " * 50_000,
    ],
)
@pytest.mark.timeout(10)
def test_hostile_repetition_is_read_in_a_moment(raw: bytes) -> None:
    assert read(raw).state == "read"
