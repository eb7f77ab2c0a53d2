"""How fast one source may send."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from shared.pages.pace import SOURCES, Pace, source_key

NOW = datetime(2026, 11, 24, tzinfo=UTC)


def test_a_burst_is_allowed_and_no_more() -> None:
    pace = Pace(burst=3, seconds_each=30)
    assert [pace.allows("192.0.2.1", NOW) for _ in range(4)] == [True, True, True, False]


def test_time_gives_one_more() -> None:
    pace = Pace(burst=1, seconds_each=30)
    assert pace.allows("192.0.2.1", NOW)
    assert not pace.allows("192.0.2.1", NOW + timedelta(seconds=29))
    assert pace.allows("192.0.2.1", NOW + timedelta(seconds=60))


def test_sources_do_not_hinder_each_other() -> None:
    pace = Pace(burst=1, seconds_each=30)
    assert pace.allows("192.0.2.1", NOW)
    assert pace.allows("192.0.2.2", NOW)


def test_a_household_of_ipv6_addresses_is_one_source() -> None:
    assert source_key("2001:db8:1:2::1") == source_key("2001:db8:1:2:ffff::9")
    assert source_key("2001:db8:1:2::1") != source_key("2001:db8:1:3::1")


def test_a_clock_that_goes_back_takes_nothing_away() -> None:
    pace = Pace(burst=2, seconds_each=30)
    assert pace.allows("192.0.2.1", NOW)
    assert pace.allows("192.0.2.1", NOW - timedelta(hours=1))


def test_memory_is_bounded() -> None:
    pace = Pace(burst=1, seconds_each=30)
    assert pace.allows("first", NOW)
    for number in range(SOURCES):
        pace.allows(str(number), NOW)
    assert pace.allows("first", NOW)
