"""DOCX: paragraphs, tables, headers and footers, in the order in which they stand."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

from services.intake.papers.archives import open_zip
from services.intake.papers.found import Found

_LETTERHEADS = ("/header", "/footer")
#: What Word shows instead of what it cannot draw, and text that was deleted or stands in a comment.
_SKIPPED = frozenset({"Fallback", "del", "moveFrom", "instrText", "rPr", "pPr", "sectPr"})
_SIGNS = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}
_ENDS = {"p": "\n", "tc": "\t", "tr": "\n"}


def read(data: bytes) -> Found:
    """Return the text of a Word document: its headers, its body, its footers."""
    open_zip(data).close()
    from docx.opc.package import OpcPackage  # imported late: few mails bring one

    main = OpcPackage.open(io.BytesIO(data)).main_document_part
    related = [rel for rel in main.rels.values() if not rel.is_external]
    heads, feet = (
        [_text_of(_element(rel.target_part)) for rel in related if rel.reltype.endswith(end)]
        for end in _LETTERHEADS
    )
    texts = [*dict.fromkeys(heads), _text_of(_element(main)), *dict.fromkeys(feet)]
    return Found("\n".join(text for text in texts if text.strip()))


def _element(part: Any) -> Any:
    """Return the root of a part; what python-docx has no class for is parsed here, as it does."""
    from docx.oxml.parser import parse_xml

    element = getattr(part, "element", None)
    return parse_xml(part.blob) if element is None else element


def _text_of(root: Any) -> str:
    return "".join(_pieces(root))


def _pieces(root: Any) -> Iterator[str]:
    """Yield text in order, without recursion: hostile tables nest thousands deep."""
    from lxml.etree import iterwalk

    walk = iterwalk(root, events=("start", "end"))
    in_cells = 0
    for event, element in walk:
        name = _local(element)
        if event == "start":
            in_cells += name == "tc"
            if name in _SKIPPED:
                walk.skip_subtree()
            elif name == "t":
                yield element.text or ""
            else:
                yield _SIGNS.get(name, "")
        else:
            in_cells -= name == "tc"
            yield " " if name == "p" and in_cells else _ENDS.get(name, "")


def _local(element: Any) -> str:
    """Return a name without its namespace, "" for comments and entities."""
    tag = element.tag
    return str(tag.rpartition("}")[2]) if isinstance(tag, str) else ""
