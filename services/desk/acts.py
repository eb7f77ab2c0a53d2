"""The acts of the desk: what each asks for, and which ones a visitor may do with a case. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from services.desk.rights import Doing, Rights
from shared.domain.case import Case
from shared.domain.delays import running_pause

ActName = Literal[
    "take",
    "leave",
    "give",
    "transfer",
    "answer",
    "ask",
    "extend",
    "close",
    "note",
    "question",
    "reply",
    "told",
    "resume",
    "language",
    "thank",
    "sensitive",
    "event",
    "escalate",
    "refuse",
    "contacted",
    "confirm",
    "reopen",
]
Field = Literal[
    "text", "until", "unit", "colleague", "outcome", "because", "day", "language", "event"
]


@dataclass(frozen=True, slots=True)
class ActForm:
    """One act. `writes` says that the person gets a letter, which can be looked at before."""

    name: ActName
    doing: Doing
    fields: tuple[Field, ...] = ()
    writes: bool = False
    first: bool = False


ACTS: dict[str, ActForm] = {
    one.name: one
    for one in (
        ActForm("take", "work", first=True),
        ActForm("transfer", "work", ("unit", "because"), first=True),
        ActForm("answer", "work", ("text",), writes=True, first=True),
        ActForm("extend", "work", ("until", "text"), writes=True, first=True),
        ActForm("close", "work", ("outcome", "text"), writes=True, first=True),
        ActForm("note", "work", ("text",)),
        ActForm("ask", "work", ("text", "until"), writes=True),
        ActForm("resume", "work"),
        ActForm("question", "work", ("unit", "colleague", "text")),
        ActForm("reply", "read", ("text",)),
        ActForm("told", "work", ("day", "text")),
        ActForm("escalate", "work", ("because",)),
        ActForm("sensitive", "work", ("because",)),
        ActForm("event", "work", ("event",)),
        ActForm("language", "work", ("language",)),
        ActForm("thank", "work", ("text",), writes=True),
        ActForm("contacted", "work"),
        ActForm("refuse", "work", ("because",)),
        ActForm("confirm", "confirm"),
        ActForm("leave", "work"),
        ActForm("give", "lead", ("colleague",)),
        ActForm("reopen", "lead", ("because",)),
    )
}

#: What is only added to a case holds whatever others did to it meanwhile.
ON_ANY_VERSION: frozenset[ActName] = frozenset({"note", "question", "reply", "told"})


def acts_for(case: Case, rights: Rights, account_id: str) -> tuple[ActForm, ...]:
    """Return the acts that make sense now, for somebody who may do them; in the order shown."""
    return tuple(
        one
        for one in ACTS.values()
        if rights.may_with(one.doing, case) and _makes_sense(one.name, case, rights, account_id)
    )


def _makes_sense(name: ActName, case: Case, rights: Rights, account_id: str) -> bool:
    if name in ("note", "question", "told", "event"):
        return True
    if name == "reply":
        return bool(case.concerned_units)
    if name == "confirm":
        return case.awaits_receipt
    if name == "escalate" and case.state in ("assigned", "closed"):
        return case.level == 1 and not case.second_level
    if case.state == "closed":
        return name == "reopen"
    if case.state != "assigned":
        return name == "transfer" and rights.may("steer")
    return _fits(name, case, account_id)


def _fits(name: ActName, case: Case, account_id: str) -> bool:
    """Tell whether an act makes sense for a case that a unit has and that is open."""
    told: dict[ActName, bool] = {
        "take": case.taken_by != account_id,
        "leave": case.taken_by == account_id,
        "contacted": case.contacted_at is None,
        "resume": running_pause(case.pauses) is not None,
        "thank": case.kind == "thanks",
        "close": case.kind != "thanks",
        "sensitive": "sensitive" not in case.flag_names,
        "reopen": False,
    }
    return told.get(name, True)
