"""Did a person write this, or a machine? The rules are data, in `automatic.toml`."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import chain
from typing import NamedTuple

from services.intake.reading.headers import Headers

PREFIXES = re.compile(
    r"^(?:\s*(?:re|fwd?|tr|rép|aw|sv|rv|réf|\[[^\]]{1,30}\])\s*:\s*)+", re.IGNORECASE
)
NULL_PATH = re.compile(rb"^\s*<\s*>")


class HeaderRule(NamedTuple):
    name: str
    matches: re.Pattern[str]
    unless: re.Pattern[str] | None


@dataclass(frozen=True, slots=True)
class Rules:
    """`automatic.toml`, compiled. `by_header` finds the rule of a field in one look-up."""

    by_header: dict[str, HeaderRule]
    report_types: frozenset[str]
    sender_local_part: re.Pattern[str]
    sender_name: re.Pattern[str]
    subject_pattern: re.Pattern[str]
    failed_subject: re.Pattern[str]
    most_received: int


@dataclass(frozen=True, slots=True)
class Facts:
    """What the rules look at. `mail_from` is None when nobody knows the envelope."""

    headers: Headers
    types: frozenset[str]
    mail_from: str | None
    from_address: str
    from_name: str
    subject: str
    own_domains: frozenset[str]


@cache
def rules() -> Rules:
    """Return the rules; read once, when the first message is."""
    data = tomllib.loads(resources.files(__package__).joinpath("automatic.toml").read_text("utf-8"))
    by_header = {}
    for rule in data["rule"]:
        unless = rule.get("unless")
        compiled = HeaderRule(
            rule["name"],
            re.compile(rule.get("matches", "."), re.IGNORECASE),
            re.compile(unless, re.IGNORECASE) if unless else None,
        )
        by_header.update(dict.fromkeys(rule["headers"], compiled))
    subjects: dict[str, list[str]] = data["subject_pattern"]
    return Rules(
        by_header=by_header,
        report_types=frozenset(data["report"]["types"]),
        sender_local_part=_any_of(data["sender_local_part"]["matches"], "^(?:", ")$"),
        sender_name=_any_of(data["sender_name"]["matches"], "^(?:", ")$"),
        subject_pattern=_any_of(list(chain(*subjects.values())), r"^\W{0,5}(?:", ")"),
        failed_subject=_any_of(subjects["failed"], r"^\W{0,5}(?:", ")"),
        most_received=data["received_count"]["most"],
    )


def _any_of(patterns: list[str], before: str, after: str) -> re.Pattern[str]:
    return re.compile(before + "|".join(patterns) + after, re.IGNORECASE)


def reasons(facts: Facts) -> tuple[str, ...]:
    """Return the names of all rules that say "a machine wrote this"; () for a person's mail."""
    found = dict.fromkeys(_by_headers(facts.headers))
    checks = {
        "null_sender": _null_sender(facts),
        "loop_marker": _own_loop_marker(facts),
        "report_type": not rules().report_types.isdisjoint(facts.types),
        "sender_local_part": _machine_address(facts),
        "sender_name": bool(rules().sender_name.match(facts.from_name)),
        "subject_pattern": _machine_subject(facts.subject),
        "received_count": len(facts.headers.every("received")) >= rules().most_received,
        "own_domain": _own(facts),
    }
    found.update(dict.fromkeys(name for name, holds in checks.items() if holds))
    return tuple(found)


def _by_headers(headers: Headers) -> list[str]:
    by_header = rules().by_header
    found = []
    for name in by_header.keys() & headers.fields.keys():
        rule = by_header[name]
        for value in headers.every(name):
            said = value.decode("latin-1")
            if rule.matches.search(said) and not (rule.unless and rule.unless.search(said)):
                found.append(rule.name)
    return sorted(found)


def _null_sender(facts: Facts) -> bool:
    """RFC 3834 §2: the null reverse-path, from the envelope or as a relay wrote it down."""
    if facts.mail_from is not None and facts.mail_from.strip() in {"", "<>"}:
        return True
    return any(NULL_PATH.match(path) for path in facts.headers.every("return-path"))


def _own_loop_marker(facts: Facts) -> bool:
    """Say whether the sender marked the message against loops with its own name.

    Lists put their address there too, on what people wrote.
    """
    own = {facts.from_address.lower(), (facts.mail_from or "").lower()}
    for value in facts.headers.every("x-loop"):
        marker = value.decode("latin-1").strip().strip("<>").lower()
        if "@" not in marker or marker in own or is_machine_name(marker):
            return True
    return False


def _machine_address(facts: Facts) -> bool:
    return any(is_machine_name(address) for address in (facts.from_address, facts.mail_from or ""))


def _machine_subject(subject: str) -> bool:
    return bool(rules().subject_pattern.match(PREFIXES.sub("", subject[:200])))


def says_failed(subject: str) -> bool:
    """Say whether a subject announces a delivery that failed or is late."""
    return bool(rules().failed_subject.match(PREFIXES.sub("", subject[:200])))


def is_machine_name(address: str) -> bool:
    """Say whether an address is one that mail systems write from."""
    return bool(rules().sender_local_part.match(address.rpartition("@")[0] or address))


def _own(facts: Facts) -> bool:
    """Say whether the message claims to come from us: ours are noted, never answered."""
    for address in (facts.from_address, facts.mail_from or ""):
        if address.rpartition("@")[2].lower() in facts.own_domains:
            return True
    return False
