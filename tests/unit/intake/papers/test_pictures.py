"""A scanner is handed pictures of a good size, upright and grey, whatever came."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from services.intake.papers import limits
from services.intake.papers.pictures import page_picture, read
from shared.errors import Poison
from tests import papers


def seen(data: bytes, number: int = 0) -> Image.Image:
    return Image.open(io.BytesIO(page_picture(data, number)))


def photo(width: int, height: int, *, turned: bool = False) -> bytes:
    image = Image.new("RGB", (width, height))
    exif = Image.Exif()
    if turned:
        exif[0x0112] = 6  # Orientation: the camera was held upright
    out = io.BytesIO()
    image.save(out, "JPEG", exif=exif)
    return out.getvalue()


def test_a_page_of_a_pdf_is_drawn_at_a_size_that_can_be_read() -> None:
    page = seen(papers.pdf("mot"))
    assert page.mode == "L"
    assert limits.PIXELS * 0.98 < page.width * page.height <= limits.PIXELS * 1.02


def test_a_large_photograph_is_made_smaller_and_a_small_one_larger() -> None:
    large = seen(photo(6000, 4000))
    assert large.width * large.height <= limits.PIXELS * 1.01
    assert seen(photo(300, 200)).size == (600, 400)


def test_a_photograph_is_turned_as_it_was_taken() -> None:
    assert seen(photo(1600, 1200, turned=True)).size == (1200, 1600)


@pytest.mark.parametrize("kind", ["PDF", "TIFF"])
def test_past_the_last_page_there_is_nothing(kind: str) -> None:
    data = papers.picture(kind, pages=2)
    assert page_picture(data, 1)
    assert page_picture(data, 2) == b""


def test_a_picture_of_too_many_pixels_is_not_opened() -> None:
    out = io.BytesIO()
    Image.new("1", (20_000, 7_000)).save(out, "PNG")
    with pytest.raises(Poison, match="too_many_pixels"):
        read(out.getvalue())
