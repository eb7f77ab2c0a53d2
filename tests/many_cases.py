"""Cases of all sorts, drawn from a seed: what figures are counted over. No real persons."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import get_args

from services.desk.overview.facts import Fact, Facts, Values
from shared.department import Department
from shared.domain.act import Closing, Motive, Outcome, Satisfaction, Satisfied
from shared.domain.assignment import Assignment, Held
from shared.domain.case import Case
from shared.domain.complainant import Complainant
from shared.domain.document import derived_id
from shared.domain.reference import reference_for
from shared.ports.query import index_value

UNITS = ("MTL-NO", "MTL-S", "MO-LON", "DR-01", "DR-09", "DPRC")


def fact_of(case: Case, department: Department) -> Fact:
    """Return what is counted of a case, by way of what a store would tell of it."""
    told = [index_value(getattr(case, field)) for field in Values._fields]
    return Facts(department).fact(Values(*told))  # type: ignore[arg-type]  # fields of `Values`


def drawn_case(draw: random.Random, number: int, first: date, days: int) -> Case:
    """Return one case, received within `days` days from `first` on."""
    id_ = derived_id("drawn", str(number))
    received = datetime(first.year, first.month, first.day, 16, tzinfo=UTC) + timedelta(
        days=draw.randrange(days), hours=draw.randrange(20)
    )
    closed = received + timedelta(days=draw.randrange(1, 60))
    ended = draw.random() < 0.7
    unit = draw.choice(UNITS) if ended or draw.random() < 0.9 else None
    case = Case(
        id=id_,
        reference=reference_for(id_, received.year),
        opened_at=received,
        received_at=received,
        channel=draw.choice(("mail", "form")),
        language=draw.choice(("fr", "fr", "fr", "en")),
        complainant=Complainant(name="Personne", address="p@courriel.example"),
        state="closed" if ended else "assigned" if unit else "held",
        due_on=(received + timedelta(days=28)).date(),
        event=draw.choice((None, None, "Panne du 12 novembre")),
        level=draw.choice((1, 1, 1, 1, 2)),
        tray=draw.choice(("ordinary", "ordinary", "spam")),
        acted_at=closed if ended else None,
        closing=_closing(draw, closed) if ended else None,
        satisfaction=_said(draw, closed) if ended else None,
    )
    if unit is None:
        return case.changed(held=Held(reason="no_place", at=received))
    region = draw.choice((None, "01", "06", "09", "16"))
    assignment = Assignment(unit_id=unit, rule_id="R-01", at=received, region=region)
    return case.changed(assignment=assignment)


def drawn_cases(
    seed: int, number: int, *, first: date = date(2026, 2, 1), days: int = 290
) -> Iterator[Case]:
    """Yield cases that are the same for the same seed."""
    draw = random.Random(seed)  # noqa: S311 (the same cases each time, nothing secret)
    for each in range(number):
        yield drawn_case(draw, seed * 1_000_000 + each, first, days)


def _closing(draw: random.Random, at: datetime) -> Closing:
    outcome: Outcome = draw.choice(get_args(Outcome))
    motive: Motive = draw.choice(get_args(Motive))
    return Closing(outcome=outcome, motive=motive, at=at, by="Odile Roy", said_satisfied=True)


def _said(draw: random.Random, closed: datetime) -> Satisfaction | None:
    answer: Satisfied | None = draw.choice((None, None, *get_args(Satisfied)))
    return Satisfaction(answer=answer, at=closed + timedelta(days=3)) if answer else None
