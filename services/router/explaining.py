"""A decision in plain words, French or English, and as data for the command line."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from services.router.alternatives import BY_UNIT
from shared.department import Department
from shared.domain.assignment import Alternative, Assignment, Candidate, Held, WhyNot
from shared.domain.place import Evidence, Location

_NBSP = "\u00a0"
_KIND = {
    "fr": {
        "unit_chosen": "l’unité choisie dans le formulaire",
        "unit_named": "l’unité nommée",
        "case_reference": "le numéro de plainte",
        "unit_address": "l’adresse employée",
        "postal_code": "le code postal",
        "fsa": "le début de code postal",
        "municipality": "le nom",
        "borough": "l’arrondissement",
        "locality": "le lieu",
        "mrc": "la MRC",
        "region": "la région",
        "province": "la province",
        "programme": "le programme",
        "country": "le pays",
    },
    "en": {
        "unit_chosen": "the unit chosen in the form",
        "unit_named": "the unit named",
        "case_reference": "the complaint number",
        "unit_address": "the address written to",
        "postal_code": "the postal code",
        "fsa": "the start of a postal code",
        "municipality": "the name",
        "borough": "the borough",
        "locality": "the place",
        "mrc": "the RCM",
        "region": "the region",
        "province": "the province",
        "programme": "the programme",
        "country": "the country",
    },
}
_HELD = {
    "fr": {
        "no_place": "le texte ne nomme ni lieu ni unité",
        "ambiguous_place": "les indices laissent plusieurs lieux possibles",
        "conflicting_places": "les indices se contredisent",
        "outside_quebec": "les indices mènent hors du Québec",
        "no_rule": "aucune règle ne vise ce lieu",
        "several_units": "plusieurs unités sont possibles",
        "automatic_mail": "le message semble automatique",
        "unreadable": "le message n’a pas pu être lu",
        "nothing_proposed": "le programme n’a pas pu chercher de signes dans le texte",
        "spam": "le message a été marqué comme indésirable",
        "possible_disclosure": "peut-être une divulgation, qu’aucune unité ne doit voir",
        "names_manager": "le texte nomme la personne qui gère l’unité",
        "refused": "une unité l’a refusée",
    },
    "en": {
        "no_place": "the text names no place and no unit",
        "ambiguous_place": "the clues leave several places possible",
        "conflicting_places": "the clues contradict each other",
        "outside_quebec": "the clues lead outside Québec",
        "no_rule": "no rule covers this place",
        "several_units": "several units are possible",
        "automatic_mail": "the message seems automatic",
        "unreadable": "the message could not be read",
        "nothing_proposed": "the program could not look for signs in the text",
        "spam": "the message was marked as unwanted",
        "possible_disclosure": "it may be a disclosure, which no unit may see",
        "names_manager": "the text names the person who manages the unit",
        "refused": "a unit refused it",
    },
}
_WHY_NOT: dict[str, dict[WhyNot, str]] = {
    "fr": {
        "unit_before_place": "une unité désignée passe avant un lieu",
        "stronger_claim": "un indice plus fort désigne l’autre unité",
        "narrower_rule": "une règle plus précise passe avant",
        "other_clues": "les autres indices l’excluent",
        "weak_clue": "l’indice est trop faible",
    },
    "en": {
        "unit_before_place": "a unit that is pointed out comes before a place",
        "stronger_claim": "a stronger clue points out the other unit",
        "narrower_rule": "a narrower rule comes first",
        "other_clues": "the other clues exclude it",
        "weak_clue": "the clue is too weak",
    },
}


def explain(decision: Assignment | Held, department: Department, language: str) -> str:
    """Return the decision and its reasons in one or two sentences; `language` is "fr" or "en"."""
    tongue = "en" if language == "en" else "fr"
    if isinstance(decision, Assignment):
        return _assigned(decision, department, tongue)
    return _held(decision, department, tongue)


def _assigned(decision: Assignment, department: Department, tongue: str) -> str:
    name = _unit(decision.unit_id, department, tongue)
    why = _chosen(decision, tongue) if decision.by else _found(decision, department, tongue)
    first = f"Assigned to: {name}" if tongue == "en" else f"Confiée à{_NBSP}: {name}"
    others = [_other(one, department, tongue) for one in decision.alternatives]
    if not others:
        return f"{first}, {why}."
    if tongue == "en":
        return f"{first}, {why}. Weighed too: {'; '.join(others)}."
    return f"{first}, {why}. Pesé aussi{_NBSP}: {f'{_NBSP}; '.join(others)}."


def _chosen(decision: Assignment, tongue: str) -> str:
    """Say who chose the unit, or let new rules choose it, and the reason that was given."""
    if tongue == "en":
        return f"chosen by {decision.by}: “{decision.because}”"
    return f"choisie par {decision.by}{_NBSP}: «{_NBSP}{decision.because}{_NBSP}»"


def _found(decision: Assignment, department: Department, tongue: str) -> str:
    clues = _clues(decision.evidence, tongue)
    one = len(decision.evidence) == 1
    rule = _rule(decision, department, tongue)
    if tongue == "en":
        return f"because {clues} {'points there' if one else 'agree'}; {rule}"
    return f"parce que {clues} {'y mène' if one else 's’accordent'}{_NBSP}; {rule}"


def _other(one: Alternative, department: Department, tongue: str) -> str:
    return f"{_candidate(one, department, tongue)} ({_WHY_NOT[tongue][one.why_not]})"


def _unit(unit_id: str, department: Department, tongue: str) -> str:
    unit = department.units.get(unit_id)
    return unit.name(tongue) if unit else unit_id


def _rule(decision: Assignment, department: Department, tongue: str) -> str:
    english = tongue == "en"
    if decision.rule_id in BY_UNIT:
        return (
            "the unit that served the person answers"
            if english
            else "l’unité qui a servi la personne répond"
        )
    rule = department.rule_named(decision.rule_id)
    name = f"rule {decision.rule_id}" if english else f"règle {decision.rule_id}"
    if rule is None or rule.valid_from is None:
        return name
    since = _day(rule.valid_from, tongue)
    return f"{name}, valid since {since}" if english else f"{name}, valable depuis le {since}"


def _held(decision: Held, department: Department, tongue: str) -> str:
    why = _HELD[tongue][decision.reason]
    clues = _clues(decision.evidence, tongue)
    units = [_candidate(one, department, tongue) for one in decision.candidates]
    if tongue == "en":
        first = f"Held: {why}{f' ({clues})' if clues else ''}."
        return f"{first} Possible: {'; '.join(units)}." if units else first
    first = f"Retenue{_NBSP}: {why}{f' ({clues})' if clues else ''}."
    return f"{first} Possibles{_NBSP}: {f'{_NBSP}; '.join(units)}." if units else first


def _candidate(candidate: Candidate, department: Department, tongue: str) -> str:
    name = _unit(candidate.unit_id, department, tongue)
    clues = _clues(candidate.evidence, tongue)
    return f"{name}, {'for' if tongue == 'en' else 'pour'} {clues}" if clues else name


def _clues(evidence: Sequence[Evidence], tongue: str) -> str:
    said = list(dict.fromkeys(_clue(one, tongue) for one in evidence))
    last = " and " if tongue == "en" else " et "
    return last.join(filter(None, (", ".join(said[:-1]), said[-1]))) if said else ""


def _clue(clue: Evidence, tongue: str) -> str:
    words = " ".join(clue.words.split())
    if clue.kind in {"postal_code", "fsa"}:
        return f"{_KIND[tongue][clue.kind]} {words}"
    quoted = f"“{words}”" if tongue == "en" else f"«{_NBSP}{words}{_NBSP}»"
    return f"{_KIND[tongue][clue.kind]} {quoted}"


_MONTHS = {
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "en": "January February March April May June July August September October November December",
}


def _day(day: date, tongue: str) -> str:
    month = _MONTHS[tongue].split()[day.month - 1]
    if tongue == "en":
        return f"{month} {day.day}, {day.year}"
    first = "1er" if day.day == 1 else str(day.day)
    return f"{first}{_NBSP}{month} {day.year}"


def report(
    file: str, location: Location, decision: Assignment | Held, department: Department
) -> dict[str, object]:
    """Return what `recours route --json` prints for one file: plain values only."""
    held = decision if isinstance(decision, Held) else None
    unit = decision.unit_id if isinstance(decision, Assignment) else None
    return {
        "file": file,
        "status": location.status,
        "region": location.region,
        "municipality_code": location.municipality_code,
        "unit": unit if unit in department.units else None,
        "held_reason": held.reason if held else None,
        "candidates": [one.model_dump(mode="json") for one in held.candidates] if held else [],
        "evidence": [one.model_dump(mode="json") for one in location.evidence],
    }
