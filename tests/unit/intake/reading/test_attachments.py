"""Names that are safe anywhere, types that the bytes show, and the bytes themselves."""

from __future__ import annotations

import hashlib

import pytest

from services.intake.reading import read
from services.intake.reading.attachments import detect, safe_name
from services.intake.reading.parts import extract
from shared.errors import Refused

PDF = b"%PDF-1.4\n%%EOF\n"
MAIL = (
    b"From: a@x.example\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n"
    b"--b\n\nBonjour\n--b\nContent-Type: multipart/mixed; boundary=c\n\n--c\n"
    b"Content-Type: application/octet-stream; name=\"a/b.pdf\"\nContent-Disposition: attachment\n\n"
    + PDF
    + b"--c--\n--b\nContent-Type: message/rfc822\n\nSubject: Avis 2/3\r\n\r\nTexte\r\n--b--\n"
)  # fmt: skip


@pytest.mark.parametrize(
    ("written", "safe"),
    [
        ("recu.pdf", "recu.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Mes documents\\reçu.pdf", "reçu.pdf"),
        ("a\0b\nc.pdf", "a b c.pdf"),
        ("x:y?.pdf", "x_y_.pdf"),
        ("..", ""),
        ("", ""),
        ("CON", "_CON"),
        ("nul.txt", "_nul.txt"),
        ("facture\u202efdp.exe", "facture_fdp.exe"),
        (" .caché. ", "caché"),
    ],
)
def test_a_name_is_made_safe(written: str, safe: str) -> None:
    assert safe_name(written) == safe


def test_a_long_name_keeps_its_ending() -> None:
    name = safe_name("é" * 400 + ".pdf")
    assert len(name) == 150
    assert name.endswith("é.pdf")


@pytest.mark.parametrize(
    ("data", "declared", "kind"),
    [
        (PDF, "image/jpeg", "application/pdf"),
        (b"\xff\xd8\xff\xe0" + b"\0" * 20, "application/pdf", "image/jpeg"),
        (b"MZ\x90\0" + b"\0" * 60, "image/png", "application/vnd.microsoft.portable-executable"),
        (b"Bonjour\n", "application/pdf", "text/plain"),
        (b"a,b\n", "text/csv", "text/csv"),
        (b"<!DOCTYPE html><p>", "image/png", "text/html"),
        (b"\0\1\2\3nothing known", "image/png", "application/octet-stream"),
        (b"PK\x03\x04" + b"\0" * 40, "application/pdf", "application/zip"),
        (b"", "image/png", "application/x-empty"),
    ],
)
def test_the_type_is_what_the_bytes_show(data: bytes, declared: str, kind: str) -> None:
    assert detect(data, declared) == kind


def test_attachments_are_found_with_their_path_and_their_exact_bytes() -> None:
    document, message = read(MAIL).attachments
    assert (document.part, document.name, document.size) == ("2.1", "b.pdf", len(PDF) - 1)
    assert document.sha256 == hashlib.sha256(PDF[:-1]).hexdigest()
    assert (message.part, message.name) == ("3", "Avis 2-3.eml")
    assert message.sha256 == hashlib.sha256(b"Subject: Avis 2/3\r\n\r\nTexte").hexdigest()


def test_every_attachment_can_be_taken_out_of_the_raw_mail() -> None:
    for attachment in read(MAIL).attachments:
        name, kind, data = extract(MAIL, attachment.part)
        assert (name, kind) == (attachment.name, attachment.detected_type)
        assert hashlib.sha256(data).hexdigest() == attachment.sha256


@pytest.mark.parametrize("part", ["9", "2", "", "../1"])
def test_a_part_that_is_not_there_is_refused(part: str) -> None:
    with pytest.raises(Refused):
        extract(MAIL, part)
