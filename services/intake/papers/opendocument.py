"""ODT: paragraphs, headings and tables, with the headers of its pages."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import redirect_stdout
from typing import Any

from services.intake.papers.archives import open_zip
from services.intake.papers.found import Found
from shared.errors import Poison

_MANIFEST = "META-INF/manifest.xml"
#: ODF 1.2 part 3, 4.5: an entry that is encrypted says so in the manifest.
_ENCRYPTED = b"encryption-data"
_SKIPPED = frozenset({"tracked-changes", "annotation", "sequence-decls", "forms", "script"})
_SIGNS = {"tab": "\t", "line-break": "\n"}
_ENDS = {"p": "\n", "h": "\n", "table-cell": "\t", "table-row": "\n"}
_MOST_SPACES = 100


def read(data: bytes) -> Found:
    """Return the text of an OpenDocument text: its page headers and footers, then its body."""
    with open_zip(data) as archive:
        if _MANIFEST in archive.namelist() and _ENCRYPTED in archive.read(_MANIFEST):
            raise Poison("encrypted")
    from odf.opendocument import load  # imported late: few mails bring one

    said = io.StringIO()  # it prints what it cannot parse, and that is what a person wrote
    with redirect_stdout(said):
        document = load(io.BytesIO(data))
    if said.tell():
        raise Poison("broken_xml")
    texts = ("".join(_pieces(root)) for root in (document.masterstyles, document.body))
    return Found("\n".join(text for text in texts if text.strip()))


def _pieces(root: Any) -> Iterator[str]:
    """Yield text in order, without recursion."""
    waiting: list[Any] = [root]
    while waiting:
        node = waiting.pop()
        if isinstance(node, str):
            yield node
        elif node.nodeType != node.ELEMENT_NODE:
            yield str(node.data)
        else:
            yield from _opened(node, waiting)


def _opened(node: Any, waiting: list[Any]) -> Iterator[str]:
    name = node.qname[1]
    if name in _SKIPPED:
        return
    if name == "s":
        count = node.getAttribute("c") or "1"
        yield " " * min(int(count), _MOST_SPACES)
    yield _SIGNS.get(name, "")
    waiting.append(_ENDS.get(name, ""))
    waiting.extend(reversed(node.childNodes))
