"""A document as the bytes that MongoDB is sent: what cannot be bytes is found before it is sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import bson
from bson.errors import BSONError
from bson.raw_bson import RawBSONDocument

from shared.adapters.mongodb_shape import BSON_LIMIT
from shared.errors import Poison


def encoded_alone(stored: Mapping[str, Any]) -> RawBSONDocument:
    """Return a document as bytes, so that one that cannot be encoded never meets another.

    Raise Poison for what no later try can save: a lone surrogate, a number beyond 64 bits, or
    more than BSON can hold.
    """
    try:
        encoded = bson.encode(stored)
    except (BSONError, UnicodeError, OverflowError, TypeError) as error:
        raise Poison("unstorable_document", f"refused by BSON: {type(error).__name__}") from None
    if len(encoded) > BSON_LIMIT:
        raise Poison("document_too_large", f"{len(encoded)} bytes; BSON ends at 16 MiB")
    return RawBSONDocument(encoded)
