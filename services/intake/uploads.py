"""Read a posted form as it streams in, and keep no byte beyond the limits.

A document that is too large loses its bytes, never the words typed beside it: the page can then
say which one it was.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator
from typing import Protocol

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from services.intake.documents import Posted, document_kind, plain_name
from services.intake.limits import FormLimits
from shared.errors import Refused


class InFlight:
    """Bytes of documents that all visitors of this process have in memory just now."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._taken = 0

    def take(self, size: int) -> bool:
        """Count `size` bytes more, or refuse them all."""
        if self._taken + size > self._most:
            return False
        self._taken += size
        return True

    def give_back(self, size: int) -> None:
        self._taken -= size


class Form:
    """What was posted: the answers by name, and the documents in order."""

    def __init__(self) -> None:
        self.answers: dict[str, list[str]] = defaultdict(list)
        self.documents: list[Posted] = []
        self.cut = False
        #: bytes that the caller gives back to InFlight when it is done with the documents
        self.taken = 0

    def first(self, name: str) -> str:
        return self.answers[name][0] if self.answers.get(name) else ""


class _Stream(Protocol):
    def __aiter__(self) -> AsyncIterator[bytes]: ...


async def read_form(
    stream: _Stream, content_type: str, *, limits: FormLimits, in_flight: InFlight
) -> Form:
    """Return the posted form. Raise Refused when the body is not one, or is far too large.

    The caller gives `form.taken` back to `in_flight` when it no longer needs the documents;
    when this raises, whatever was taken is given back already.
    """
    kind, options = parse_options_header(content_type)
    boundary = options.get(b"boundary")
    if kind != b"multipart/form-data" or not boundary:
        raise Refused("not_a_form", "a multipart/form-data body is needed")
    reader = _Reader(limits, in_flight)
    parser = MultipartParser(boundary, reader.callbacks())  # type: ignore[arg-type]
    read = 0
    whole = False
    try:
        async for piece in stream:
            read += len(piece)
            if read > limits.body_bytes:
                raise Refused("too_large", "the whole is far beyond what the form takes")
            parser.write(piece)
        whole = reader.ended
    except FormParserError:
        whole = False
    finally:
        if not whole:
            in_flight.give_back(reader.form.taken)
    if not whole:
        raise Refused("cut_off", "the form did not come in whole")
    return reader.form


class _Reader:
    """Callbacks of the parser: one part after another, each counted while it grows."""

    def __init__(self, limits: FormLimits, in_flight: InFlight) -> None:
        self.form = Form()
        #: the last boundary has come; without it a document may miss its end (RFC 2046 5.1.1)
        self.ended = False
        self._limits = limits
        self._in_flight = in_flight
        self._total = 0
        self._typed = 0
        self._parts = 0
        self._begin()

    def callbacks(self) -> dict[str, object]:
        return {
            "on_part_begin": self._begin,
            "on_header_field": self._header_name,
            "on_header_value": self._header_value,
            "on_header_end": self._header_end,
            "on_headers_finished": self._headers_finished,
            "on_part_data": self._data,
            "on_part_end": self._end,
            "on_end": self._finish,
        }

    def _begin(self) -> None:
        self._data_so_far = bytearray()
        self._trouble = ""
        self._name = ""
        self._file: str | None = None
        self._header = (bytearray(), bytearray())
        self._disposition = b""

    def _finish(self) -> None:
        self.ended = True

    def _header_name(self, data: bytes, start: int, end: int) -> None:
        self._header[0].extend(data[start:end])

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._header[1].extend(data[start:end])

    def _header_end(self) -> None:
        if bytes(self._header[0]).lower() == b"content-disposition":
            self._disposition = bytes(self._header[1])
        self._header = (bytearray(), bytearray())

    def _headers_finished(self) -> None:
        _, options = parse_options_header(self._disposition)
        self._name = options.get(b"name", b"").decode("utf-8", "replace")
        filename = options.get(b"filename")
        self._file = None if filename is None else filename.decode("utf-8", "replace")
        self._parts += 1
        if self._file and len(self.form.documents) >= self._limits.files:
            self._trouble = "too_many"

    def _data(self, data: bytes, start: int, end: int) -> None:
        size = end - start
        if self._file is None:
            self._typed += size
            if self._typed > self._limits.fields_bytes:
                self.form.cut = True
            else:
                self._data_so_far += data[start:end]
        elif not self._trouble:
            self._trouble = self._why_not(size)
            if not self._trouble:
                self._data_so_far += data[start:end]
                self._total += size
                self.form.taken += size

    def _why_not(self, size: int) -> str:
        if len(self._data_so_far) + size > self._limits.file_bytes:
            return "too_large"
        if self._total + size > self._limits.total_bytes:
            return "too_much"
        return "" if self._in_flight.take(size) else "busy"

    def _end(self) -> None:
        if self._file is None:
            if self._parts <= 100:
                text = self._data_so_far.decode("utf-8", "replace")
                self.form.answers[self._name].append(text)
        elif self._file and len(self.form.documents) < 2 * self._limits.files:
            self._keep_document(self._file)

    def _keep_document(self, filename: str) -> None:
        name = plain_name(filename)
        data = b"" if self._trouble else bytes(self._data_so_far)
        if self._trouble:
            self._total -= len(self._data_so_far)
        kind = "" if self._trouble else document_kind(name, data)
        self.form.documents.append(Posted(name, data, kind, self._trouble))
