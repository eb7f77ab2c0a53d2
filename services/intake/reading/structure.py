"""The tree of parts of a message, as offsets into its bytes, and what each part says it is.

The bytes are never copied or changed: a part's content is exactly what was sent, so its sha256
is evidence. Walks are bounded by `limits`, whatever the message claims to be.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from services.intake.reading import containers, delimiters, headers, limits, parameters
from services.intake.reading.headers import Headers
from shared.errors import Poison

COMMENT = re.compile(rb"\([^()]*\)")
TYPE = re.compile(r"^[!#$%&'*+.^_`|~0-9a-z-]+/[!#$%&'*+.^_`|~0-9a-z-]+$")


@dataclass(frozen=True, slots=True)
class Part:
    """One node. `path` is "" for a multipart root, "1" for a single one, then "2.1" (RFC 3501)."""

    raw: bytes
    start: int
    end: int
    path: str
    headers: Headers
    content_type: str
    parameters: dict[str, str]
    disposition: str
    name: str
    encoding: str
    parts: tuple[Part, ...] = field(default=())

    @property
    def body(self) -> bytes:
        """Return the content as it was sent, transfer encoding and all."""
        return self.raw[self.start : self.end]

    @property
    def charset(self) -> str:
        return self.parameters.get("charset", "")

    def leaves(self) -> Iterator[Part]:
        """Yield the parts that hold content, in order."""
        if self.parts:
            for part in self.parts:
                yield from part.leaves()
        else:
            yield self


@dataclass(slots=True)
class Tally:
    """What one message has cost so far, the parts inside of containers included."""

    parts: int = 0
    opened: int = 0
    opened_bytes: int = 0


class Parser:
    """Reads one message; keeps count of its parts and notes its defects."""

    def __init__(self, raw: bytes, defects: set[str], tally: Tally | None = None) -> None:
        self.raw = raw
        self.defects = defects
        self.tally = tally or Tally()

    def parse(self) -> Part:
        """Return the root of a message. Raises Poison when a limit is exceeded."""
        start = headers.start_of(self.raw)
        if self.raw[:1].isspace():
            self.defects.add("leading_blanks")
        found, body = headers.split(self.raw, start, len(self.raw), self.defects)
        return self.part(found, body, len(self.raw), path="", depth=0)

    def entity(self, data: bytes, *, path: str, depth: int) -> Part:
        """Return the part that `data` is, headers and all, taken out of a container at `path`."""
        inner = Parser(data, self.defects, self.tally)
        found, body = headers.split(data, 0, len(data), self.defects)
        return inner.part(found, body, len(data), path=path, depth=depth)

    def may_open(self, size: int) -> bool:
        """Count a container whose content has `size` bytes; say whether that is still allowed."""
        self.tally.opened += 1
        self.tally.opened_bytes += size
        allowed = (
            self.tally.opened <= limits.OPENED and self.tally.opened_bytes <= limits.OPENED_BYTES
        )
        if not allowed:
            self.defects.add("too_much_in_containers")
        return allowed

    def count(self) -> None:
        """Count one more part. Raises Poison("too_many_parts")."""
        self.tally.parts += 1
        if self.tally.parts > limits.PARTS:
            raise Poison("too_many_parts")

    def part(
        self, found: Headers, start: int, end: int, *, path: str, depth: int, digest: bool = False
    ) -> Part:
        """Return the part whose headers are `found` and whose body lies between the offsets."""
        self.count()
        if depth > limits.DEPTH:
            raise Poison("nested_too_deep")
        kind, details = self.content_type(found, digest=digest)
        children: tuple[Part, ...] = ()
        if kind.startswith("multipart/"):
            children = self.children(
                kind, details.get("boundary", ""), start, end, path=path, depth=depth
            )
            if kind == "multipart/encrypted":  # RFC 1847 §2.2: OpenPGP, mostly
                self.defects.add("encrypted_mail")
            if not children:
                kind, details = "text/plain", {}
        disposition, more = self.parsed(found.first("content-disposition"))
        part = Part(
            raw=self.raw,
            start=start,
            end=end,
            path=path if children else path or "1",
            headers=found,
            content_type=kind,
            parameters=details,
            disposition=disposition,
            name=more.get("filename", "") or details.get("name", ""),
            encoding=_encoding(found.first("content-transfer-encoding")),
            parts=children,
        )
        return part if children else containers.opened(part, self, depth=depth)

    def parsed(self, value: bytes) -> tuple[str, dict[str, str]]:
        if not value:
            return "", {}
        return parameters.parse(headers.unfolded(value, "", self.defects), self.defects)

    def content_type(self, found: Headers, *, digest: bool) -> tuple[str, dict[str, str]]:
        """Return type and parameters; RFC 2045 §5.2: what is missing is plain text."""
        values = found.every("content-type")
        if not values:
            if not digest:
                self.defects.add("no_content_type")
            return ("message/rfc822" if digest else "text/plain"), {}
        for value in reversed(values):  # a later one was added by whoever knew better
            kind, details = self.parsed(value)
            kind = kind.replace(" ", "")
            if TYPE.match(kind):
                return kind, details
        self.defects.add("bad_content_type")
        kind, details = self.parsed(values[0])
        if "boundary" in details:
            return "multipart/mixed", details
        is_text = not kind or kind.startswith("text") or "charset" in details
        return ("text/plain" if is_text else "application/octet-stream"), details

    def children(
        self, kind: str, boundary: str, start: int, end: int, *, path: str, depth: int
    ) -> tuple[Part, ...]:
        """Return the parts between the delimiter lines of a multipart; () when there are none."""
        encoded = boundary.encode("utf-8", "surrogateescape")
        if not boundary:
            self.defects.add("no_boundary")
            encoded = delimiters.guessed(self.raw, start, end)
        if not encoded:
            return ()
        found = []
        spans = delimiters.spans(self.raw, encoded, start, end, self.defects)
        for number, (first, last) in enumerate(spans, start=1):
            below, body = headers.split(self.raw, first, last, self.defects)
            where = f"{path}.{number}" if path else str(number)
            is_digest = kind == "multipart/digest"
            found.append(
                self.part(
                    below, min(body, last), last, path=where, depth=depth + 1, digest=is_digest
                )
            )
        return tuple(found)


def _encoding(value: bytes) -> str:
    """Return the mechanism of RFC 2045 §6.1, without comments and what else was put behind it."""
    plain = COMMENT.sub(b" ", value[:1_000]).split(b";")[0]
    return plain.strip(b" \t\r\n\"'").decode("ascii", "replace").lower()
