"""Days as people type them: 20240131, 2024-01-31, today, or so long ago: -30d, -2w, -6m, -1y."""

import re
from calendar import monthrange
from datetime import date, datetime, timedelta, timezone
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    Text = click.ParamType[str]
else:
    # Before 8.2 it took no type.
    Text = click.ParamType

SHANGHAI = timezone(timedelta(hours=8))
"""China has had one offset from UTC, and no summer time, for as long as there is data."""

HELP = "YYYYMMDD, today, or so long ago: -30d, -2w, -6m, -1y"
_AGO = re.compile(r"-([0-9]{1,4})([dwmy])")


class Day(Text):
    """A day of an option or an argument, given to the service as YYYYMMDD if it is relative."""

    name = "day"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the day; whatever else it is, the service judges it."""
        text = value.strip().lower()
        if text == "today":
            return f"{today():%Y%m%d}"
        if not (ago := _AGO.fullmatch(text)):
            return value
        try:
            return f"{_before(today(), int(ago[1]), ago[2]):%Y%m%d}"
        except (ValueError, OverflowError):
            self.fail(f"{value} lies before the first year", param, ctx)


def as_date(text: str) -> date | None:
    """Return the date of a day that was typed, None if it is none."""
    try:
        return datetime.strptime(text.replace("-", ""), "%Y%m%d").replace(tzinfo=SHANGHAI).date()
    except ValueError:
        return None


def today() -> date:
    """Return the day that it is in China."""
    return datetime.now(SHANGHAI).date()


def _before(day: date, number: int, unit: str) -> date:
    if unit in "dw":
        return day - timedelta(days=number * (7 if unit == "w" else 1))
    months = day.year * 12 + day.month - 1 - number * (12 if unit == "y" else 1)
    year, month = divmod(months, 12)
    # The 31st of a shorter month is its last day.
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


DAY = Day()
AS_ARGUMENTS = {"ignore_unknown_options": True}
"""Settings of commands whose arguments are days: -30d is none of their options."""
