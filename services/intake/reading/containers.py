"""Parts that hold parts in a form of their own: S/MIME, TNEF, files written into a text.

What is inside stands in the tree where the container stood, so whoever chooses the text or
takes out an attachment need not know. A container that cannot be opened stays an attachment.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from services.intake.reading import compressed_rtf, limits, smime, tnef, uuencoded
from services.intake.reading.charsets import decode
from services.intake.reading.headers import Headers
from services.intake.reading.transfer import AS_IS, content

if TYPE_CHECKING:
    from services.intake.reading.structure import Parser, Part

TNEF = "application/ms-tnef"
TNEF_TYPES = frozenset({TNEF, "application/vnd.ms-tnef"})
OCTETS = "application/octet-stream"
#: How TNEF begins in base64, for parts whose type does not tell.
TNEF_BASE64 = b"eJ8+I"
#: The disposition of a TNEF's own text: shown when the message has no other.
SPARE = "spare"
SIGNED_SUFFIX = ".p7m"


def opened(part: Part, parser: Parser, *, depth: int) -> Part:
    """Return `part` with what it holds as its parts; `part` itself when it holds none."""
    if part.content_type == "text/plain":
        return _without_files(part, parser)
    if smime.is_smime(part):
        return _smime(part, parser, depth)
    if _is_tnef(part):
        data = content(part, parser.defects)
        if parser.may_open(len(data)):
            return _tnef(replace(part, raw=data, start=0, end=len(data)), part, parser, depth)
    return part


def _smime(part: Part, parser: Parser, depth: int) -> Part:
    """Put what was signed in the place of the part that holds it (RFC 8551 §3.5.2)."""
    data = content(part, parser.defects)
    if not parser.may_open(len(data)):
        return part
    kind, inner = smime.unwrapped(data)
    if kind in smime.ENCRYPTED:
        parser.defects.add("encrypted_mail")
    elif kind != smime.SIGNED and "certs-only" not in part.parameters.get("smime-type", ""):
        parser.defects.add("bad_smime")
    if not inner.strip():
        return part
    found = parser.entity(inner, path=part.path, depth=depth + 1)
    if "content-type" not in found.headers and part.name.lower() not in {"", *smime.NAMES}:
        found = _signed_file(part, inner)
    return replace(part, parts=(found,))


def _signed_file(part: Part, data: bytes) -> Part:
    """Return a document that was signed as it is, "lettre.pdf.p7m": no MIME inside."""
    name = part.name
    if name.lower().endswith(SIGNED_SUFFIX):
        name = name[: -len(SIGNED_SUFFIX)]
    return _leaf(part, data, content_type=OCTETS, name=name)


def _is_tnef(part: Part) -> bool:
    if part.content_type in TNEF_TYPES:
        return True
    if part.content_type != OCTETS and part.name.lower() != "winmail.dat":
        return False
    sign = TNEF_BASE64 if part.encoding == "base64" else tnef.SIGNATURE
    head = part.raw[part.start : min(part.end, part.start + 20)]
    return head.lstrip().startswith(sign)


def _tnef(stream: Part, part: Part, parser: Parser, depth: int) -> Part:
    """Return `part` with the text and the files of `stream` (TNEF, decoded) as its parts."""
    if depth > limits.DEPTH:
        return part
    try:
        found = tnef.contents(stream.raw, stream.start, stream.end)
    except ValueError:
        parser.defects.add("bad_tnef")
        return part
    if found.broken:
        parser.defects.add("bad_tnef")
    parts = _text_of(stream, found)
    for number, file in enumerate(found.files, start=1):
        parser.count()
        parts.append(_file(stream, file, number, parser, depth))
    return replace(part, content_type=TNEF, parts=tuple(parts)) if parts else part


def _file(stream: Part, file: tnef.File, number: int, parser: Parser, depth: int) -> Part:
    leaf = replace(
        _leaf(stream, stream.raw, content_type=file.media_type or OCTETS, name=file.name),
        start=file.data.start,
        end=max(file.data.start, file.data.end),
        path=f"{stream.path}.{number}",
    )
    if not file.is_message:
        return leaf
    inner = _tnef(leaf, replace(leaf, content_type=TNEF), parser, depth + 1)
    texts = (_attached(each, file.name) for each in inner.parts)
    return replace(inner, parts=tuple(texts))


def _attached(part: Part, title: str) -> Part:
    """Return the text of a message that is attached in TNEF as a document named by it."""
    if part.disposition != SPARE:
        return part
    extension = {"text/html": "html", "text/rtf": "rtf"}.get(part.content_type, "txt")
    return replace(part, disposition="attachment", name=f"{title or 'message'}.{extension}")


def _text_of(stream: Part, found: tnef.Contents) -> list[Part]:
    """Return the best text of a TNEF stream, [] when it has none."""
    leaf = replace(
        _leaf(stream, b"", content_type="text/plain", name=""),
        disposition=SPARE,
        path=f"{stream.path}.0",
    )
    if found.text and (text := tnef.text_of(stream.raw, found.text, found.codepage)).strip():
        data = text[: limits.TEXT_BYTES].encode("utf-8", "replace")
        return [replace(leaf, raw=data, end=len(data), parameters={"charset": "utf-8"})]
    if found.html:
        return [_html(leaf, stream.raw, found.html)]
    if found.rtf:
        packed = stream.raw[found.rtf.start : found.rtf.end]
        data = compressed_rtf.unpacked(packed, limits.RTF_BYTES)
        return [replace(leaf, raw=data, end=len(data), content_type="text/rtf")] if data else []
    return []


def _html(leaf: Part, raw: bytes, value: tnef.Span) -> Part:
    wide = value.kind == tnef.STRING_16
    return replace(
        leaf,
        raw=raw,
        start=value.start,
        end=value.end,
        content_type="text/html",
        parameters={"charset": "utf-16-le"} if wide else {},
    )


def _without_files(part: Part, parser: Parser) -> Part:
    """Return a text part with the uuencoded files in it as parts of their own."""
    readable = part.encoding in AS_IS or part.encoding == "quoted-printable"
    begins = part.raw.find(uuencoded.MARK, part.start, part.end)
    if begins < 0 or not readable or part.disposition == "attachment":
        return part
    text, files = uuencoded.split(content(part, parser.defects))
    if not files:
        return part
    own = replace(part, raw=text, start=0, end=len(text), encoding="")
    parts = [own]
    for number, file in enumerate(files, start=1):
        parser.count()
        name = decode(file.name, part.charset, parser.defects)
        leaf = _leaf(part, file.data, content_type=OCTETS, name=name)
        parts.append(replace(leaf, path=f"{part.path}.{number}"))
    return replace(part, parts=tuple(parts))


def _leaf(part: Part, data: bytes, *, content_type: str, name: str) -> Part:
    """Return an attached part at the place of `part` whose content is `data` as it is."""
    return replace(
        part,
        raw=data,
        start=0,
        end=len(data),
        headers=Headers(b""),
        content_type=content_type,
        parameters={},
        disposition="attachment",
        name=name,
        encoding="",
    )
