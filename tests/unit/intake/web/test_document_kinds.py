"""A document is what its bytes are."""

from __future__ import annotations

import io
import zipfile

import pytest

from services.intake.documents import MEDIA_TYPES, document_kind, plain_name


def zipped(*names: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in names:
            content = "application/vnd.oasis.opendocument.text" if name == "mimetype" else "x"
            archive.writestr(name, content)
    return out.getvalue()


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 504

KINDS = [
    ("a.pdf", b"%PDF-1.7\n", "pdf"),
    ("a.pdf", b"\n\n%PDF-1.4", "pdf"),
    ("a.docx", zipped("[Content_Types].xml", "word/document.xml"), "docx"),
    ("a.odt", zipped("mimetype", "content.xml"), "odt"),
    ("a.rtf", b"{\\rtf1 x}", "rtf"),
    ("a.txt", "Ça va".encode(), "txt"),
    ("a.txt", "Ça va".encode("latin-1"), "txt"),
    ("a.txt", "Ça va".encode("utf-16"), "txt"),
    ("a.jpg", b"\xff\xd8\xff\xe0", "jpeg"),
    ("a.png", b"\x89PNG\r\n\x1a\n", "png"),
    ("a.heic", b"\x00\x00\x00\x18ftypheic", "heic"),
    ("a.webp", b"RIFF\x00\x00\x00\x00WEBP", "webp"),
    ("a.eml", b"From: a@b.example\r\nSubject: x\r\n\r\nx", "eml"),
    ("a.msg", OLE + "__substg1.0_0037001F".encode("utf-16-le"), "msg"),
]
REFUSED = [
    ("a.mov", b"\x00\x00\x00\x14ftypqt  ", "video"),
    ("a.pdf", b"\x00\x00\x00\x18ftypmp42", "video"),
    ("photo.jpg", b"MZ\x90\x00", "program"),
    ("a.zip", zipped("a.txt"), "archive"),
    ("a.xlsx", zipped("[Content_Types].xml", "xl/workbook.xml"), "sheet"),
    ("a.doc", OLE, "old_word"),
    ("a.docx", b"PK\x03\x04 broken", "unknown"),
    ("a.txt", b"\x00\x01\x02\x03" * 10, "unknown"),
    ("a.mp3", b"ID3\x04", "sound"),
    ("a.pdf", b"", "empty"),
]


@pytest.mark.parametrize(("name", "data", "kind"), KINDS)
def test_a_kind_that_the_form_takes(name: str, data: bytes, kind: str) -> None:
    assert document_kind(name, data) == kind
    assert kind in MEDIA_TYPES


@pytest.mark.parametrize(("name", "data", "kind"), REFUSED)
def test_a_kind_that_the_form_does_not_take(name: str, data: bytes, kind: str) -> None:
    assert document_kind(name, data) == kind
    assert kind not in MEDIA_TYPES


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("C:\\Documents\\avis.pdf", "avis.pdf"),
        ("../../etc/passwd", "passwd"),
        ("a\r\nb.pdf", "ab.pdf"),
        ("..", "document"),
        ("x" * 200 + ".pdf", "x" * 100 + ".pdf"),
    ],
)
def test_a_name_is_only_a_name(given: str, expected: str) -> None:
    assert plain_name(given) == expected
