"""An attached document comes back as text, or says why it does not. Never an exception."""

from __future__ import annotations

import io
import struct
import tarfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.intake.papers import limits, read_document
from shared.domain.reading import DocumentText
from tests import papers
from tests.outlook import msg
from tests.papers import LETTER

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 504
MAIL = f"From: Ana Modele <ana@courriel.example>\nSubject: Plainte\n\n{LETTER}\n".encode()


def read(data: bytes, name: str = "lettre", declared: str = "application/pdf") -> DocumentText:
    return read_document(data, part="2", name=name, declared=declared)


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (papers.pdf(LETTER), "application/pdf"),
        (b"\n\n" + papers.pdf(LETTER), "application/pdf"),
        (papers.docx(LETTER), "wordprocessingml.document"),
        (papers.odt(LETTER), "opendocument.text"),
        (papers.rtf(LETTER), "application/rtf"),
        (LETTER.encode(), "text/plain"),
        (LETTER.encode("cp1252"), "text/plain"),
        (LETTER.encode("utf-16"), "text/plain"),
        (LETTER.encode("utf-8-sig"), "text/plain"),
        (f"<html><body><p>{LETTER}</p><script>x</script></body></html>".encode(), "text/html"),
    ],
)
def test_the_words_of_a_letter_come_back_whatever_it_is_written_in(data: bytes, kind: str) -> None:
    found = read(data)
    assert (found.text, found.state, found.because, found.cut) == (LETTER, "read", "", False)
    assert found.type.endswith(kind)
    assert (found.part, found.name) == ("2", "lettre")


def test_an_attached_mail_gives_subject_author_and_words() -> None:
    found = read(MAIL, declared="message/rfc822")
    assert found.text == f"Plainte\nAna Modele <ana@courriel.example>\n\n{LETTER}"
    assert found.type == "message/rfc822"


def test_an_outlook_message_gives_the_same_whatever_body_it_has() -> None:
    whole = f"Plainte\nAna Modele <ana@courriel.example>\n\n{LETTER}"
    assert read(msg(LETTER)).text == whole
    assert read(msg(html=f"<p>{LETTER}</p>".encode())).text == whole
    plain = papers.rtf(LETTER)
    packed = struct.pack("<II4sI", len(plain) + 12, len(plain), b"MELA", 0) + plain
    assert read(msg(rtf=packed)).text == whole
    assert read(msg(LETTER)).type == "application/vnd.ms-outlook"


def test_a_word_letter_has_its_header_and_its_tables() -> None:
    found = read(papers.docx("Bonjour", header="12, rue X, Laval", cells=("Ville", "Laval")))
    assert found.text == "12, rue X, Laval\n\nBonjour\nVille \tLaval"


def test_what_is_filled_in_on_a_form_is_read() -> None:
    found = read(papers.filled_form("Laval H7N 1A1"))
    assert found.text == "Formulaire\nLaval H7N 1A1"


def test_words_that_a_line_divides_are_whole_again() -> None:
    found = read(papers.pdf("Je demeure dans la munici-\npalité de Saint-\nJérôme."))
    assert found.text == "Je demeure dans la municipalité de Saint-Jérôme."


def test_a_pdf_says_its_pages_and_those_past_the_limit_are_cut() -> None:
    short = read(papers.pdf("page un de la lettre", "page deux de la lettre"))
    assert (short.pages, short.cut) == (2, False)
    long = read(papers.pdf(*["une page de la lettre"] * (limits.PAGES + 1)))
    assert (long.pages, long.cut, long.state) == (limits.PAGES + 1, True, "read")


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP", "TIFF", "PDF"])
def test_a_picture_waits_for_a_scan(kind: str) -> None:
    found = read(papers.picture(kind))
    assert (found.state, found.pages, found.text) == ("scan", 1, "")


@pytest.mark.parametrize("kind", ["TIFF", "PDF"])
def test_a_fax_says_how_many_pages_it_has(kind: str) -> None:
    assert read(papers.picture(kind, pages=3)).pages == 3


def test_a_page_with_nothing_on_it_is_for_a_person() -> None:
    found = read(papers.pdf(""))
    assert (found.state, found.because) == ("by_a_person", "no_text")


@pytest.mark.parametrize(
    "data",
    [
        papers.pdf("secret", encrypted=True),
        papers.zipped(("lettre.txt", b"secret"), encrypted=True),
        OLE + "EncryptedPackage".encode("utf-16-le"),
        papers.rezipped(
            papers.odt("secret"),
            instead={"META-INF/manifest.xml": b"<manifest:encryption-data/>"},
        ),
    ],
)
def test_a_locked_document_says_so(data: bytes) -> None:
    assert (read(data).state, read(data).because) == ("encrypted", "encrypted")


def test_an_archive_is_listed_and_not_opened() -> None:
    inside = papers.zipped(("dedans.txt", LETTER.encode()))
    found = read(papers.zipped(("lettre.txt", LETTER.encode()), ("a/b.zip", inside)))
    assert (found.state, found.entries, found.text) == ("archive", ("lettre.txt", "a/b.zip"), "")


