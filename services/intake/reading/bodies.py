"""Which parts are the message and which are attached (RFC 8621 §4.1.4), and the text of a part."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from services.intake.reading import containers, invitation, limits, markup
from services.intake.reading.charsets import decode, storable
from services.intake.reading.structure import Part
from services.intake.reading.transfer import content

META_CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([A-Za-z0-9_:.-]{1,40})", re.I)
MEDIA = ("image/", "audio/", "video/")
CALENDAR = "text/calendar"
#: Lines that a mail program wrote, not a person: delimiters, and fields of a part.
STRUCTURE = re.compile(r"^(?:--\S{1,200}[ \t]*|(?:content|mime)-[a-z-]{2,40}:[^\n]*)$", re.I | re.M)
RTF = "text/rtf"
ENRICHED = frozenset({"text/enriched", "text/richtext"})
#: RFC 1896: commands stand in brackets, and two brackets for one.
COMMANDS = re.compile(r"<param>[^<]{0,200}</param>|(?<!<)</?[a-z0-9-]{1,60}>", re.I)
#: Text for programs.
NO_PROSE = frozenset(
    {"text/calendar", "text/css", "text/csv", "text/directory", "text/javascript", "text/vcard"}
    | {"text/x-vcard", "text/xml", "text/rfc822-headers", "text/x-amp-html"}
)
#: Inline OpenPGP (RFC 9580 §6.2); the text around it is the person's.
ENCRYPTED = "-----BEGIN PGP MESSAGE-----"


@dataclass(slots=True)
class Bodies:
    """`text` and `html` list what a reader would show; `attached` is everything else.

    `spare` holds what is shown when there is no text: that of a TNEF part, a calendar's facts.
    """

    text: list[Part] = field(default_factory=list)
    html: list[Part] = field(default_factory=list)
    attached: list[Part] = field(default_factory=list)
    spare: list[Part] = field(default_factory=list)


def choose(root: Part) -> Bodies:
    """Sort the parts of a message as RFC 8621 §4.1.4 says."""
    found = Bodies()
    _sort((root,), "mixed", found, to_text=True, to_html=True, in_alternative=False)
    found.spare += [part for part in found.attached if part.content_type == CALENDAR]
    if any(_has_words(part) for part in (*found.text, *found.html)):
        return found
    if found.spare:
        found.text.append(found.spare[0])
    elif prose := next((part for part in found.attached if _is_prose(part, root)), None):
        found.attached.remove(prose)
        found.text.append(prose)
    return found


def _is_prose(part: Part, root: Part) -> bool:
    """Say whether an attached part is shown where nothing else is: the root of a
    multipart/related that does not stand first (RFC 2387 §3.2), enriched text, and the whole of a
    message that is text of a kind unknown here (RFC 2046 §4.1.4).
    """
    kind = part.content_type
    if part.disposition == "attachment" or part.name or not _has_words(part):
        return False
    if kind == "text/html" or kind in ENRICHED:
        return True
    return part is root and kind.startswith("text/") and kind not in NO_PROSE


def _has_words(part: Part) -> bool:
    is_text = part.content_type.startswith("text/")
    return is_text and not part.raw[part.start : part.end].isspace() and part.start < part.end


def _sort(
    parts: tuple[Part, ...],
    multipart: str,
    found: Bodies,
    *,
    to_text: bool,
    to_html: bool,
    in_alternative: bool,
) -> None:
    texts, htmls = len(found.text), len(found.html)
    for index, part in enumerate(parts):
        if part.parts:
            kind = part.content_type.split("/")[1]
            _sort(
                part.parts,
                kind,
                found,
                to_text=to_text,
                to_html=to_html,
                in_alternative=in_alternative or kind == "alternative",
            )
        elif part.disposition == containers.SPARE:
            found.spare.append(part)
        elif not _is_inline(part, index, multipart):
            found.attached.append(part)
        elif multipart == "alternative":
            _alternative(part, found)
        else:
            if in_alternative:
                to_html = to_html and part.content_type != "text/plain"
                to_text = to_text and part.content_type != "text/html"
            _show(part, found, to_text=to_text, to_html=to_html)
    if multipart == "alternative" and to_text and to_html:
        _fill(found, texts, htmls)


def _is_inline(part: Part, index: int, multipart: str) -> bool:
    is_media = part.content_type.startswith(MEDIA)
    if part.disposition == "attachment":
        return False
    if not is_media and part.content_type not in {"text/plain", "text/html"}:
        return False
    return index == 0 or (multipart != "related" and (is_media or not part.name))


def _alternative(part: Part, found: Bodies) -> None:
    if part.content_type == "text/plain":
        found.text.append(part)
    elif part.content_type == "text/html":
        found.html.append(part)
    else:
        found.attached.append(part)


def _show(part: Part, found: Bodies, *, to_text: bool, to_html: bool) -> None:
    if to_text:
        found.text.append(part)
    if to_html:
        found.html.append(part)
    if not (to_text and to_html) and part.content_type.startswith(MEDIA):
        found.attached.append(part)


def _fill(found: Bodies, texts: int, htmls: int) -> None:
    """Let an alternative of one kind only stand for both."""
    if texts == len(found.text) and htmls != len(found.html):
        found.text.extend(found.html[htmls:])
    elif htmls == len(found.html) and texts != len(found.text):
        found.html.extend(found.text[texts:])


def text_of(part: Part, defects: set[str]) -> tuple[str, bool]:
    """Return the text of a text part, and whether it was longer than is kept."""
    data = content(part, defects)
    is_html = part.content_type == "text/html"
    most = limits.TEXT_BYTES * (4 if is_html else 2)
    cut = len(data) > most
    charset = part.charset
    if is_html and not charset and (meta := META_CHARSET.search(data, 0, 4_096)):
        charset = meta[1].decode("ascii")
    text = storable(decode(data[:most], charset, defects))
    if is_html:
        return storable(markup.text_of(text)), cut
    if part.content_type in {CALENDAR, RTF, *ENRICHED}:
        return storable(_written(part.content_type, text)), cut
    if ENCRYPTED in text:
        defects.add("encrypted_mail")
    if part.parameters.get("format", "").lower() == "flowed":
        text = unflowed(text, delsp=part.parameters.get("delsp", "").lower() == "yes")
    return text, cut


def without_structure(text: str) -> str:
    """Return the words of a body whose parts cannot be told apart: its lines but for MIME's."""
    return STRUCTURE.sub("", text)


def _written(kind: str, text: str) -> str:
    """Return the words of a text that is not written to be read as it stands."""
    if kind == CALENDAR:
        return invitation.summary(text)
    if kind in ENRICHED:
        return COMMANDS.sub("", text).replace("<<", "<").strip()
    from striprtf.striprtf import rtf_to_text  # imported late: few mails have only such a text

    return str(rtf_to_text(text, errors="ignore")).strip()  # type: ignore[no-untyped-call]


def unflowed(text: str, *, delsp: bool) -> str:
    """Return the text of format=flowed (RFC 3676 §4.1) with its paragraphs on one line each."""
    pieces: list[str] = []
    open_depth = -1
    for line in text.split("\n"):
        bare = line.lstrip(">")
        depth = len(line) - len(bare)
        bare = bare.removeprefix(" ")
        flows = bare.endswith(" ") and bare != "-- "
        if depth != open_depth or bare == "-- ":
            pieces.append("\n" + (">" * depth + " " if depth else ""))
        pieces.append(bare[:-1] if flows and delsp else bare)
        open_depth = depth if flows else -1
    return "".join(pieces)[1:]
