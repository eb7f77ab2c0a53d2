"""Small documents made on the spot, sound ones and hostile ones."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Sequence
from typing import Any

LETTER = "J’habite à Laval, H7N 1A1, et j’attends depuis six semaines."


def pdf(*pages: str, encrypted: bool = False) -> bytes:
    """Return a PDF with these words on its pages, line by line; "" is a page without any."""
    kids = " ".join(f"{4 + 2 * number} 0 R" for number in range(len(pages)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    for number, words in enumerate(pages):
        shown = words.encode("cp1252").replace(b"(", b"\\(").replace(b")", b"\\)")
        shown = shown.replace(b"\n", b") Tj 0 -14 Td (")
        stream = b"BT /F1 12 Tf 72 720 Td (" + shown + b") Tj ET" if words else b""
        objects += [
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 2000 792] /Contents %d 0 R "
            b"/Resources << /Font << /F1 3 0 R >> >> >>" % (5 + 2 * number),
            b"<< /Length %d >>\nstream\n%b\nendstream" % (len(stream), stream),
        ]
    return _pdf_file(objects, _LOCK if encrypted else b"")


def filled_form(words: str) -> bytes:
    """Return a PDF form whose one field somebody filled in; a viewer draws what stands in it."""
    page = b"BT /F1 12 Tf 72 720 Td (Formulaire) Tj ET"
    fonts = b"/Font << /F1 5 0 R >>"
    return _pdf_file(
        [
            b"<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [6 0 R] "
            b"/DR << %b >> /DA (/F1 12 Tf 0 g) >> >>" % fonts,
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Annots [6 0 R] "
            b"/Contents 4 0 R /Resources << %b >> >>" % fonts,
            b"<< /Length %d >>\nstream\n%b\nendstream" % (len(page), page),
            b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
            b"<< /Type /Annot /Subtype /Widget /FT /Tx /T (ville) /V (%b) /F 4 "
            b"/Rect [72 600 400 620] /DA (/F1 12 Tf 0 g) /P 3 0 R >>" % words.encode(),
        ],
        b"",
    )


#: A standard security handler whose hashes belong to a password that nobody knows.
_LOCK = b"/Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O <%b> /U <%b> >> /ID [<61> <61>]" % (
    b"41" * 32,
    b"42" * 32,
)


def _pdf_file(objects: Sequence[bytes], more: bytes) -> bytes:
    out = b"%PDF-1.4\n"
    places = []
    for number, content in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    trailer = b"trailer << /Size %d /Root 1 0 R %b >>\nstartxref\n%d\n%%%%EOF" % (
        size,
        more,
        len(out),
    )
    return out + b"xref\n0 %d\n0000000000 65535 f \n" % size + table + trailer


def picture(kind: str = "PNG", *, pages: int = 1) -> bytes:
    """Return a picture without words; as PDF or TIFF, of several pages."""
    from PIL import Image

    out = io.BytesIO()
    first, *others = (Image.new("L", (200, 100), 255 - number) for number in range(pages))
    more: dict[str, Any] = {"save_all": True, "append_images": others} if others else {}
    first.save(out, kind, **more)
    return out.getvalue()


def docx(*paragraphs: str, header: str = "", cells: Sequence[str] = ()) -> bytes:
    """Return a Word document: a header, paragraphs, and a table of one row."""
    from docx import Document

    document = Document()
    if header:
        document.sections[0].header.paragraphs[0].text = header
    for words in paragraphs:
        document.add_paragraph(words)
    if cells:
        row = document.add_table(rows=1, cols=len(cells)).rows[0]
        for cell, words in zip(row.cells, cells, strict=True):
            cell.text = words
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def odt(*paragraphs: str) -> bytes:
    """Return an OpenDocument text."""
    from odf.opendocument import OpenDocumentText
    from odf.text import P

    document = OpenDocumentText()
    for words in paragraphs:
        document.text.addElement(P(text=words))
    out = io.BytesIO()
    document.write(out)
    return out.getvalue()


def rtf(words: str) -> bytes:
    """Return a Rich Text document, its accents escaped as Word does it."""
    escaped = "".join(
        letter if letter.isascii() else f"\\'{letter.encode('cp1252').hex()}" for letter in words
    )
    return b"{\\rtf1\\ansi\\ansicpg1252 {\\fonttbl\\f0 Arial;}\\f0 " + escaped.encode() + b"\\par}"


def zipped(*entries: tuple[str, bytes], encrypted: bool = False) -> bytes:
    """Return a zip file; `encrypted` sets the bit that says so."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    data = out.getvalue()
    if encrypted:
        # general purpose bit 0 in each local head and in each entry of the list
        data = _flagged(_flagged(data, b"PK\x03\x04", 6), b"PK\x01\x02", 8)
    return data


def large_zip(size: int) -> bytes:
    """Return a zip file that says of itself that it holds `size` bytes; it holds two entries."""
    data = zipped(("a", b"x"), ("b", b"y"))
    at = data.index(b"PK\x01\x02")
    # Compressed and decoded size in the list of entries (APPNOTE 4.3.12): as if nothing was saved
    return data[: at + 20] + struct.pack("<II", size, size) + data[at + 28 :]


def _flagged(data: bytes, head: bytes, offset: int) -> bytes:
    pieces = data.split(head)
    at = offset - len(head)
    marked = [piece[:at] + struct.pack("<H", 1) + piece[at + 2 :] for piece in pieces[1:]]
    return head.join([pieces[0], *marked])


def rezipped(data: bytes, *, instead: dict[str, bytes]) -> bytes:
    """Return a zipped document with some of its entries replaced."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", 8) as new:
        for entry in old.infolist():
            new.writestr(entry, instead.get(entry.filename, old.read(entry)))
    return out.getvalue()
