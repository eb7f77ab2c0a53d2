"""An invented department and its cases: what every template is tried with. Pure.

Together the letters take every branch of every template, so that what is missing in one shows
at start and not with a complaint in hand.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import get_args

from services.notifier.letter import Letter, Letterhead
from services.notifier.sample_letter import other_side, sample_letter
from shared.department import Addresses, Department
from shared.domain.act import Act, ActKind, Closing, RecourseTold
from shared.domain.assignment import Assignment, Candidate, Held, Move, Refusal
from shared.domain.calendar import Calendar
from shared.domain.case import Case
from shared.domain.complainant import Complainant
from shared.domain.document import derived_id
from shared.domain.envelope import Language
from shared.domain.keys import Keys
from shared.domain.notice import NoticeKind
from shared.domain.place import Evidence
from shared.domain.recourse import Recourse, Term
from shared.domain.reference import reference_for
from shared.domain.standards import (
    AlertRule,
    Repeat,
    Standard,
    StandardName,
    Standards,
)
from shared.domain.unit import Unit

RECEIVED = datetime(2026, 11, 20, 14, 41, tzinfo=UTC)
_CASE_ID = derived_id("case", "sample")
#: Days for which a case has been there when an alert of this kind is shown.
_AGES: dict[NoticeKind, int] = {
    "late": 31, "unsorted": 5, "no_contact": 7, "unread": 5, "reminder": 25, "idle": 11,
    "unposted": 4, "digest": 31,
}  # fmt: skip
_TEXTS: dict[ActKind, dict[Language, str]] = {
    "asked": {
        "fr": "Il nous manque la lettre du 16 octobre.\nUne photo suffit.",
        "en": "We lack the letter of October 16.\nA photograph will do.",
    },
    "extended": {
        "fr": "Nous attendons les relevés d’un autre bureau.",
        "en": "We are waiting for the records of another office.",
    },
    "answer": {
        "fr": "Nous avons vérifié votre dossier.\n\nPersonne ne vous a rappelé : excusez-nous.",
        "en": "We looked into your file.\n\nNobody called you back: we apologize.",
    },
    "closed": {
        "fr": "Le calcul est conforme à l’avis.\n\nTrois rappels promis n’ont pas été faits.",
        "en": "The amount agrees with the notice.\n\nThree promised calls were not made.",
    },
    "thanks": {
        "fr": "Votre mot a été lu à toute l’équipe.",
        "en": "Your note was read to the whole team.",
    },
}
_EVIDENCE = (
    Evidence(kind="unit_named", value="exemple", words="bureau de l’Exemple"),
    Evidence(kind="unit_chosen", value="exemple", words=""),
)


_DECIDED = Term(
    since="decision",
    days=90,
    presumed_after=7,
    label_fr="Demande de révision de la décision",
    label_en="Request for review of the decision",
)
_RECOURSES = (
    Recourse(
        id="review",
        name_fr="Révision",
        name_en="Review",
        rule_fr="par écrit, dans les 90 jours.",
        rule_en="in writing, within 90 days.",
        contact="418 555-0111",
        terms=(_DECIDED,),
        source="exemple",
    ),
    *(
        Recourse(
            id=id_, name_fr=fr, name_en=en, rule_fr="en tout temps.", rule_en="at any time.",
            source="exemple",
        )
        for id_, fr, en in (
            ("complaints_office", "Bureau des plaintes", "Complaints office"),
            ("taq", "Tribunal de l’Exemple", "Tribunal of Examples"),
            ("protecteur", "Protecteur de l’Exemple", "Ombudsman of Examples"),
            ("cai", "Commission de l’Exemple", "Commission of Examples"),
            ("wrongdoing", "Divulgation", "Disclosure"),
        )
    ),
)  # fmt: skip


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
    case = _acted_on(case, kind)
    if kind in ("held", "acknowledgement_held", "unsorted"):
        candidates = (Candidate(unit_id=unit_id, evidence=_EVIDENCE),)
        held = Held(reason="several_units", at=at, candidates=candidates)
        by = Refusal(at=at, unit_id=unit_id, by="x", because="x", had_since=at)
        refusals = (by,) if kind == "held" and language == "en" else ()
        return case.changed(state="held", held=held, refusals=refusals)
    assignment = Assignment(unit_id=unit_id, rule_id="R1", at=at, evidence=_EVIDENCE)
    return case.changed(state="assigned", assignment=assignment)


def _acted_on(case: Case, kind: NoticeKind) -> Case:
    """Return the case after what a letter of this kind is about."""
    at, by = RECEIVED + timedelta(days=4), "Mélanie Exemple"
    if kind in ("moved", "transferred", "refused_twice"):
        move = Move(at=at, how="person", by=by, because="exemple", from_unit="a", to_unit="b")
        return case.changed(moves=(move, move))
    if kind == "escalated":
        return case.changed(level=2, first_level=reference_for(derived_id("case", "first"), 2026))
    acts: dict[NoticeKind, ActKind] = {
        kind: kind for kind in get_args(ActKind) if kind in get_args(NoticeKind)
    }
    if kind not in acts:
        return case
    act = Act(
        kind=acts[kind],
        at=at,
        by=by,
        text=_TEXTS[acts[kind]][case.language],
        day=date(2027, 1, 15) if kind in ("asked", "extended") else None,
        pauses=kind == "asked",
    )
    closing = Closing(
        outcome="partly",
        motive="answer_quality",
        at=at,
        by=by,
        told=RecourseTold(how="notice", on=at.date(), by=by),
        known={"decision": date(2026, 10, 16)},
    )
    return case.changed(acts=(act,), closing=closing if kind == "closed" else None)


def sample_department() -> Department:
    """Return a department with one unit, six recourses and no real name in it."""
    unit = Unit(
        id="exemple",
        kind="office",
        name_fr="Bureau de l’Exemple",
        name_en="Example office",
        address="bureau@ministere.example",
        mailbox="equipe@ministere.example",
        phone="418 555-0110",
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
        recourses=_RECOURSES,
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
            AlertRule(kind="unposted", tell=("unit",), after_days=2, again_days=3),
            AlertRule(
                kind="no_contact", tell=("unit",), then_tell=("complaints_office",), again_days=2
            ),
        ),
        repeats=(Repeat(hours=24),),
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
    plain_recourses = tuple(
        one.model_copy(update={"contact": "", "terms": ()}) for one in department.recourses
    )
    plain = department.model_copy(
        update={"units": {"exemple": plain_unit}, "recourses": plain_recourses}
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
        both = sample_letter(kind, _bare(case), sample_head(department), RECEIVED)
        values = {**both.values, **other_side(both)}
        return replace(both, languages=get_args(Language), values=values)
    letter = sample_letter(kind, case, sample_head(department), RECEIVED)
    return replace(letter, languages=(language,))


def _without_mail(kind: NoticeKind, language: Language, department: Department) -> Iterator[Letter]:
    """Yield the letters about a person who gave only a postal address, or only a phone."""
    case = sample_case(language, department, kind=kind).changed(channel="form", acknowledge_to=None)
    for who in (Complainant(postal_address="1, rue X"), Complainant(phone="418 555-0110")):
        head = sample_head(department)
        letter = sample_letter(kind, case.changed(complainant=who), head, RECEIVED)
        yield replace(letter, languages=(language,))


def _bare(case: Case) -> Case:
    """Return the case with nothing in it that a template could do without."""
    assignment, held = case.assignment, case.held
    return case.changed(
        summary="",
        documents=0,
        acts=tuple(
            act.model_copy(update={"text": "", "day": None, "pauses": False}) for act in case.acts
        ),
        assignment=assignment.model_copy(update={"evidence": (), "rule_id": ""})
        if assignment
        else None,
        held=held.model_copy(update={"candidates": ()}) if held else None,
    )
