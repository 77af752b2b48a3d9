"""When the server may be asked again after it has refused us."""

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from marketdata.catalog.calendar import SHANGHAI
from marketdata.sources.baostock.blacklist import next_try

FIRST = datetime(2024, 1, 1, tzinfo=SHANGHAI)
MOMENTS = st.integers(0, 3 * 365 * 24).map(lambda hours: FIRST + timedelta(hours=hours))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def test_nobody_waits_without_an_entry() -> None:
    assert next_try([]) is None


def test_each_time_of_a_year_costs_six_hours_more() -> None:
    entries = [at("2024-01-05T10:00"), at("2024-03-01T10:00")]
    assert next_try(entries[:1]) == at("2024-01-05T16:00")
    assert next_try(entries) == at("2024-03-01T22:00")


def test_a_new_year_begins_anew() -> None:
    assert next_try([at("2024-12-30T10:00"), at("2025-01-02T10:00")]) == at("2025-01-02T16:00")


@given(st.lists(MOMENTS, min_size=1))
def test_it_is_always_six_hours_at_least(entries: list[datetime]) -> None:
    again = next_try(entries)
    assert again is not None
    assert again - max(entries) >= timedelta(hours=6)
