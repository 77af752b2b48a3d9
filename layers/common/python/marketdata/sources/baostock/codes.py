"""How BaoStock writes codes, kinds and days. Pure.

`sh.600000` is our `600000.SH`. The digits alone say nothing of the kind: `sh.000001` is an index
and `sz.000001` a bank, so the kind comes from the `type` of the list of securities.
"""

import re
from datetime import date

from marketdata.blocks.dataset import Kind

KINDS = {"1": Kind.STOCK, "2": Kind.INDEX, "5": Kind.ETF}
"""The types that are taken over; 3 is anything else, and 4 are convertible bonds."""

RAW = "3"
"""The `adjustflag` of prices as they were. Others are never asked for: we adjust ourselves."""

_OURS = re.compile(r"([0-9]{6})\.(SH|SZ)", re.ASCII)
_THEIRS = re.compile(r"(sh|sz)\.([0-9]{6})", re.ASCII)


def their_code(code: str) -> str | None:
    """Return how BaoStock writes a code of ours; None for one that it cannot have.

    It must never be asked for those: it refuses Beijing's `bj.430047`, but answers `sz.920002` with
    a success and no rows, as if the code had no bars.
    """
    found = _OURS.fullmatch(code)
    return f"{found[2].lower()}.{found[1]}" if found else None


def code_of(theirs: str) -> str | None:
    """Return a code of BaoStock as we write it; None for anything else."""
    found = _THEIRS.fullmatch(theirs)
    return f"{found[2]}.{found[1].upper()}" if found else None


def their_day(day: str) -> str:
    """Return a day, YYYYMMDD, with dashes."""
    return f"{day[:4]}-{day[4:6]}-{day[6:]}"


def day_of(theirs: str) -> str | None:
    """Return a day with dashes as YYYYMMDD; None for anything else, such as an empty one."""
    day = theirs.replace("-", "")
    if not (len(day) == 8 and day.isascii() and day.isdigit() and their_day(day) == theirs):
        return None
    try:
        date.fromisoformat(day)
    except ValueError:
        return None
    return day