def test_a_tar_file_is_listed() -> None:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("lettre.pdf"))
    assert (read(out.getvalue()).state, read(out.getvalue()).entries) == (
        "archive",
        ("lettre.pdf",),
    )


def test_an_archive_of_another_kind_is_only_named() -> None:
    found = read(b"7z\xbc\xaf\x27\x1c" + b"\x00" * 100)
    assert (found.state, found.because) == ("archive", "not_listed")


@pytest.mark.parametrize(
    ("data", "because"),
    [
        (papers.zipped(("a", b"\0" * 20_000_000)), "compressed_too_much"),
        (
            papers.rezipped(papers.docx("x"), instead={"word/document.xml": b" " * 20_000_000}),
            "compressed_too_much",
        ),
        (
            papers.rezipped(papers.odt("x"), instead={"content.xml": b" " * 20_000_000}),
            "compressed_too_much",
        ),
        (papers.zipped(*((str(number), b"") for number in range(1_001))), "too_many_entries"),
        (papers.large_zip(limits.DECODED_BYTES + 1), "decodes_too_large"),
    ],
)
def test_a_bomb_is_stopped_before_it_is_opened(data: bytes, because: str) -> None:
    found = read(data)
    assert (found.state, found.because, found.text) == ("too_large", because, "")


ENTITIES = b'<!DOCTYPE a [<!ENTITY a "aaaaaaaa"><!ENTITY b "&a;&a;&a;">]><a>&b;</a>'


@pytest.mark.parametrize("entities", [ENTITIES, ENTITIES.decode().encode("utf-16")])
@pytest.mark.parametrize(
    ("data", "entry"),
    [(papers.docx("x"), "word/document.xml"), (papers.odt("x"), "content.xml")],
)
def test_xml_that_means_to_grow_is_not_parsed(data: bytes, entry: str, entities: bytes) -> None:
    found = read(papers.rezipped(data, instead={entry: entities}))
    assert (found.state, found.because) == ("by_a_person", "xml_entities")


def test_xml_that_is_broken_is_not_printed(capfd: pytest.CaptureFixture[str]) -> None:
    found = read(papers.rezipped(papers.odt("x"), instead={"content.xml": b"<a>secret"}))
    assert (found.state, found.because) == ("by_a_person", "broken_xml")
    assert "secret" not in "".join(capfd.readouterr())


@pytest.mark.parametrize(
    ("data", "name", "because"),
    [
        (b"", "a.pdf", "empty"),
        (b"%PDF-1.7 broken", "a.pdf", "broken_pdf"),
        (b"\x00\x01\x02" * 100, "a.pdf", "unknown"),
        (b"MZ\x90\x00", "photo.jpg", "program"),
        (OLE, "a.doc", "old_word"),
        (papers.zipped(("[Content_Types].xml", b""), ("xl/a.xml", b"")), "a.xlsx", "sheet"),
        (b"\x89PNG\r\n\x1a\n broken", "a.png", "unknown_picture"),
        (b"\x00\x00\x00\x18ftypheic", "a.heic", "heic"),
        (b" \n \n", "a.txt", "no_text"),
        (papers.docx(), "a.docx", "no_text"),
    ],
)
def test_what_nobody_can_read_is_for_a_person_and_says_why(
    data: bytes, name: str, because: str
) -> None:
    found = read(data, name)
    assert (found.state, found.because) == ("by_a_person", because)


def test_a_long_text_is_cut_and_says_so() -> None:
    found = read("é".encode() * limits.TEXT_BYTES)
    assert len(found.text.encode()) == limits.TEXT_BYTES
    assert found.cut


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ("a\x01b d\ufffee\u00adf ".encode() + b"mot " * 50, "ab def" + " mot" * 50),
        (b"{\\rtf1 a\\u55357? b}", "a\ufffd b"),
        (b"<html><body>a&#xD800;b&#0;c</body></html>", "a\ufffdb\ufffdc"),
    ],
)
def test_nothing_that_cannot_be_stored_leaves(data: bytes, text: str) -> None:
    assert read(data).text == text


WHOLE = [
    papers.pdf(LETTER),
    papers.docx(LETTER),
    papers.odt(LETTER),
    papers.rtf(LETTER),
    papers.zipped(("a", b"b")),
    papers.picture("TIFF"),
    MAIL,
    msg(LETTER),
]


@settings(deadline=None)
@given(
    whole=st.sampled_from(WHOLE),
    start=st.integers(0, 40_000),
    bytes_in=st.binary(max_size=60),
    cut=st.integers(0, 40_000),
)
def test_any_bytes_give_an_answer_that_can_be_stored(
    whole: bytes, start: int, bytes_in: bytes, cut: int
) -> None:
    start, cut = start % len(whole), cut % len(whole)
    broken = (whole[:start] + bytes_in + whole[start + len(bytes_in) :])[: len(whole) - cut]
    found = read(broken)
    assert found.model_dump_json()
    assert found.state == "read" or found.because or found.state in {"scan", "archive"}
