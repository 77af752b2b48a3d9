"""Up to which trading day bars are final."""

from datetime import UTC, datetime

import pytest

from marketdata.catalog.calendar import (
    SHANGHAI,
    last_final_day,
    last_known_day,
    next_final,
    previous_trading_day,
)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2024-01-05T16:59:59", "20240104"),
        ("2024-01-05T17:00:00", "20240105"),
        ("2024-01-05T23:59:59", "20240105"),
        # A weekend, and the days of the spring festival.
        ("2024-01-06T17:00:00", "20240105"),
        ("2024-01-08T09:00:00", "20240105"),
        ("2024-02-12T18:00:00", "20240208"),
        ("2024-01-01T18:00:00", "20231229"),
    ],
)
def test_a_day_is_final_from_its_evening_on(now: str, expected: str) -> None:
    moment = datetime.fromisoformat(now).replace(tzinfo=SHANGHAI)
    assert last_final_day(moment, "17:00") == expected
    assert last_final_day(moment.astimezone(UTC), "17:00") == expected


def test_the_hour_is_a_setting() -> None:
    moment = datetime(2024, 1, 5, 15, 30, tzinfo=SHANGHAI)
    assert last_final_day(moment, "15:30") == "20240105"
    assert last_final_day(moment, "15:31") == "20240104"


def test_the_end_of_the_calendar_is_the_end_of_what_is_final() -> None:
    after = str(int(last_known_day()[:4]) + 1)
    last = previous_trading_day("SH", f"{after}0101")
    assert last_final_day(datetime(int(after), 6, 1, 12, tzinfo=SHANGHAI), "17:00") == last


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2024-01-05T16:59:59", "2024-01-05T17:00:00+08:00"),
        ("2024-01-05T17:00:00", "2024-01-08T17:00:00+08:00"),
        ("2024-01-06T17:00:00", "2024-01-08T17:00:00+08:00"),
        ("2024-02-08T18:00:00", "2024-02-19T17:00:00+08:00"),
    ],
)
def test_the_next_day_is_final_on_an_evening_to_come(now: str, expected: str) -> None:
    moment = datetime.fromisoformat(now).replace(tzinfo=SHANGHAI)
    assert next_final(moment.astimezone(UTC), "17:00") == datetime.fromisoformat(expected)


def test_nobody_knows_what_is_final_beyond_the_calendar() -> None:
    last = datetime.strptime(last_known_day(), "%Y%m%d").replace(hour=23, tzinfo=SHANGHAI)
    assert next_final(last, "17:00") is None
