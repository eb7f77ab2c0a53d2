"""The tree of parts of a message, as offsets into its bytes, and what each part says it is.

The bytes are never copied or changed: a part's content is exactly what was sent, so its sha256
is evidence. Walks are bounded by `limits`, whatever the message claims to be.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from services.intake.reading import headers, limits, parameters
from services.intake.reading.encoded_words import lenient_base64
from services.intake.reading.headers import Headers
from shared.errors import Poison

TYPE = re.compile(r"^[!#$%&'*+.^_`|~0-9a-z-]+/[!#$%&'*+.^_`|~0-9a-z-]+$")
CLEAN_BASE64 = re.compile(rb"[A-Za-z0-9+/\s]*={0,2}\s*")
UU_BEGIN = re.compile(rb"^begin [0-7]{3,4} ", re.MULTILINE)


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


class Parser:
    """Reads one message; keeps count of its parts and notes its defects."""

    def __init__(self, raw: bytes, defects: set[str]) -> None:
        self.raw = raw
        self.defects = defects
        self.count = 0

    def parse(self) -> Part:
        """Return the root. Raises Poison when a limit is exceeded."""
        start = headers.start_of(self.raw)
        found, body = headers.split(self.raw, start, len(self.raw), self.defects)
        return self.part(found, body, len(self.raw), path="", depth=0)

    def part(
        self, found: Headers, start: int, end: int, *, path: str, depth: int, digest: bool = False
    ) -> Part:
        """Return the part whose headers are `found` and whose body lies between the offsets."""
        self.count += 1
        if self.count > limits.PARTS:
            raise Poison("too_many_parts")
        if depth > limits.DEPTH:
            raise Poison("nested_too_deep")
        kind, details = self.content_type(found, digest=digest)
        children: tuple[Part, ...] = ()
        if kind.startswith("multipart/"):
            children = self.children(
                kind, details.get("boundary", ""), start, end, path=path, depth=depth
            )
            if not children:
                kind, details = "text/plain", {}
        disposition, more = self.parsed(found.first("content-disposition"))
        return Part(
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

    def parsed(self, value: bytes) -> tuple[str, dict[str, str]]:
        if not value:
            return "", {}
        return parameters.parse(headers.raw_text(value, "", self.defects), self.defects)

    def content_type(self, found: Headers, *, digest: bool) -> tuple[str, dict[str, str]]:
        """Return type and parameters; RFC 2045 §5.2: what is missing is plain text."""
        values = found.every("content-type")
        if not values:
            return ("message/rfc822" if digest else "text/plain"), {}
        for value in values:
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
        if not boundary:
            self.defects.add("no_boundary")
            return ()
        delimiter = b"--" + boundary.rstrip().encode("utf-8", "surrogateescape")
        found = []
        for number, (first, last) in enumerate(self.between(delimiter, start, end), start=1):
            below, body = headers.split(self.raw, first, last, self.defects)
            where = f"{path}.{number}" if path else str(number)
            is_digest = kind == "multipart/digest"
            found.append(
                self.part(
                    below, min(body, last), last, path=where, depth=depth + 1, digest=is_digest
                )
            )
        if not found:
            self.defects.add("boundary_not_found")
        return tuple(found)

    def between(self, delimiter: bytes, start: int, end: int) -> Iterator[tuple[int, int]]:
        """Yield the spans between delimiter lines (RFC 2046 §5.1.1)."""
        opened: int | None = None
        for line_start, content_start, closes in self.delimiters(delimiter, start, end):
            if opened is not None:
                yield opened, max(opened, line_start)
            opened = content_start
            if closes:
                return
        if opened is not None:
            self.defects.add("no_end_boundary")
            if opened < end:
                yield opened, end

    def delimiters(self, delimiter: bytes, start: int, end: int) -> Iterator[tuple[int, int, bool]]:
        """Yield (end of what is before, start of what is behind, closes) of each delimiter."""
        raw, size = self.raw, len(delimiter)
        at = raw.find(delimiter, start, end)
        while at >= 0:
            after = at + size
            closes = raw.startswith(b"--", after, end)
            line_end = _line_end(raw, after + 2 if closes else after, end)
            starts_line = at == start or raw[at - 1] in b"\r\n"
            if starts_line and line_end is not None:
                yield _before_newline(raw, at, start), line_end, closes
            at = raw.find(delimiter, after, end)


def _line_end(raw: bytes, at: int, end: int) -> int | None:
    """Return where the next line starts if only blanks stand before it, None otherwise."""
    while at < end and raw[at] in b" \t":
        at += 1
    if at >= end:
        return end
    if raw.startswith(b"\r\n", at):
        return at + 2
    return at + 1 if raw[at] in b"\r\n" else None


def _before_newline(raw: bytes, at: int, start: int) -> int:
    """Return `at` without the line end before it: it belongs to the delimiter."""
    if at > start and raw[at - 1] == 10:
        at -= 1
    if at > start and raw[at - 1] == 13:
        at -= 1
    return at


def _encoding(value: bytes) -> str:
    return value.split(b";")[0].strip(b" \t\"'").decode("ascii", "replace").lower()


def content(part: Part, defects: set[str]) -> bytes:
    """Return the decoded bytes of a part; what cannot be decoded stays as it is."""
    body = part.body
    match part.encoding:
        case "" | "7bit" | "8bit" | "binary":
            return body
        case "base64":
            return _base64(body, defects)
        case "quoted-printable":
            return binascii.a2b_qp(body)
        case "x-uuencode" | "uuencode" | "x-uue" | "uue":
            return _uu(body, defects)
        case "7-bit" | "8-bit" | "7bits" | "8bits" | "none":
            return body
    defects.add("unknown_transfer_encoding")
    return body


def _base64(body: bytes, defects: set[str]) -> bytes:
    if not CLEAN_BASE64.fullmatch(body):
        defects.add("bad_base64")
        return lenient_base64(body)
    try:
        return binascii.a2b_base64(body)
    except binascii.Error:
        defects.add("bad_base64")
        return lenient_base64(body)


def _uu(body: bytes, defects: set[str]) -> bytes:
    begin = UU_BEGIN.search(body)
    if begin is None:
        defects.add("bad_uuencode")
        return body
    decoded = []
    for line in body[begin.start() :].splitlines()[1:]:
        if line.strip() in {b"end", b"`", b""}:
            break
        length = (((line[0] - 32) & 63) * 4 + 5) // 3
        try:
            decoded.append(binascii.a2b_uu(line))
        except binascii.Error:
            defects.add("bad_uuencode")
            try:
                decoded.append(binascii.a2b_uu(line[:length]))
            except binascii.Error:
                return b"".join(decoded)
    return b"".join(decoded)
