"""What makes two deliveries of one mail the same: a hash over the body, not the trace headers."""

from __future__ import annotations

import hashlib


def content_sha256(body: bytes) -> str:
    """Return the hash of a message's body as it was sent, line ends and trailing blanks aside.

    Relays add fields on top, rewrite line ends and add or drop an empty line at the end; they
    leave the rest alone, as a DKIM signature would break (RFC 6376 §3.4.4).
    """
    return hashlib.sha256(body.replace(b"\r\n", b"\n").rstrip()).hexdigest()
