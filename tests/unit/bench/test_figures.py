"""A benchmark that reckons wrongly is worse than none."""

from __future__ import annotations

import pytest

from tests.bench.figures import Bar, Figure, Spread, percentile, rate


def test_the_99th_percentile_leaves_one_in_a_hundred_above_it() -> None:
    assert percentile(range(1, 101), 0.99) == 99
    assert percentile([5.0], 0.5) == 5.0


def test_ratios_are_taken_run_by_run() -> None:
    assert Spread((80.0, 90.0)).against(Spread((100.0, 180.0))).values == (0.8, 0.5)


@pytest.mark.parametrize(
    ("bar", "value", "verdict"),
    [
        (Bar(least=0.8), 0.79, "not met"),
        (Bar(least=0.8), 0.8, "met"),
        (Bar(most=6), 6.01, "not met"),
        (Bar(most=6), 6.0, "met"),
        (None, 1.0, ""),
    ],
)
def test_a_figure_says_whether_its_bar_is_met(bar: Bar | None, value: float, verdict: str) -> None:
    assert Figure("figure", Spread((value,)), "ms", bar).verdict == verdict


def test_a_rate_is_reckoned_from_the_first_event_to_the_last() -> None:
    assert rate(300, 10.0, 12.0) == 150
