"""Address fields: who is named, with which address. Linear in the length of the field."""

from __future__ import annotations

import re

from services.intake.reading import headers, limits
from services.intake.reading.charsets import one_line
from services.intake.reading.encoded_words import decode_words

#: The bounds keep the time linear: a quote that never closes is looked at once, not n times.
TOKEN = re.compile(
    r"(?P<word>=\?[^?\s]{1,60}\?[bBqQ]\?[^?]{0,300}\?=)"
    r'|"(?P<quoted>(?:[^"\\]+|\\.){0,200}+)"'
    r"|\((?P<comment>(?:[^()\\]+|\\.){0,200}+)\)"
    r"|<(?P<angle>[^<>]*)>"
    r"|(?P<separator>[,;:])"
    r"|(?P<blank>\s+)"
    r'|(?P<text>[^\s,;:"()<>=]+|.)',
    re.DOTALL,
)
ESCAPED = re.compile(r"\\(.)", re.DOTALL)
#: Good enough to write to: one @, no blanks or controls, no encoded word posing as an address.
ADDRESS = re.compile(r"^[^@\s<>\"(),;:\x00-\x1f\x7f]+@[^@\s<>\"(),;:\x00-\x1f\x7f]+$")
QUOTED_LOCAL = re.compile(r'^"[^"\x00-\x1f\x7f]+"@[^@\s<>"(),;:\x00-\x1f\x7f]+$')
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
BARE = re.compile(r"[^@\s<>\"(),;:\[\]]+@[^@\s<>\"(),;:\[\]]+")

Mailbox = tuple[str, str]


class Reader:
    """Collects the mailboxes of one field, token by token."""

    def __init__(self, defects: set[str]) -> None:
        self.defects = defects
        self.found: list[Mailbox] = []
        self.clear()

    def clear(self) -> None:
        self.text: list[str] = []
        self.bare: list[str] = []
        self.comments: list[str] = []
        self.angle: str | None = None

    def take(self, kind: str, value: str) -> None:
        """Add one token to the mailbox at hand."""
        if kind == "angle":
            self.angle = self.angle or value
        elif kind == "comment":
            self.comments.append(value)
        elif kind == "separator":
            self.separate(value)
        elif value in {"<", ">"}:
            return  # one too many around an address
        else:
            self.text.append(ESCAPED.sub(r"\1", value) if kind == "quoted" else value)
            self.bare.append(f'"{value}"' if kind == "quoted" else value if kind == "text" else " ")

    def separate(self, sign: str) -> None:
        """End a mailbox; a colon ends the name of a group (RFC 5322 §3.4)."""
        if sign == ":":
            if any("@" in piece for piece in self.bare):
                self.take("text", ":")
            else:
                self.clear()
        else:
            self.finish()

    def finish(self) -> None:
        """Keep the mailbox at hand, if it names anybody."""
        name = "".join(self.text)
        address = address_of(self.angle or "")
        if not address:
            address = address_of("".join(self.bare))
            if address:
                name = ""
        if not name.strip() and self.comments:
            name = " ".join(self.comments)
        name = unwrapped(one_line(decode_words(name, self.defects)))[: limits.HEADER_TEXT]
        if address or name:
            self.found.append((name, address))
        self.clear()


def unwrapped(name: str) -> str:
    """Return a name without the quotes that stand around all of it."""
    while len(name) > 1 and name[0] == name[-1] and name[0] in "\"'" and name[0] not in name[1:-1]:
        name = name[1:-1].strip()
    return name


def address_of(text: str) -> str:
    """Return the address in `text`, or "". Encoded words in an address are not decoded.

    A decoded word could turn one address into another (`=?…?= <a@x>` is fine, `<=?…?=@x>` is
    not): who is answered must be who a mail server would have answered.
    """
    text = text.strip().strip("<>").strip()
    if CONTROL.search(text):
        return ""
    if text.lower().startswith("mailto:"):
        text = text[7:]
    if text.startswith("@") and ":" in text:
        text = text.rpartition(":")[2]  # a source route, RFC 5321 §4.1.1.3: ignored
    if ADDRESS.match(text) or QUOTED_LOCAL.match(text):
        return text if "=?" not in text else ""
    bare = BARE.search(text)
    return bare[0].strip(".'") if bare and "=?" not in bare[0] else ""


def mailboxes(value: bytes, charset: str, defects: set[str]) -> list[Mailbox]:
    """Return (name, address) of each mailbox in a field, at most `limits.ADDRESSES`."""
    reader = Reader(defects)
    for match in TOKEN.finditer(headers.raw_text(value, charset, defects)):
        kind = match.lastgroup or "text"
        reader.take(kind, match[kind])
        if len(reader.found) >= limits.ADDRESSES:
            defects.add("too_many_addresses")
            return reader.found
    reader.finish()
    return reader.found
