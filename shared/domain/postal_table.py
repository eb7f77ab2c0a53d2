"""The department's own table of whole postal codes: hundreds of thousands of lines, kept as text.

Lines are sorted by code, so that one is found by halving, and nothing is made of the others.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from pydantic import Field

from shared.domain.document import Value
from shared.domain.unit import Rule

#: Begins the id of a rule that is a line of this table.
PREFIX = "CP-"
_CODE = 6


class PostalTable(Value):
    """`code,unit,first day,last day` a line, sorted, in ASCII; a day may be empty."""

    lines: bytes = Field(b"", repr=False)

    def rules_for(self, code: str) -> tuple[Rule, ...]:
        """Return the rules of a code such as "H7N1A1", whatever their days."""
        wanted = code.encode("ascii", "replace")
        return tuple(_rule(line) for line in self._lines_of(wanted))

    def rule_named(self, rule_id: str) -> Rule | None:
        """Return the newest rule that has this id."""
        found = self.rules_for(rule_id.removeprefix(PREFIX)) if rule_id.startswith(PREFIX) else ()
        return found[-1] if found else None

    def __len__(self) -> int:
        return self.lines.count(b"\n")

    def _lines_of(self, wanted: bytes) -> Iterator[bytes]:
        at = self._first_not_below(wanted)
        while self.lines[at : at + _CODE] == wanted and len(wanted) == _CODE:
            end = self.lines.index(b"\n", at)
            yield self.lines[at:end]
            at = end + 1

    def _first_not_below(self, wanted: bytes) -> int:
        """Return where the first line begins whose code is not before `wanted`."""
        low, high = 0, len(self.lines)
        while low < high:
            start = self.lines.rfind(b"\n", low, (low + high) // 2) + 1 or low
            if self.lines[start : start + _CODE] < wanted:
                low = self.lines.index(b"\n", start) + 1
            else:
                high = start
        return low


def _rule(line: bytes) -> Rule:
    code, unit, first, last = line.decode("ascii").split(",")
    return Rule(
        id=f"{PREFIX}{code}",
        scope_kind="postal6",
        scope_value=code,
        unit_id=unit,
        valid_from=date.fromisoformat(first) if first else None,
        valid_to=date.fromisoformat(last) if last else None,
        source="postal_codes.csv",
    )
