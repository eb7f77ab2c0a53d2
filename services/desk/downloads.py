"""What a browser is told about a document of a stranger: save it, run nothing, guess nothing."""

from __future__ import annotations

import re
from urllib.parse import quote

#: Types that are told as they were detected. Everything else, HTML and SVG first, is bare bytes.
SAFE_TYPES = frozenset(
    {
        "application/pdf",
        "application/rtf",
        "application/vnd.oasis.opendocument.text",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "image/gif",
        "image/heic",
        "image/jpeg",
        "image/png",
        "image/tiff",
        "image/webp",
    }
)
BARE = "application/octet-stream"


def download_headers(name: str, detected_type: str) -> dict[str, str]:
    """Return the headers of a download; the name in both forms of RFC 6266 section 4.3."""
    plain = re.sub(r"[^A-Za-z0-9._ -]", "_", name.encode("ascii", "replace").decode()) or "document"
    kind = detected_type.partition(";")[0].strip().lower()
    return {
        "Content-Type": kind if kind in SAFE_TYPES else BARE,
        "Content-Disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name)}",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
    }
