"""How texts are set."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from services.notifier.typography import (
    day_of,
    hour_of,
    line_of_days,
    set_template,
    set_text,
)


@pytest.mark.parametrize(
    ("plain", "set_so"),
    [
        (
            "Voir : ceci ; cela ? oui ! 5 % ou 3 $",
            "Voir\xa0: ceci\xa0; cela\xa0? oui\xa0! 5\xa0% ou 3\xa0$",
        ),
        ("« ainsi »", "«\xa0ainsi\xa0»"),
        ("1 800 463-5070", "1\xa0800\xa0463-5070"),
        ("dans les 60 jours", "dans les 60\xa0jours"),
        ("de 8 h 30 à 16 h", "de 8\xa0h\xa030 à 16\xa0h"),
        ("https://a.example/x?y=1", "https://a.example/x?y=1"),
    ],
)
def test_french_gets_its_non_breaking_spaces(plain: str, set_so: str) -> None:
    assert set_text(plain, "fr") == set_so


def test_english_keeps_numbers_together_and_punctuation_as_it_is() -> None:
    assert set_text("Call 418 555-0100 : now, 8:30 a.m.", "en") == (
        "Call 418\xa0555-0100 : now, 8:30\xa0a.m."
    )


def test_marks_of_a_template_are_left_alone() -> None:
    source = '{% if a : b %}<p class="x : y">Voir : {{ a ; b }} ?</p>{% endif %}\nsuite'
    assert set_template(source, "fr") == (
        '{% if a : b %}<p class="x : y">Voir\xa0: {{ a ; b }}\xa0?</p>{% endif %}\nsuite'
    )


@pytest.mark.parametrize(
    ("day", "french", "english"),
    [
        (date(2026, 12, 18), "vendredi 18\xa0décembre\xa02026", "Friday, December\xa018, 2026"),
        (date(2027, 4, 1), "jeudi 1er\xa0avril\xa02027", "Thursday, April\xa01, 2027"),
    ],
)
def test_a_day_is_written_in_full(day: date, french: str, english: str) -> None:
    assert day_of(day, "fr") == french
    assert day_of(day, "en") == english


@pytest.mark.parametrize(
    ("hour", "minute", "french", "english"),
    [
        (9, 5, "9\xa0h\xa005", "9:05\xa0a.m."),
        (0, 0, "0\xa0h", "12:00\xa0a.m."),
        (12, 30, "12\xa0h\xa030", "12:30\xa0p.m."),
        (23, 59, "23\xa0h\xa059", "11:59\xa0p.m."),
    ],
)
def test_an_hour_is_written_as_people_say_it(
    hour: int, minute: int, french: str, english: str
) -> None:
    moment = datetime(2026, 11, 20, hour, minute, 59, tzinfo=UTC)
    assert hour_of(moment, "fr") == french
    assert hour_of(moment, "en") == english


def test_the_line_of_days_has_a_gap_where_the_department_is_closed() -> None:
    days = tuple(date(2026, 11, day) for day in (20, 23, 24, 26, 27, 30))
    assert line_of_days(days) == "■ □□ □□ ▣"
