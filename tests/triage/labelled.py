"""Labelled texts, what the rules make of them, and how often they are right.

`python -m tests.triage.labelled` prints the figures of each file. Those of TUNED were used to
better the rules. Of HELD_OUT, held_out was written before the rules (what it showed at first sight
led to three general repairs), and last after them, with nothing changed since.
"""

from __future__ import annotations

import sys
import tomllib
from collections import Counter
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from services.intake.signs.proposal import triage
from shared.domain.reading import Triage

RECEIVED_ON = date(2026, 11, 20)
TUNED = ("french", "english", "traps", "fresh", "roundabout", "hinted")
HELD_OUT = ("held_out", "last")


@dataclass(frozen=True)
class Labelled:
    """One text and what a person sees in it. `missed` says what the rules get wrong."""

    text: str
    subject: str = ""
    signature: str = ""
    sender: str = ""
    kind: str = "complaint"
    flags: tuple[str, ...] = ()
    legal: bool = False
    day: date | None = None
    missed: str = ""

    @property
    def names(self) -> frozenset[str]:
        return frozenset(flag.partition(":")[0] for flag in self.flags)


@cache
def labelled(name: str) -> tuple[Labelled, ...]:
    """Return the texts of one file, without the line ends that TOML puts around them."""
    mails = tomllib.loads(Path(__file__).with_name(f"{name}.toml").read_text("utf-8"))["mail"]
    return tuple(
        Labelled(
            **{**mail, "text": mail["text"].strip("\n"), "flags": tuple(mail.get("flags", ()))}
        )
        for mail in mails
    )


def proposed(one: Labelled) -> Triage:
    return triage(
        one.text,
        subject=one.subject,
        signature=one.signature.strip("\n"),
        sender_name=one.sender,
        received_on=RECEIVED_ON,
    )


def faults(one: Labelled) -> list[str]:
    """Return what the rules get wrong of one text: "kind", "day", "legal" or the name of a flag."""
    found = proposed(one)
    reasons = {f"{flag.name}:{flag.because}" for flag in found.flags}
    wrong = sorted({flag.name for flag in found.flags} ^ one.names)
    wrong += [flag for flag in one.flags if ":" in flag and flag not in reasons]
    wrong += ["kind"] if found.kind != one.kind else []
    wrong += ["legal"] if (found.complainant_kind == "legal") != one.legal else []
    return [*wrong, "day"] if found.happened_on != one.day else wrong


def figures(name: str) -> str:
    """Return how right the rules are for each flag of a file: precision and recall."""
    hits, extra, missing = Counter[str](), Counter[str](), Counter[str]()
    for one in labelled(name):
        seen = frozenset(flag.name for flag in proposed(one).flags)
        hits.update(seen & one.names)
        extra.update(seen - one.names)
        missing.update(one.names - seen)
    rows = [
        f"  {flag:24}{hits[flag]:3} right {extra[flag]:3} too many {missing[flag]:3} missed"
        for flag in sorted(hits | extra | missing)
    ]
    right = sum(not faults(one) for one in labelled(name))
    total = sum(hits.values())
    precision = total / max(1, total + sum(extra.values()))
    recall = total / max(1, total + sum(missing.values()))
    first = (
        f"{name}: {right} of {len(labelled(name))} right in all; "
        f"flags: precision {precision:.3f}, recall {recall:.3f}"
    )
    return "\n".join((first, *rows))


if __name__ == "__main__":
    sys.stdout.write("\n".join(figures(name) for name in (*TUNED, *HELD_OUT)) + "\n")
