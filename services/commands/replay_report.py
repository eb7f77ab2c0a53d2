"""What a replay shows: sums by way from unit to unit, and a line of CSV for each case."""

from __future__ import annotations

from rich.console import Console

from services.commands.listing import table_of
from services.router.replaying import Kind, Outcome, Tally

COLUMNS = ("reference", "what", "from", "to", "rule", "closed", "anyway")
_SAID: dict[Kind, str] = {
    "moves": "would move",
    "freed": "held, would get a unit",
    "doubted": "would be held; never applied",
    "by_person": "given by a person; never applied",
    "stays": "stays",
}


def line_of(outcome: Outcome) -> tuple[str, ...]:
    """Return the cells of one case, in the order of COLUMNS."""
    return (
        outcome.reference,
        outcome.kind,
        outcome.from_unit or "held",
        outcome.to_unit or f"held: {outcome.reason}",
        outcome.rule_id,
        "yes" if outcome.closed else "",
        "yes" if outcome.anyway else "",
    )


def show_tally(out: Console, tally: Tally) -> None:
    """Print who would move from where to where, the most first, and those that people moved."""
    for by_people in (False, True):
        ways = [
            (kind, before, to, number)
            for (kind, before, to), number in tally.ways.most_common()
            if (kind == "by_person") == by_people
        ]
        if not ways:
            continue
        if by_people:
            out.print("\nGiven to their unit by people; the new rules would say:")
        table = table_of("from", "to", "cases", "" if by_people else "what")
        for kind, before, to, number in ways:
            table.add_row(before, to, str(number), "" if by_people else _SAID[kind])
        out.print(table)
    kinds = tally.kinds
    out.print(
        f"\n{tally.seen} cases: {kinds['stays']} stay, {kinds['moves']} would move, "
        f"{kinds['freed']} held ones would get a unit, {kinds['doubted']} would be held, "
        f"{kinds['by_person']} given by people."
    )
    if tally.anyway:
        out.print(f"{tally.anyway} of them would change with the rules in force as well.")
    if tally.closed:
        out.print(f"{tally.closed} of them are closed and would not be touched.")
