"""HTML to the text a person would see: one line a block, nothing from scripts or styles."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

UNSEEN = frozenset({"script", "style", "head", "title", "noscript", "template", "svg"})
BLOCKS = frozenset(
    {
        "address", "article", "aside", "blockquote", "center", "dd", "details", "dialog", "div",
        "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "header", "hr", "li",
        "main", "nav", "ol", "pre", "section", "summary", "table", "tbody", "tfoot", "thead",
        "tr", "ul", "body", "html",
    }
)  # fmt: skip
PARAGRAPHS = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6"})
CELLS = frozenset({"td", "th"})
#: Elements that end without an end tag.
SELF_CLOSING = frozenset(
    {
        "area", "base", "br", "col", "dd", "dt", "embed", "hr", "img", "input", "li", "link",
        "meta", "option", "p", "source", "td", "th", "tr", "wbr",
    }
)  # fmt: skip
SURELY_SHALLOW = 1_500
MOST_OPEN = 1_000
TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]{0,20})")
ANY_TAG = re.compile(r"<[^<>]*>")
BLANKS = re.compile(r"[ \t\r\n\f]+")
MANY_BREAKS = re.compile(r"\n{3,}")
BEFORE_BREAK = re.compile(r" +\n")


def text_of(html: str) -> str:
    """Return the text of an HTML document. Lines of a block quotation begin with "> ".

    What nests deeper than any mail program writes would keep the parser busy for minutes (it
    looks up the whole stack for each element), so its tags are only cut out.
    """
    if html.count("<") > SURELY_SHALLOW and nests_too_deep(html):
        return tidy(unescape(ANY_TAG.sub("\n", html)))
    from selectolax.lexbor import LexborHTMLParser  # imported late: most mail has plain text

    root = LexborHTMLParser(html).root
    return "" if root is None else Writer().write(root)


def nests_too_deep(html: str) -> bool:
    """Say whether more elements are open at once than `MOST_OPEN`, roughly counted."""
    is_open = 0
    for closes, name in TAG.findall(html):
        if closes:
            is_open = max(0, is_open - 1)
        elif name.lower() not in SELF_CLOSING:
            is_open += 1
            if is_open > MOST_OPEN:
                return True
    return False


class Writer:
    """Walks a tree without recursion: hostile mail nests 20,000 elements.

    Line breaks wait until words follow: a block asks for one, a paragraph for two, `<br>` adds
    one, and what blocks ask for at the same place is not added up.
    """

    def __init__(self) -> None:
        self.out: list[str] = []
        self.breaks = 0
        self.quotes: list[int] = []
        self.preformatted = 0

    def write(self, root: LexborNode) -> str:
        node: LexborNode | None = root
        while node is not None:
            below = self.open(node)
            node = below if below is not None else self.next_of(node, root)
        return tidy("".join(self.out))

    def next_of(self, node: LexborNode, root: LexborNode) -> LexborNode | None:
        """Close `node` and every ancestor that ends with it; return what comes next."""
        at: LexborNode | None = node
        while at is not None:
            self.close(at.tag or "")
            if at.mem_id == root.mem_id:
                return None
            if at.next is not None:
                return at.next
            at = at.parent
        return None

    def open(self, node: LexborNode) -> LexborNode | None:
        """Write what stands at the start of a node; return its first child, if to be read."""
        tag = node.tag or ""
        if tag == "-text":
            self.words(node.text_content or "")
            return None
        if tag in UNSEEN or tag.startswith(("-", "_", "!")):
            return None
        if tag == "br":
            self.breaks += 1
        self.at_least(tag)
        if tag == "li":
            self.words("- ")
        elif tag == "pre":
            self.preformatted += 1
        elif tag == "blockquote":
            self.break_lines()
            self.quotes.append(len(self.out))
        return node.child

    def close(self, tag: str) -> None:
        """Write what stands at the end of an element."""
        if tag == "blockquote":
            self.close_quote()
        elif tag == "pre":
            self.preformatted -= 1
        elif tag in CELLS:
            self.out.append(" ")
        self.at_least(tag)

    def at_least(self, tag: str) -> None:
        if tag in PARAGRAPHS:
            self.breaks = max(self.breaks, 2)
        elif tag in BLOCKS:
            self.breaks = max(self.breaks, 1)

    def words(self, text: str) -> None:
        if not self.preformatted:
            text = BLANKS.sub(" ", text)
            if self.breaks or not self.out:
                text = text.lstrip(" ")
        if text:
            self.break_lines()
            self.out.append(text)

    def break_lines(self) -> None:
        if self.breaks and self.out:
            self.out.append("\n" * min(self.breaks, 2))
        self.breaks = 0

    def close_quote(self) -> None:
        start = self.quotes.pop()
        if self.quotes:
            return  # the outermost quotation marks its lines, once
        lines = tidy("".join(self.out[start:])).split("\n")
        self.out[start:] = ["\n".join(f"> {line}".rstrip() for line in lines)]


def tidy(text: str) -> str:
    """Return text with no blanks before line ends and at most one empty line in a row."""
    return MANY_BREAKS.sub("\n\n", BEFORE_BREAK.sub("\n", text)).strip("\n ")
