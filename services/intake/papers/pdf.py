"""PDF: the text that stands in it page by page, or that its pages are pictures.

PDFium is C++ and reads hostile bytes, so that this runs in a child process that can be killed.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from services.intake.papers import limits
from services.intake.papers.found import Found
from shared.errors import Poison

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument, PdfPage

#: FPDF_ERR_PASSWORD and FPDF_ERR_SECURITY of PDFium's fpdfview.h.
_LOCKED = frozenset({4, 5})
#: How PDFium writes a hyphen at the end of a line. Before a capital it belongs to a name
#: (Saint-/Jérôme); before others a word was divided, and `kept_text` joins it.
_DIVIDED = re.compile("[\x02\ufffe](?=[A-ZÀ-Þ])")


class _Page(NamedTuple):
    text: str
    is_picture: bool


def read(data: bytes) -> Found:
    """Return the text; state "scan" when most pages, or all that matter, are pictures."""
    document = opened(data)
    try:
        pages = len(document)
        if pages == 0:
            raise Poison("no_pages")
        read_pages = _pages(document, min(pages, limits.PAGES))
    finally:
        document.close()
    return _judged(read_pages, pages)


def opened(data: bytes) -> PdfDocument:
    """Return the document; raise Poison("encrypted") or ("broken_pdf")."""
    from pypdfium2 import PdfDocument, PdfiumError  # imported late: it loads PDFium

    try:
        document = PdfDocument(data)
    except PdfiumError as error:
        code = "encrypted" if getattr(error, "err_code", None) in _LOCKED else "broken_pdf"
        raise Poison(code) from None
    if document.get_formtype():
        document.init_forms()
    return document


def _pages(document: PdfDocument, count: int) -> list[_Page]:
    found: list[_Page] = []
    room = limits.TEXT_BYTES
    for number in range(count):
        page = _page(document, number)
        found.append(page)
        room -= len(page.text)
        if room < 0:
            break
    return found


def _page(document: PdfDocument, number: int) -> _Page:
    from pypdfium2 import PdfiumError

    try:
        page = _flattened(document, number)
    except PdfiumError:
        return _Page("", is_picture=False)
    try:
        text = _text_of(page)
        return _Page(text, is_picture=_is_picture(page, sum(map(str.isalnum, text))))
    finally:
        page.close()


def _flattened(document: PdfDocument, number: int) -> PdfPage:
    """Return a page with what was filled in or typed onto it, which is no part of it before."""
    from pypdfium2 import raw

    page = document[number]
    raw.FPDFPage_Flatten(page, raw.FLAT_NORMALDISPLAY)
    page.close()
    return document[number]


def _is_picture(page: PdfPage, letters: int) -> bool:
    """Say whether what is to be read on a page is drawn: a picture, or letters made lines."""
    from pypdfium2 import raw

    if letters >= limits.LETTERS_OF_A_PAGE:
        return False
    kinds = {found.type for found in page.get_objects(max_depth=3)}
    return raw.FPDF_PAGEOBJ_IMAGE in kinds or not (letters or kinds <= {raw.FPDF_PAGEOBJ_TEXT})


def _text_of(page: PdfPage) -> str:
    textpage = page.get_textpage()
    try:
        return _DIVIDED.sub("-", str(textpage.get_text_bounded()))
    finally:
        textpage.close()


def _judged(found: list[_Page], pages: int) -> Found:
    text = "\n\n".join(page.text for page in found if page.text.strip())
    pictures = sum(page.is_picture for page in found)
    cut = len(found) < pages
    if pictures * 2 >= len(found) and pictures:
        return Found(text, pages, "scan", cut=cut)
    return Found(text, pages, because="pages_are_pictures" if pictures else "", cut=cut)
