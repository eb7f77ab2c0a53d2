"""Pictures of pages: photographs and scans as they came, pages of a PDF drawn, in grey.

What a scanner gets is a picture that was made here, never the bytes of a stranger.
"""

from __future__ import annotations

import io
import math
import warnings
from typing import TYPE_CHECKING

from services.intake.papers import limits, pdf
from services.intake.papers.found import Found
from shared.errors import Poison

if TYPE_CHECKING:
    from PIL.Image import Image

#: Dots an inch that make small print readable; a page of a PDF has 72 units an inch.
_DOTS = 300
_UNITS = 72
#: A picture of a screen has letters ten dots high, which is too few.
_FEW_PIXELS = 1_500_000


def read(data: bytes) -> Found:
    """Return that a picture waits for a scan, and how many pages it has."""
    with _opened(data) as image:
        return Found(state="scan", pages=getattr(image, "n_frames", 1) if _has_pages(image) else 1)


def page_picture(data: bytes, number: int) -> bytes:
    """Return page `number` (from 0) of a PDF or a picture as PNG in grey, b"" past the last.

    Raise Poison when there is no picture to be had.
    """
    image = _drawn(data, number) if b"%PDF-" in data[:1024] else _frame(data, number)
    if image is None:
        return b""
    out = io.BytesIO()
    image.save(out, "PNG", compress_level=1)
    return out.getvalue()


def _drawn(data: bytes, number: int) -> Image | None:
    document = pdf.opened(data)
    try:
        if number >= len(document):
            return None
        page = document[number]
        width, height = page.get_size()
        most = math.sqrt(limits.PIXELS / max(width * height, 1.0))
        bitmap = page.render(scale=min(_DOTS / _UNITS, most), grayscale=True)
        drawn: Image = bitmap.to_pil().convert("L")
        return drawn
    finally:
        document.close()


def _frame(data: bytes, number: int) -> Image | None:
    from PIL import ImageOps

    with _opened(data) as image:
        if number and not _has_pages(image):
            return None
        try:
            image.seek(number)
        except EOFError:
            return None
        image.draft("L", _fitting(image.size))  # a JPEG is decoded no larger than needed
        upright = ImageOps.exif_transpose(image.convert("L"))
        return upright.resize(_fitting(upright.size))


def _fitting(size: tuple[int, int]) -> tuple[int, int]:
    """Return the size at which a picture is read: neither huge nor too small for letters."""
    pixels = size[0] * size[1]
    factor = 2.0 if pixels < _FEW_PIXELS else min(1.0, math.sqrt(limits.PIXELS / pixels))
    return max(1, round(size[0] * factor)), max(1, round(size[1] * factor))


def _has_pages(image: Image) -> bool:
    return image.format == "TIFF"  # the frames of others move


def _opened(data: bytes) -> Image:
    from PIL import Image, UnidentifiedImageError  # imported late: few mails bring pictures

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            return Image.open(io.BytesIO(data))
    except (Image.DecompressionBombWarning, Image.DecompressionBombError):
        raise Poison("too_many_pixels") from None  # over 89 million; telephones take 12 to 50
    except (UnidentifiedImageError, OSError, SyntaxError, TypeError, ValueError):
        raise Poison("unknown_picture") from None
