"""What a letter about a person's act says, and the recourses that any letter tells. Pure."""

from __future__ import annotations

from datetime import date

from shared.department import Department
from shared.domain.act import Act, Closing
from shared.domain.case import Case
from shared.domain.keys import Keys, opinion_path, status_path
from shared.domain.notice import NoticeKind
from shared.domain.recourse import ToldRecourse, told


def recourses_of(case: Case, department: Department, on: date) -> tuple[ToldRecourse, ...]:
    """Return the recourses to tell on a day, with the last days that a person's facts give.

    All of them, whatever the words of the complaint point to: a shorter list would tell what it
    was taken for. The complaints office is no recourse against its own answer.
    """
    live = (one for one in department.recourses if case.level == 1 or one.id != "complaints_office")
    return told(
        live,
        on=on,
        known=case.closing.known if case.closing else {},
        programme=programme_of(case),
        calendar=department.calendar,
    )


def programme_of(case: Case) -> str:
    """Return the one programme that the case names, or "" when it names none or several."""
    decided = case.assignment or case.held
    found = {clue.value for clue in decided.evidence if clue.kind == "programme"} if decided else ()
    return next(iter(found)) if len(found) == 1 else ""


def act_for(kind: NoticeKind, case: Case, number: int | None) -> Act | None:
    """Return the act that a letter is about: the one of that number, else the last of its kind."""
    if number is not None:
        return case.acts[number]
    return next((act for act in reversed(case.acts) if act.kind == kind), None)


def act_values(act: Act | None, closing: Closing | None) -> dict[str, object]:
    """Return what templates may name of an act; empty values for letters that have none."""
    return {
        "paragraphs": paragraphs_of(act.text if act else ""),
        "by": act.by if act else "",
        "day": act.day if act else None,
        "pauses": act.pauses if act else False,
        "outcome": closing.outcome if closing else "withdrawn",
    }


def paragraphs_of(text: str) -> tuple[tuple[str, ...], ...]:
    """Return the lines of each paragraph; blank lines part them, however many."""
    found: list[list[str]] = [[]]
    for line in text.splitlines():
        if line.strip():
            found[-1].append(line.strip())
        elif found[-1]:
            found.append([])
    return tuple(tuple(lines) for lines in found if lines)


def links_of(case: Case, keys: Keys, public_url: str) -> dict[str, object]:
    """Return the person's own links, in either language."""
    status, opinion = status_path(keys, case.reference), opinion_path(keys, case.reference)
    return {
        "status_url": f"{public_url}/suivi/{status}",
        "status_url_en": f"{public_url}/en/status/{status}",
        "opinion_url": f"{public_url}/avis/{opinion}",
        "opinion_url_en": f"{public_url}/en/opinion/{opinion}",
    }
