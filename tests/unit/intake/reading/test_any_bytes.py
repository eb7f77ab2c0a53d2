"""Whatever the bytes, there is a reading, and it can be stored."""

from __future__ import annotations

from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.intake.reading import read
from services.intake.reading.identity import message_identity
from services.intake.reading.report import report
from shared.domain.reading import Reading

MAIL = Path(__file__).resolve().parents[3] / "mail"
SAMPLES = [path.read_bytes() for path in sorted(MAIL.glob("*.eml")) if path.stat().st_size < 10_000]
PIECES = st.sampled_from(
    [
        b"From: ", b"Subject: ", b"To: ", b"Date: ", b"Message-ID: ", b"References: <a@b> ",
        b"Content-Type: ", b"text/plain", b"text/html", b"multipart/mixed; boundary=b",
        b"multipart/alternative; boundary=\"b\"", b"message/rfc822", b"multipart/report",
        b"message/delivery-status", b"; charset=", b"utf-7", b"utf-16", b"hz", b"\xff\xfe",
        b"; name*0*=utf-8''%c3", b"; filename=\"../\x00\"", b"Content-Disposition: attachment",
        b"Content-Transfer-Encoding: ", b"base64", b"quoted-printable", b"x-uuencode",
        b"begin 644 a\n", b"--b", b"--b--", b"\r\n", b"\n", b"\n\n", b"\r", b" ", b"\t", b"\0",
        b"=?utf-8?B?", b"=?iso-2022-jp?Q?", b"?=", b"<", b">", b"@", b"\"", b"(", b",", b";", b"=",
        b"mailer-daemon@x.example", b"failure notice", b"Final-Recipient: rfc822; a@b.example\n",
        b"Action: failed\n", b"Status: 5.1.1\n", b"\xed\xa0\x80", b"\xe9", b"\xc3\xa9",
        b"> ", b"Le 3 mars 2026 9:12 a \xc3\xa9crit :", b"De : x\nObjet : y\nDate : z\n",
        b"<blockquote>", b"<p>", b"<style>", b"&#55296;", b"&#0;", b"%PDF-", b"PK\x03\x04",
    ]
)  # fmt: skip
MESSAGES = st.one_of(
    st.binary(max_size=400),
    st.lists(st.one_of(PIECES, st.binary(max_size=6)), max_size=40).map(b"".join),
)
LIMITS = settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def assert_storable(reading: Reading) -> None:
    as_json = reading.model_dump_json()
    as_json.encode("utf-8")
    assert "\\u0000" not in as_json
    assert not any("\ud800" <= sign <= "\udfff" for sign in as_json)
    assert reading.own_text.strip() or not reading.text.strip()
    assert report("x.eml", reading)["file"] == "x.eml"


@LIMITS
@given(raw=MESSAGES)
def test_any_bytes_give_a_reading_that_can_be_stored(raw: bytes) -> None:
    reading = read(raw, mail_from="a@b.example", own_domains=frozenset({"x.example"}))
    assert not reading.failed_because.startswith("reader_error")
    assert_storable(reading)


@LIMITS
@given(data=st.data())
def test_a_damaged_mail_gives_a_reading_that_can_be_stored(data: st.DataObject) -> None:
    raw = bytearray(data.draw(st.sampled_from(SAMPLES)))
    for _ in range(data.draw(st.integers(1, 5))):
        at = data.draw(st.integers(0, len(raw)))
        raw[at : at + data.draw(st.integers(0, 30))] = data.draw(st.one_of(PIECES, st.binary()))
    reading = read(bytes(raw))
    assert not reading.failed_because.startswith("reader_error")
    assert_storable(reading)


@LIMITS
@given(raw=MESSAGES)
def test_the_cheap_identity_is_that_of_the_reading(raw: bytes) -> None:
    reading = read(raw)
    assert message_identity(raw) == (reading.message_id, reading.content_sha256)
