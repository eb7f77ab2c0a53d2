"""Pages of a PDF as pictures, so that a document is looked at without being opened.

PDFium reads hostile bytes: `page_picture` runs in a child process that can be killed.
"""

from __future__ import annotations

import io
from typing import NamedTuple

from services.intake.papers.pdf import opened
from shared.errors import Poison

#: Pixels across: a letter is read at this width, on paper as well.
WIDTH = 1000
#: A page of an odd shape is not made taller than this.
HEIGHT = 3000


class Picture(NamedTuple):
    """One page as PNG, and how many pages there are."""

    png: bytes
    pages: int


def page_picture(data: bytes, number: int) -> Picture:
    """Return page `number` (1 is the first); raise Poison for what is no page of a sound PDF."""
    document = opened(data)
    try:
        pages = len(document)
        if not 1 <= number <= pages:
            raise Poison("no_such_page")
        page = document[number - 1]
        width, height = page.get_size()
        scale = min(WIDTH / max(width, 1), HEIGHT / max(height, 1))
        image = page.render(scale=scale).to_pil()
    finally:
        document.close()
    out = io.BytesIO()
    image.convert("L" if image.mode == "L" else "RGB").quantize(64).save(out, "PNG")
    return Picture(out.getvalue(), pages)
