"""Raw bytes that are too large to lie beside their document: in GridFS. No driver here."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from shared.adapters.mongodb_shape import RAW_BESIDE, RawPlace
from shared.errors import Transient

_log = logging.getLogger(__name__)


class LargeRaws:
    """Files of one collection; `bucket` is the driver's, `mapped` turns its errors into ours."""

    def __init__(
        self, bucket: Any, collection: str, mapped: Callable[[], AbstractContextManager[None]]
    ) -> None:
        self._bucket = bucket
        self._collection = collection
        self._mapped = mapped

    async def place(self, document_id: str, raw: bytes) -> RawPlace:
        """Put large raw bytes into a file before the document that names it is saved.

        A crash in between leaves a file that no document names; nothing is lost by it.
        """
        if len(raw) <= RAW_BESIDE:
            return RawPlace(beside=raw)
        with self._mapped():
            name = f"{self._collection}/{document_id}"
            return RawPlace(file=await self._bucket.upload_from_stream(name, raw))

    async def read(self, file: Any) -> bytes:
        """Return a whole file."""
        with self._mapped():
            stream = await self._bucket.open_download_stream(file)
            return bytes(await stream.read())

    async def take_back(self, place: RawPlace | None) -> None:
        """Remove the file of a save that was refused."""
        if place is None or place.file is None:
            return
        try:
            with self._mapped():
                await self._bucket.delete(place.file)
        except Transient as error:
            _log.warning("file left over", extra={"code": error.code})
