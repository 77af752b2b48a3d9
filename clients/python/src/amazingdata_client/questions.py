"""What is asked: codes, days, and how a large question is cut. Pure."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Any

MOST_CODES = 500
"""So many codes does the API take at once."""
MOST_BARS = 1_000_000
"""So many bars, about, does it give at once."""
SESSION_MINUTES = 240
MINUTES = {"min1": 1, "min5": 5, "min15": 15, "min30": 30, "min60": 60}


def day(value: str | date) -> str:
    """Write a day as the API does, from a date, "20240131" or "2024-01-31"."""
    return value.strftime("%Y%m%d") if isinstance(value, date) else value.replace("-", "")


def distinct(codes: str | Iterable[str]) -> list[str]:
    """Give codes in the API's spelling, each once, from a list or a comma-separated string."""
    listed = codes.split(",") if isinstance(codes, str) else codes
    return list(dict.fromkeys(code.strip().upper() for code in listed if code.strip()))


def portions(codes: list[str], size: int) -> Iterator[list[str]]:
    """Cut codes into portions of at most `size`; no codes are one empty portion.

    An empty question is the service's to refuse, as it names the parameter.
    """
    for start in range(0, max(1, len(codes)), size):
        yield codes[start : start + size]


def codes_at_once(period: str, start: str, end: str) -> int:
    """Say of how many codes the bars fit into one answer."""
    minutes = MINUTES.get(period)
    a_day = SESSION_MINUTES // minutes if minutes else 1
    bars = a_day * _weekdays(start, end)
    return max(1, min(MOST_CODES, MOST_BARS // max(1, bars)))


def _weekdays(start: str, end: str) -> int:
    """Count the days that could be trading days; 0 where a day is none, which the API will say."""
    try:
        first, last = (date(int(d[:4]), int(d[4:6]), int(d[6:])) for d in (start, end))
    except ValueError:
        return 0
    weeks, rest = divmod((last - first).days + 1, 7)
    return weeks * 5 + sum((first + timedelta(each)).weekday() < 5 for each in range(rest))


def given(**fields: Any) -> dict[str, Any]:
    """Leave out what was not given."""
    return {name: value for name, value in fields.items() if value is not None}
