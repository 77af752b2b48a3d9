"""Request parameters: codes, days, and the splitting of large requests. Pure."""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from amazingdata_client.words import DayLike

DASHED = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
CONTRACT = re.compile("[A-Z]{1,2}[0-9]{3,4}")
MOST_CODES = 500
"""Maximum number of codes in one request."""
MOST_VARIETIES = 50
"""Maximum number of futures products in one request."""
BARS_AT_ONCE = 150_000
"""Approximate number of bars in one response.

The service allows a million, but parks what is larger than this in its bucket, and answers of this
size are read side by side.
"""
PORTION_BARS = 10_000
"""Approximate number of bars in a portion, which take some 6 MB as rows."""
MOST_FOUND = 500
"""Maximum number of securities in one response."""
DAY_KINDS = {
    "stock": "EXTRA_STOCK_A_ALL",
    "index": "EXTRA_INDEX_A",
    "etf": "EXTRA_ETF",
    "future": "",
}
"""What a market day may be of, each with its `security_type`; futures have a call of their own."""
TYPES = {**DAY_KINDS, "future": "EXTRA_FUTURE"}
"""The `security_type` of each kind."""
SESSION_MINUTES = 240
MINUTES = {"min1": 1, "min5": 5, "min15": 15, "min30": 30, "min60": 60}


def day(value: DayLike) -> str:
    """Return a day in the API's format, from a date, "20240131", "2024-01-31" or 20240131."""
    if isinstance(value, date):
        return value.strftime("%Y%m%d")
    text = str(value)
    # What is no such day goes as it is, so that the service names it as it was written.
    return text.replace("-", "") if DASHED.fullmatch(text) else text


def security_type_of(wanted: str) -> str:
    """Return the vendor's name of a type of securities, also for one of our kinds."""
    return TYPES.get(wanted, wanted)


def distinct(codes: str | Iterable[str]) -> list[str]:
    """Return codes without duplicates, from a list or a comma-separated string.

    They stay as they are written: the service reads them, and says what it read.
    """
    listed = re.split("[,，]", codes) if isinstance(codes, str) else codes
    return list(dict.fromkeys(code.strip() for code in listed if code.strip()))


def is_future(code: str) -> bool:
    """Check whether a code in any spelling is that of a future, such as `CFFEX.IF2401`."""
    symbol, _, suffix = code.upper().partition(".")
    return suffix == "MAIN" or any(CONTRACT.fullmatch(each) for each in (symbol, suffix))


def portions(codes: list[str], size: int) -> Iterator[list[str]]:
    """Split codes into portions of at most `size`; no codes are one empty portion.

    The service then rejects the empty request, with an error that names the parameter.
    """
    for start in range(0, max(1, len(codes)), size):
        yield codes[start : start + size]


def twice_asked(asked: Iterable[list[str]], read_as: Mapping[str, str]) -> bool:
    """Check whether a code is in two portions, by what the service reads their texts as."""
    codes = [code for some in asked for code in {read_as.get(each, each) for each in some}]
    return len(codes) > len(set(codes))


def bars_of(start: DayLike, end: DayLike, count: int | None) -> dict[str, Any]:
    """Return the parameters that say which bars: days, or a number of last ones."""
    return given(start_date=day(start) or None, end_date=day(end) or None, count=count)


def columns(fields: str | Iterable[str] | None) -> list[str] | None:
    """Return columns from a list or a comma-separated string; None for all."""
    if fields is None:
        return None
    return [each.strip() for each in (fields.split(",") if isinstance(fields, str) else fields)]


def codes_at_once(
    period: str, start: str, end: str, count: int | None = None, most: int = BARS_AT_ONCE
) -> int:
    """Return the number of codes, at least one, that have at most so many bars."""
    bars = bars_of_a_code(period, start, end, count)
    return max(1, min(MOST_CODES, most // max(1, bars)))


def bars_of_a_code(period: str, start: str, end: str, count: int | None = None) -> int:
    """Return the number of bars that a code has at most, or about so many of minutes."""
    minutes = MINUTES.get(period)
    a_day = SESSION_MINUTES // minutes if minutes else 1
    return count or a_day * _weekdays(start, end)


def portion_size(wanted: int | None, fitting: int) -> int:
    """Return the number of codes of a portion: as wanted, otherwise as many as fit.

    Raises
    ------
    ValueError
        A portion of no codes is wanted.
    """
    if wanted is None:
        return fitting
    if wanted < 1:
        raise ValueError(f"a portion has at least one code, not {wanted}")
    return min(wanted, MOST_CODES)


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
