"""When a schedule runs next, by EventBridge's own expressions."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketdata.tasks.schedules import next_run

SHANGHAI = ZoneInfo("Asia/Shanghai")
MONDAY = datetime(2026, 11, 30, 17, 10, tzinfo=SHANGHAI)
DAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("cron(10 17 ? * MON-FRI *)", "2026-12-01 17:10"),
        ("cron(11 17 ? * 2-6 *)", "2026-11-30 17:11"),
        ("cron(40 3 ? * 1 *)", "2026-12-06 03:40"),
        ("cron(40 3 ? * SUN *)", "2026-12-06 03:40"),
        ("cron(10/30 17 ? * MON-FRI *)", "2026-11-30 17:40"),
        ("cron(55 5,11,17,23 * * ? *)", "2026-11-30 17:55"),
        ("cron(0 0 1 * ? *)", "2026-12-01 00:00"),
        ("cron(0 0 L * ? *)", "2026-12-31 00:00"),
        ("cron(0 9 ? * 6#3 *)", "2026-12-18 09:00"),
        ("cron(0 9 ? JAN MON *)", "2027-01-04 09:00"),
    ],
)
def test_next(expression: str, expected: str) -> None:
    found = next_run(expression, "Asia/Shanghai", MONDAY)
    assert found is not None
    assert f"{found.astimezone(SHANGHAI):%Y-%m-%d %H:%M}" == expected


@pytest.mark.parametrize(
    "expression",
    ["rate(1 day)", "at(2026-12-01T00:00:00)", "cron(0 9 * * ? 2030)", "cron(61 9 * * ? *)", ""],
)
def test_nobody_can_tell(expression: str) -> None:
    assert next_run(expression, "Asia/Shanghai", MONDAY) is None


@given(
    minute=st.integers(0, 59),
    hour=st.integers(0, 23),
    days=st.sets(st.integers(1, 7), min_size=1),
    named=st.booleans(),
    minutes=st.integers(0, 5_000_000),
)
def test_it_is_the_first_minute_that_fits(
    minute: int, hour: int, days: set[int], named: bool, minutes: int
) -> None:
    after = datetime(2020, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    weekdays = ",".join(DAYS[day - 1] if named else str(day) for day in sorted(days))
    found = next_run(f"cron({minute} {hour} ? * {weekdays} *)", "Asia/Shanghai", after)
    assert found is not None
    # By going from day to day.
    local = after.astimezone(SHANGHAI)
    first = local.replace(hour=hour, minute=minute, second=0, microsecond=0)
    fitting = (first + timedelta(days=day) for day in range(9))
    assert found == next(
        each for each in fitting if each > local and each.isoweekday() % 7 + 1 in days
    )
