"""Request parameters: codes, days, and the splitting of large requests. Pure."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Any

MOST_CODES = 500
"""Maximum number of codes in one request."""
MOST_VARIETIES = 50
"""Maximum number of futures products in one request."""
MOST_BARS = 1_000_000
"""Approximate maximum number of bars in one response."""
DAY_KINDS = {
    "stock": "EXTRA_STOCK_A_ALL",
    "index": "EXTRA_INDEX_A",
    "etf": "EXTRA_ETF",
    "future": None,
}
"""What a market day may be of, each with its `security_type`; futures have a call of their own."""
SESSION_MINUTES = 240
MINUTES = {"min1": 1, "min5": 5, "min15": 15, "min30": 30, "min60": 60}


def day(value: str | date) -> str:
    """Return a day in the API's format, from a date, "20240131" or "2024-01-31"."""
    return value.strftime("%Y%m%d") if isinstance(value, date) else value.replace("-", "")


def distinct(codes: str | Iterable[str]) -> list[str]:
    """Return upper-case codes without duplicates, from a list or a comma-separated string."""
    listed = codes.split(",") if isinstance(codes, str) else codes
    return list(dict.fromkeys(code.strip().upper() for code in listed if code.strip()))


def portions(codes: list[str], size: int) -> Iterator[list[str]]:
    """Split codes into portions of at most `size`; no codes are one empty portion.

    The service then rejects the empty request, with an error that names the parameter.
    """
    for start in range(0, max(1, len(codes)), size):
        yield codes[start : start + size]


def codes_at_once(period: str, start: str, end: str) -> int:
    """Return the number of codes whose bars fit into one response."""
    minutes = MINUTES.get(period)
    a_day = SESSION_MINUTES // minutes if minutes else 1
    bars = a_day * _weekdays(start, end)
    return max(1, min(MOST_CODES, MOST_BARS // max(1, bars)))


def _weekdays(start: str, end: str) -> int:
    """Count the weekdays in a range; 0 if a day is invalid, which the service will report."""
    try:
        first, last = (date(int(d[:4]), int(d[4:6]), int(d[6:])) for d in (start, end))
    except ValueError:
        return 0
    weeks, rest = divmod((last - first).days + 1, 7)
    return weeks * 5 + sum((first + timedelta(each)).weekday() < 5 for each in range(rest))


def named(codes: str | Iterable[str] | None) -> list[str]:
    """Return distinct codes; none where an index is asked for instead."""
    return [] if codes is None else distinct(codes)


def given(**fields: Any) -> dict[str, Any]:
    """Return the parameters that are not None."""
    return {name: value for name, value in fields.items() if value is not None}
