"""What this process has just saved, handed once to the next reader instead of a trip to the store.

A message's way is save, event, get, save, event, get …, in one process within milliseconds. What
is handed over is the newest version that this process saved: a save says `expect` before its
commit begins, which forgets what was there, and `put` when it has ended; who asks between the two
asks the store, and then nothing is put. Everything is given out once only. Another process may
have saved since: an adapter hands over only what it has compared with the store, or kinds whose
readers save before they act.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from typing import Generic, TypeVar

from shared.domain.document import Document

D = TypeVar("D", bound=Document)

#: Documents of one kind at most, and bytes of raw beside them: more than are ever in hand.
DOCUMENTS = 2000
RAW_BYTES = 16 * 1024 * 1024
#: Seconds after which the store is asked all the same: so late, nobody is on the message's way.
FRESH = 2.0


class JustSaved(Generic[D]):
    """Bounded, oldest out first."""

    def __init__(self) -> None:
        self._expected: set[str] = set()
        self._documents: OrderedDict[str, tuple[D, float]] = OrderedDict()
        self._raws: OrderedDict[str, bytes] = OrderedDict()
        self._raw_bytes = 0

    def expect(self, document_id: str) -> None:
        """A newer version is about to be committed."""
        self._documents.pop(document_id, None)
        self._expected.add(document_id)

    def put(self, document: D, raw: bytes | None) -> None:
        """Keep a document for its next reader, unless one came too early; `raw` likewise."""
        if document.id not in self._expected:
            return
        self._expected.discard(document.id)
        self._documents[document.id] = document, time.monotonic()
        if len(self._documents) > DOCUMENTS:
            self._documents.popitem(last=False)
        if raw is not None and len(raw) <= RAW_BYTES // 16:
            self.take_raw(document.id)
            self._raws[document.id] = raw
            self._raw_bytes += len(raw)
            while self._raw_bytes > RAW_BYTES:
                _, oldest = self._raws.popitem(last=False)
                self._raw_bytes -= len(oldest)

    def take(self, document_id: str) -> D | None:
        """Return the document and forget it."""
        self._expected.discard(document_id)
        document, since = self._documents.pop(document_id, (None, 0.0))
        return document if time.monotonic() - since < FRESH else None

    def take_raw(self, document_id: str) -> bytes | None:
        """Return the raw bytes and forget them."""
        raw = self._raws.pop(document_id, None)
        if raw is not None:
            self._raw_bytes -= len(raw)
        return raw
