"""mime4j/: X_decoded_1_2.txt holds the decoded bytes of part 1.2 of X.msg, the root being 1."""

from __future__ import annotations

from pathlib import Path

from services.intake.reading.bodies import text_of
from services.intake.reading.structure import Parser, Part
from services.intake.reading.transfer import content
from shared.errors import Poison
from tests.corpus.figures import Figure
from tests.corpus.reading import Reader

#: mime4j keeps an empty multipart as a part, and a headless body as none.
AT_LEAST = 0.85
MESSAGES = frozenset({"message/rfc822", "message/global"})


def measure(folder: Path, reader: Reader) -> list[Figure]:
    """Count the leaves whose decoded bytes, or words, are as expected."""
    figure = Figure("decoded parts", AT_LEAST)
    for mail in sorted(folder.glob("*.msg")):
        raw = mail.read_bytes()
        reader.read(mail.name, raw)
        for expected in sorted(folder.glob(f"{mail.stem}_decoded_*.*")):
            numbers = expected.stem.removeprefix(f"{mail.stem}_decoded_")
            if numbers.replace("_", "").isdecimal():
                wrong = _difference(raw, [int(each) for each in numbers.split("_")], expected)
                figure.count(expected.name, wrong)
    return [figure]


def _difference(raw: bytes, numbers: list[int], expected: Path) -> str:
    try:
        part = _part(Parser(raw, set()).parse(), numbers[1:])
    except Poison as error:
        return error.code
    if part is None:
        return "no such part"
    wanted, found = expected.read_bytes(), content(part, set())
    if _lines(wanted) == _lines(found):
        return ""
    words = text_of(part, set())[0].encode()
    if expected.suffix == ".txt" and wanted.split() == words.split():
        return ""
    return f"{len(found)} bytes, not {len(wanted)}"


def _lines(data: bytes) -> bytes:
    return data.replace(b"\r\n", b"\n").strip()


def _part(part: Part, numbers: list[int]) -> Part | None:
    """Return the part below at a path; a message in a message is opened on the way."""
    for number in numbers:
        children = part.parts
        if part.content_type in MESSAGES:
            children = (Parser(content(part, set()), set()).parse(),)
        if number > len(children):
            return None
        part = children[number - 1]
    return part
