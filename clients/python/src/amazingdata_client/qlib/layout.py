"""Qlib's files: what they are called, and what is in them. Pure."""

import sys
from array import array
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import PurePosixPath

CALENDAR = PurePosixPath("calendars/day.txt")
INSTRUMENTS = PurePosixPath("instruments/all.txt")
FIELDS = ("open", "high", "low", "close", "volume", "amount", "factor")
PRICES = ("open", "high", "low", "close")


def instrument(code: str) -> str:
    """Return Qlib's name of a code: SH600000 for 600000.SH."""
    number, _, market = code.partition(".")
    return f"{market}{number}".upper()


def feature(code: str, field: str) -> PurePosixPath:
    """Return the place of the values of a field of a code."""
    return PurePosixPath("features") / instrument(code).lower() / f"{field}.day.bin"


def values(start: int, series: Iterable[float]) -> bytes:
    """Return the content of a field's file.

    Parameters
    ----------
    start : int
        Place of the first value's day in the calendar, from 0.
    series : iterable of float
        One value for each day of the calendar from there on; NaN on days without a bar.

    Returns
    -------
    bytes
        Little-endian float32: the start, then the values.
    """
    content = array("f", [start, *series])
    if sys.byteorder == "big":
        content.byteswap()
    return content.tobytes()


def calendar(days: Iterable[date]) -> bytes:
    """Return the content of the calendar, a day a line."""
    return _lines(day.isoformat() for day in days)


def instruments(lives: Iterable[tuple[str, date, date]]) -> bytes:
    """Return the content of the list of instruments, a life a line: code, first and last day."""
    return _lines(
        f"{instrument(code)}\t{first.isoformat()}\t{last.isoformat()}"
        for code, first, last in lives
    )


def lives_within(
    lives: Iterable[tuple[str, date | None, date | None]], days: Sequence[date]
) -> list[tuple[str, date, date]]:
    """Return the part of each code's life that lies within a calendar, if any, in order.

    An unknown first or last day is that of the calendar.
    """
    cut = [
        (code, max(first or days[0], days[0]), min(last or days[-1], days[-1]))
        for code, first, last in lives
    ]
    return sorted(life for life in cut if life[1] <= life[2])


def _lines(lines: Iterable[str]) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode()
