"""What the desk's benchmark looks through, and how it judges."""

from __future__ import annotations

from functools import cache
from itertools import islice

from shared.domain.case import Case
from tests.bench.desk import Asked
from tests.bench.desk_cases import COMMON_WORD, OPEN_SHARE, RARE_WORD, Stock, cases_of

STOCK = Stock(3000, ("DR-01", "DR-02", "DR-03"))


@cache
def everything() -> list[tuple[Case, tuple[str, ...]]]:
    return list(cases_of(STOCK))


def test_the_complaints_are_the_same_in_every_run() -> None:
    assert list(islice(cases_of(STOCK), 20)) == list(islice(cases_of(STOCK), 20))


def test_a_quarter_is_of_the_first_unit_and_a_share_is_open() -> None:
    cases = [case for case, _ in everything()]
    assert 0.2 < sum(case.unit_id == "DR-01" for case in cases) / len(cases) < 0.3
    assert abs(sum(case.is_open == 1 for case in cases) / len(cases) - OPEN_SHARE) < 0.03


def test_one_word_is_common_and_one_is_rare() -> None:
    words = [words for _, words in everything()]
    assert sum(COMMON_WORD in each for each in words) > 900
    assert sum(RARE_WORD in each for each in words) == 1


def test_a_page_meets_its_bars_in_time_and_size() -> None:
    quick = [20.0] * 95
    assert Asked("a", [*quick, *[500.0] * 5], [50_000], 9.0, 0.1).verdict == "met"
    assert Asked("a", [*quick, *[500.0] * 6], [50_000], 9.0, 0.1).verdict == "not met"
    assert Asked("a", quick, [50_000, 61_000], 9.0, 0.1).verdict == "not met"
