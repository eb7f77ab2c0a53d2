"""Did a person write this, or a machine? The rules are data, in `automatic.toml`."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import NamedTuple

from services.intake.reading.forwarding import subject_kind
from services.intake.reading.headers import Headers
from shared.domain.reading import Forwarded

#: What a gateway puts before every subject from outside: "[EXTERNE] ".
TAG = re.compile(r"\s{0,8}\[(?:ext|spam|courriel ext)[^\]]{0,30}\]\s{0,4}:?", re.IGNORECASE)
#: What people put before the subject that they answer; some mail systems do as well.
ANSWERS = re.compile(
    r"(?:\s{0,8}(?:re|rép|réf|aw|sv|\[[^\]\n]{1,30}\])\s{0,4}:\s{0,8}){1,10}", re.IGNORECASE
)
#: What stands behind the whole phrase of a mail system, before the subject that it is about.
PHRASE_ENDS = r"(?=\s{0,4}(?:$|[:;/(\[]|[-–—]\s|[.!]\s{0,4}$|re\b))"
SUBJECT_CHARACTERS = 200
#: How much of a text is looked at for the words of a mail system: they come first.
SAYS_CHARACTERS = 1_500
#: So few words above what is passed on ("FYI", "Pour information, svp") tell us nothing.
FEW_WORDS = 4
NULL_PATH = re.compile(rb"^\s*<\s*>")


class HeaderRule(NamedTuple):
    name: str
    matches: re.Pattern[str]
    unless: re.Pattern[str] | None


class Told(NamedTuple):
    """What subjects of one kind look like, for sure or perhaps, and what their text says then."""

    surely: re.Pattern[str]
    perhaps: re.Pattern[str]
    says: re.Pattern[str] | None


@dataclass(frozen=True, slots=True)
class Rules:
    """`automatic.toml`, compiled. `by_header` finds the rule of a field in one look-up."""

    by_header: dict[str, HeaderRule]
    report_types: frozenset[str]
    sender_local_part: re.Pattern[str]
    sender_name: re.Pattern[str]
    subjects: dict[str, Told]
    most_received: int


@dataclass(frozen=True, slots=True)
class Facts:
    """What the rules look at. `mail_from` is None when nobody knows the envelope.

    `own_text` is the text without history, `forwarded` what it passes on.
    """

    headers: Headers
    types: frozenset[str]
    mail_from: str | None
    from_address: str
    from_name: str
    subject: str
    own_domains: frozenset[str]
    own_text: str
    forwarded: Forwarded | None


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
    return Rules(
        by_header=by_header,
        report_types=frozenset(data["report"]["types"]),
        sender_local_part=_any_of(data["sender_local_part"]["matches"], "^(?:", ")$"),
        sender_name=_any_of(data["sender_name"]["matches"], "^(?:", ")$"),
        subjects={kind: _told(lists) for kind, lists in data["subject"].items()},
        most_received=data["received_count"]["most"],
    )


def _any_of(patterns: list[str], before: str, after: str) -> re.Pattern[str]:
    return re.compile(before + "|".join(patterns) + after, re.IGNORECASE)


def _told(lists: dict[str, list[str]]) -> Told:
    return Told(
        surely=_any_of(lists["surely"], r"\W{0,5}(?:", f"){PHRASE_ENDS}"),
        perhaps=_any_of(lists["surely"] + lists["perhaps"], r"\W{0,5}(?:", ")"),
        says=_any_of(lists["says"], r"(?<!\w)(?:", ")") if lists["says"] else None,
    )


def reasons(facts: Facts) -> tuple[str, ...]:
    """Return the names of all rules that say "a machine wrote this"; () for a person's mail."""
    found = dict.fromkeys(_by_headers(facts.headers))
    checks = {
        "null_sender": _null_sender(facts),
        "loop_marker": _own_loop_marker(facts),
        "report_type": not rules().report_types.isdisjoint(facts.types),
        "sender_local_part": _machine_address(facts),
        "sender_name": bool(rules().sender_name.match(facts.from_name)),
        "subject_pattern": _machine_subject(facts),
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


def _machine_subject(facts: Facts) -> bool:
    """Say whether the subject is that of a mail system, and the text says nothing else."""
    if subject_kind(facts.subject) == "forward":
        return _failed_and_passed_on(facts)
    subject = TAG.sub("", facts.subject[:SUBJECT_CHARACTERS], count=1)
    if any(told.surely.match(subject) for told in rules().subjects.values()):
        return True
    answered = ANSWERS.sub("", subject, count=1)
    told_of = [told for told in rules().subjects.values() if told.perhaps.match(answered)]
    if not told_of:
        return False
    says = " ".join(facts.own_text[:SAYS_CHARACTERS].split())
    return any(told.says is not None and told.says.search(says) for told in told_of)


def _failed_and_passed_on(facts: Facts) -> bool:
    """Say whether a mail system's report was passed on without a word: a mailbox rule does so."""
    if facts.forwarded is None or len(facts.own_text.split()) > FEW_WORDS:
        return False
    if not says_failed(facts.forwarded.subject):
        return False
    name, address = facts.forwarded.from_name, facts.forwarded.from_address
    return bool(rules().sender_name.match(name)) or bool(address and is_machine_name(address))


def says_failed(subject: str) -> bool:
    """Say whether a subject announces a delivery that failed or is late."""
    answered = ANSWERS.sub("", subject[:SUBJECT_CHARACTERS], count=1)
    return bool(rules().subjects["failed"].perhaps.match(answered))


def is_machine_name(address: str) -> bool:
    """Say whether an address is one that mail systems write from."""
    return bool(rules().sender_local_part.match(address.rpartition("@")[0] or address))


def _own(facts: Facts) -> bool:
    """Say whether the message claims to come from us: ours are noted, never answered."""
    for address in (facts.from_address, facts.mail_from or ""):
        if address.rpartition("@")[2].lower() in facts.own_domains:
            return True
    return False
