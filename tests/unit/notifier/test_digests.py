"""What stands in a digest, and in which order."""

from __future__ import annotations

from datetime import date

from services.notifier.digests import digest_id, digest_of
from services.notifier.sample import RECEIVED, sample_case, sample_department, sample_head
from shared.domain.case import Case
from shared.domain.document import derived_id
from shared.domain.standards import AlertKind

SAMPLE = sample_department()
OFFICE = SAMPLE.units["exemple"].model_copy(
    update={"id": "office", "mailbox": "office@ministere.example"}
)
DEPARTMENT = SAMPLE.model_copy(
    update={
        "units": {**SAMPLE.units, "office": OFFICE},
        "complaints_office": "office",
        "standards": SAMPLE.standards.model_copy(update={"listed": 3}),
    }
)
HEAD = sample_head(DEPARTMENT)
UNIT = "equipe@ministere.example"


def a_case(name: str, due: date = date(2026, 11, 19)) -> Case:
    case = sample_case("fr", SAMPLE).changed(summary="MARQUE", subject="MARQUE")
    return case.changed(id=derived_id("case", name), reference=name, due_on=due)


def rows(letter_alerts: object) -> list[tuple[str, str]]:
    assert isinstance(letter_alerts, list)
    return [(one["reference"], one["kind"]) for one in letter_alerts]


def test_the_gravest_come_first_then_the_longest_overdue_and_the_list_is_bounded() -> None:
    alerts: list[tuple[AlertKind, Case]] = [
        ("idle", a_case("A")),
        ("late", a_case("B")),
        ("no_contact", a_case("C")),
        ("late", a_case("D", date(2026, 11, 2))),
    ]
    digest = digest_of(alerts, HEAD, RECEIVED, role="unit", recipient=UNIT)
    values = digest.letter.values
    assert rows(values["alerts"]) == [("D", "late"), ("B", "late"), ("C", "no_contact")]
    assert (values["total"], values["more"]) == (4, 1)
    assert digest.case.reference == "D"
    again = digest_of(alerts[::-1], HEAD, RECEIVED, role="unit", recipient=UNIT)
    assert again == digest


def test_nothing_that_a_person_wrote_is_in_it() -> None:
    digest = digest_of([("late", a_case("A"))], HEAD, RECEIVED, role="unit", recipient=UNIT)
    assert "MARQUE" not in repr(digest.letter.values)


def test_each_reader_gets_links_of_their_own_and_none_to_what_has_gone_elsewhere() -> None:
    case = a_case("A")
    assert case.assignment is not None
    gone = case.changed(assignment=case.assignment.model_copy(update={"unit_id": "office"}))

    def url(case: Case, *, office: bool = False) -> str:
        role, to = ("complaints_office", OFFICE.mailbox) if office else ("unit", UNIT)
        found = digest_of([("late", case)], HEAD, RECEIVED, role=role, recipient=to)  # type: ignore[arg-type] # one of two
        alerts = found.letter.values["alerts"]
        assert isinstance(alerts, list)
        return str(alerts[0]["url"])

    assert "/exemple/" in url(case)
    assert "/office/" in url(case, office=True)
    assert url(gone) == ""


def test_a_digest_has_the_same_id_for_the_same_reader_day_and_number() -> None:
    day = date(2026, 11, 20)
    one = digest_id("unit", UNIT, day, 0)
    assert one == digest_id("unit", UNIT, day, 0)
    others = {
        digest_id("unit", UNIT, day, 1),
        digest_id("unit", UNIT, date(2026, 11, 21), 0),
        digest_id("complaints_office", UNIT, day, 0),
    }
    assert len(others | {one}) == 4
