"""Parameters of Content-Type and Content-Disposition: RFC 2045, RFC 2231 and what is written."""

from __future__ import annotations

import re
from urllib.parse import unquote_to_bytes

from services.intake.reading.charsets import decode
from services.intake.reading.encoded_words import decode_words

SEGMENT = re.compile(r'(?:[^;"]+|"(?:[^"\\]+|\\.)*"?)+', re.DOTALL)
ESCAPED = re.compile(r"\\(.)", re.DOTALL)
#: name, section, and whether percent-encoded (RFC 2231 §3 and §4)
NAME = re.compile(r"^([^*]+)(?:\*(\d{1,3}))?(\*)?$")


def parse(value: str, defects: set[str]) -> tuple[str, dict[str, str]]:
    """Return the value before the first semicolon, lower-case, and its parameters, decoded."""
    if ";" not in value:
        return value.strip().lower(), {}
    segments = SEGMENT.findall(value)
    kind = "" if value.lstrip().startswith(";") else segments.pop(0)
    plain: dict[str, str] = {}
    sections: dict[str, list[tuple[int, bool, str]]] = {}
    for segment in segments[:200]:
        name, equals, content = segment.partition("=")
        match = NAME.match(name.strip().lower())
        if not equals or not match:
            continue
        if match[2] is None and match[3] is None:
            plain.setdefault(match[1], decode_words(_unquoted(content), defects))
        else:
            sections.setdefault(match[1], []).append(
                (int(match[2] or 0), bool(match[3]), _unquoted(content))
            )
    plain.update({name: _joined(found, defects) for name, found in sections.items()})
    return kind.strip().lower(), plain


def _unquoted(content: str) -> str:
    content = content.strip()
    if content.startswith('"'):
        content = content[1:-1] if content.endswith('"') and len(content) > 1 else content[1:]
        return ESCAPED.sub(r"\1", content) if "\\" in content else content
    return content


def _joined(sections: list[tuple[int, bool, str]], defects: set[str]) -> str:
    """Return the text of the numbered sections of one parameter."""
    sections.sort()
    charset = ""
    data = b""
    for index, encoded, content in sections:
        if encoded and index == 0 and content.count("'") >= 2:
            charset, _, content = content.split("'", 2)
        as_bytes = content.encode("utf-8", "surrogateescape")
        data += unquote_to_bytes(as_bytes) if encoded else as_bytes
    return decode_words(decode(data, charset or "utf-8", defects), defects)
