"""An invented department and its cases: what every template is tried with. Pure.

Together the letters take every branch of every template, so that what is missing in one shows
at start and not with a complaint in hand.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import get_args

from services.notifier.composing import Letter, Letterhead, compose
from shared.department import Addresses, Department
from shared.domain.assignment import Assignment, Candidate, Held
from shared.domain.calendar import Calendar
from shared.domain.case import Case, Complainant
from shared.domain.document import derived_id
from shared.domain.envelope import Language
from shared.domain.keys import Keys
from shared.domain.notice import NoticeKind
from shared.domain.place import Evidence
from shared.domain.recourse import Recourse
from shared.domain.reference import reference_for
from shared.domain.standards import AlertRule, Standard, StandardName, Standards
from shared.domain.unit import Unit

RECEIVED = datetime(2026, 11, 20, 14, 41, tzinfo=UTC)
_CASE_ID = derived_id("case", "sample")
#: Days for which a case has been there when an alert of this kind is shown.
_AGES: dict[NoticeKind, int] = {"late": 31, "unsorted": 5, "unread": 5, "reminder": 25, "idle": 11}
_EVIDENCE = (
    Evidence(kind="unit_named", value="exemple", words="bureau de l’Exemple"),
    Evidence(kind="unit_chosen", value="exemple", words=""),
)


def sample_case(
    language: Language, department: Department, *, kind: NoticeKind = "acknowledgement"
) -> Case:
    """Return a case that calls for a notice of this kind; its units are the department's."""
    unit_id = next(iter(department.units))
    at = RECEIVED - timedelta(days=_AGES.get(kind, 0))
    case = Case(
        id=_CASE_ID,
        reference=reference_for(_CASE_ID, 2026),
        opened_at=at,
        received_at=at,
        channel="mail",
        complainant=Complainant(address="personne@courriel.example"),
        acknowledge_to="personne@courriel.example",
        language=language,
        summary="J’ai attendu trois semaines et personne ne m’a rappelé."
        if language == "fr"
        else "I waited three weeks and nobody called me back.",
        documents=1,
    )
    if kind in ("held", "acknowledgement_held", "unsorted"):
        candidates = (Candidate(unit_id=unit_id, evidence=_EVIDENCE),)
        held = Held(reason="several_units", at=at, candidates=candidates)
        return case.changed(state="held", held=held)
    assignment = Assignment(unit_id=unit_id, rule_id="R1", at=at, evidence=_EVIDENCE)
    return case.changed(state="assigned", assignment=assignment)


def sample_department() -> Department:
    """Return a department with one unit, one recourse and no real name in it."""
    unit = Unit(
        id="exemple",
        kind="office",
        name_fr="Bureau de l’Exemple",
        name_en="Example office",
        address="bureau@ministere.example",
        mailbox="equipe@ministere.example",
        phone="418 555-0110",
    )
    recourse = Recourse(
        id="exemple",
        name_fr="Révision",
        name_en="Review",
        rule_fr="par écrit, dans les 90 jours.",
        rule_en="in writing, within 90 days.",
        contact="418 555-0111",
    )
    calendar = Calendar(
        time_zone="America/Toronto", closed=frozenset(), first_year=2026, last_year=2027
    )
    return Department(
        version="sample",
        policy_version="sample",
        name_fr="Ministère de l’Exemple",
        name_en="Department of Examples",
        complaints_name_fr="Bureau des plaintes",
        complaints_name_en="Complaints office",
        phone="418 555-0100",
        hours_fr="de 8 h 30 à 16 h 30",
        hours_en="8:30 a.m. to 4:30 p.m.",
        policy_url_fr="https://ministere.example/politique",
        policy_url_en="https://ministere.example/policy",
        attribution="",
        addresses=Addresses(intake=("plaintes@ministere.example",)),
        mail_domains=("ministere.example",),
        shared_mail_providers=frozenset(),
        complaints_office="exemple",
        units={"exemple": unit},
        rules=(),
        calendar=calendar,
        standards=sample_standards(),
        recourses=(recourse,),
    )


def sample_standards() -> Standards:
    """Return standards with the days that the tests count with, and every alert."""
    days: dict[StandardName, int] = {
        "acknowledge": 1, "contact": 2, "answer": 20, "idle": 5, "sorting": 1,
    }  # fmt: skip
    return Standards(
        standards=tuple(Standard(name=name, days=n, target=90) for name, n in days.items()),
        alerts=(
            AlertRule(kind="reminder", tell=("unit",), before_days=(5, 1)),
            AlertRule(kind="late", tell=("unit", "complaints_office"), again_days=3),
            AlertRule(kind="idle", tell=("unit",), again_days=5),
            AlertRule(kind="unsorted", tell=("complaints_office",), again_days=1),
            AlertRule(
                kind="unread", tell=("unit", "complaints_office"), after_days=1, again_days=2
            ),
        ),
    )


def sample_head(department: Department) -> Letterhead:
    """Return a letterhead whose links lead nowhere: its key is known to everybody."""
    return Letterhead(
        department=department,
        keys=Keys([b"sample-key-for-previews-only-----"]),
        public_url="https://plaintes.ministere.example",
        desk_url="https://bureau.ministere.example",
    )


def sample_letters(ours: Department | None = None) -> Iterator[Letter]:
    """Yield letters that take both sides of every `if` of every template, in both languages, and
    one of each with our own department's data."""
    department = sample_department()
    plain_unit = department.units["exemple"].model_copy(update={"phone": ""})
    plain_recourse = department.recourses[0].model_copy(update={"contact": ""})
    plain = department.model_copy(
        update={"units": {"exemple": plain_unit}, "recourses": (plain_recourse,)}
    )
    for kind in get_args(NoticeKind):
        for language in get_args(Language):
            yield _letter(kind, language, department)
            yield _letter(kind, language, plain, bare=True)
            yield from _without_mail(kind, language, department)
            if ours:
                yield _letter(kind, language, ours)


def _letter(
    kind: NoticeKind, language: Language, department: Department, *, bare: bool = False
) -> Letter:
    case = sample_case(language, department, kind=kind)
    if bare:
        both = compose(kind, _bare(case), sample_head(department), RECEIVED)
        values = {**both.values, **_other_side(both)}
        return replace(both, languages=get_args(Language), values=values)
    letter = compose(kind, case, sample_head(department), RECEIVED)
    return replace(letter, languages=(language,))


def _other_side(letter: Letter) -> dict[str, object]:
    """Return what an alert says to the other of its two readers, of a case without a unit."""
    if "to_office" not in letter.values:
        return {}
    return {"to_office": not letter.values["to_office"], "has_unit": False, "left_days": 0}


def _without_mail(kind: NoticeKind, language: Language, department: Department) -> Iterator[Letter]:
    """Yield the letters about a person who gave only a postal address, or only a phone."""
    case = sample_case(language, department, kind=kind).changed(channel="form", acknowledge_to=None)
    for who in (Complainant(postal_address="1, rue X"), Complainant(phone="418 555-0110")):
        head = sample_head(department)
        letter = compose(kind, case.changed(complainant=who), head, RECEIVED)
        yield replace(letter, languages=(language,))


def _bare(case: Case) -> Case:
    """Return the case with nothing in it that a template could do without."""
    assignment, held = case.assignment, case.held
    return case.changed(
        summary="",
        documents=0,
        assignment=assignment.model_copy(update={"evidence": (), "rule_id": ""})
        if assignment
        else None,
        held=held.model_copy(update={"candidates": ()}) if held else None,
    )
