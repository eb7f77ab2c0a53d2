"""Parts inside of parts: they stand in the tree where their container stood."""

from __future__ import annotations

from base64 import encodebytes
from pathlib import Path

import pytest

from services.intake.reading import limits, read, smime
from services.intake.reading.parts import extract
from services.intake.reading.uuencoded import split

MAIL = Path(__file__).resolve().parents[3] / "mail"
TOP = b"From: a@x.example\nMIME-Version: 1.0\n"
#: ContentInfo { signedData { version 1, no digests, encapContentInfo { data, content } … } }
SIGNED = bytes.fromhex("06092a864886f70d010702")
DATA = bytes.fromhex("06092a864886f70d010701")


def der(tag: int, content: bytes) -> bytes:
    length = len(content).to_bytes(4, "big")
    return bytes([tag, 0x84]) + length + content


def signed(content: bytes) -> bytes:
    inner = der(0x30, DATA + der(0xA0, der(0x04, content)))
    body = der(0x30, b"\x02\x01\x01" + der(0x31, b"") + inner + der(0x31, b""))
    return der(0x30, SIGNED + der(0xA0, body))


def mail(part: bytes) -> bytes:
    head = b"Content-Type: application/pkcs7-mime\nContent-Transfer-Encoding: base64\n\n"
    return TOP + head + encodebytes(part)


def test_what_was_signed_is_read_as_if_it_stood_there() -> None:
    reading = read(
        mail(signed(b"Content-Type: text/plain; charset=utf-8\r\n\r\nPlainte sign\xc3\xa9e"))
    )
    assert (reading.text, reading.attachments) == ("Plainte signée", ())


def test_the_identity_of_a_signed_mail_is_that_of_its_own_bytes() -> None:
    one, other = (read(mail(signed(b"\r\n" + text))) for text in (b"un", b"deux"))
    assert one.content_sha256 != other.content_sha256
    assert one.text == "un"


def test_a_document_inside_of_a_signature_is_extracted_by_its_path() -> None:
    raw = (MAIL / "smime_signed.eml").read_bytes()
    (attachment,) = read(raw).attachments
    name, kind, data = extract(raw, attachment.part)
    assert (name, kind) == ("preuve.pdf", "application/pdf")
    assert data.startswith(b"%PDF-1.4")


def test_signatures_in_signatures_are_opened_until_the_limit() -> None:
    part = b"Content-Type: text/plain\r\n\r\nau fond"
    for _ in range(3):
        head = b"Content-Type: application/pkcs7-mime\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        part = head + encodebytes(signed(part))
    assert read(TOP + part).text == "au fond"


def test_too_many_containers_stay_closed_and_the_reading_says_so() -> None:
    one = b"--b\nContent-Type: application/pkcs7-mime\n\n" + signed(b"\r\nun") + b"\n"
    head = TOP + b"Content-Type: multipart/mixed; boundary=b\n\n"
    reading = read(head + one * (limits.OPENED + 5) + b"--b--\n")
    assert "too_much_in_containers" in reading.defects
    assert len(reading.attachments) == 5


@pytest.mark.parametrize(
    "part", [b"", b"Bonjour", b"\x30\x80" * 10_000, signed(b"x" * 100)[:80], der(0x30, SIGNED)]
)
def test_what_is_no_signature_stays_a_document(part: bytes) -> None:
    assert smime.unwrapped(part)[1] == b""
    reading = read(mail(part))
    assert (reading.state, len(reading.attachments)) == ("read", 1)


def test_inline_pgp_is_said_and_its_text_kept() -> None:
    text = b"Bonjour\n-----BEGIN PGP MESSAGE-----\n\nabcd\n-----END PGP MESSAGE-----\n"
    reading = read(TOP + b"\n" + text)
    assert "encrypted_mail" in reading.defects
    assert reading.text.startswith("Bonjour")


UU = b"begin 644 a.txt\n+0F]N:F]U<B`Z+2D`\n`\nend\n"


def test_a_file_written_into_a_text_is_taken_out_of_it() -> None:
    text, files = split(b"Avant\n" + UU + b"Apr\xc3\xa8s\n")
    assert text == b"Avant\nApr\xc3\xa8s\n"
    assert files == [(b"a.txt", b"Bonjour :-)")]


@pytest.mark.parametrize(
    "text",
    [
        b"begin 644 a plan\nand end it\n",
        b"> " + UU.replace(b"\n", b"\n> "),
        b"We begin 644 x\n",
        b"begin 644 x\n",
        b"begin 644 x\nend\n",
    ],
)
def test_words_that_look_like_a_file_stay_words(text: bytes) -> None:
    assert split(text) == (text, [])


def test_a_file_without_its_end_is_what_came() -> None:
    text, files = split(UU.removesuffix(b"`\nend\n"))
    assert (text, [file.data for file in files]) == (b"", [b"Bonjour :-)"])


@pytest.mark.parametrize(
    "raw",
    [
        TOP + b"\n" + b"begin 644 x\n" * 80_000,
        TOP + b"\nbegin 644 x\n" + (b"M" + b"A" * 60 + b"\n") * 20_000,
        TOP + b"Content-Type: text/calendar\n\n" + b"BEGIN:VEVENT\n" * 80_000,
        TOP + b"Content-Type: application/pkcs7-mime\n\n" + b"\x30\x80" * 500_000,
    ],
)
@pytest.mark.timeout(10)
def test_hostile_containers_are_read_in_a_moment(raw: bytes) -> None:
    assert read(raw).state == "read"


def test_one_line_that_happens_to_look_encoded_stays_in_the_text() -> None:
    text = b"Bonjour,\nbegin 644 x\n#ABCD\net la suite\n"
    assert split(text) == (text, [])
    assert [each.data for each in split(b"begin 644 x\n#ABCD\n`\nend\n")[1]] == [b"\x86(\xe4"[:3]]
