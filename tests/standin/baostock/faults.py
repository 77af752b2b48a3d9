"""What goes wrong, and with which questions. `README.md` one folder up lists the faults."""

import json
import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from .codes import dashed
from .queries import Arguments, Found
from .rows import Row

ANY = "any"
"""Stands for every call, `login` and `logout` among them."""

ERRORS = {
    "not_logged_in": "10001001",
    "old_version": "10001004",
    "too_many_logins": "10001005",
    "blacklisted": "10001011",
    "server_error": "10005001",
}
"""The question is refused with this code."""

DELIVERIES = frozenset({"closed", "reset", "cut", "trickle", "hang", "late"})
"""What becomes of an answer on its way."""

PAGES = frozenset({"lost_page", "repeated_page", "empty_page", "short_page"})
SPOILT_BYTES = frozenset({"wrong_crc", "wrong_length"})
PAGE = 2000
"""The length of the package's pages."""


def _dirty(found: Found, _: Arguments) -> Found:
    """Give a suspended row the volume of the session before it."""
    rows = list[Row]()
    volumes = dict[str, str]()
    for row in found.rows:
        if row.get("tradestatus") == "0":
            # A code's first row has none before it, and a day's rows have none at all.
            rows.append(row | {"volume": volumes.get(row["code"], "1234500")})
        else:
            rows.append(row)
            volumes[row.get("code", "")] = row.get("volume", "")
    return found.with_rows(rows)


def _blank(found: Found, _: Arguments) -> Found:
    """Leave the volume and the amount of a suspended row empty."""
    none = {"volume": "", "amount": ""}
    return found.with_rows(
        [row | none if row.get("tradestatus") == "0" else row for row in found.rows]
    )


def _full_page(found: Found, given: Arguments) -> Found:
    """Have exactly a page of rows, the rest of which are made up for a day's call."""
    rows = found.rows[:PAGE]
    if rows and "page" not in given:
        more = range(PAGE - len(rows))
        rows = rows + [rows[0] | {"code": f"sh.{609000 + number:06}"} for number in more]
    return found.with_rows(rows)


def _outside(found: Found, given: Arguments) -> Found:
    """Add a row of the day before the range."""
    if not found.rows:
        return found
    first = date.fromisoformat(given.get("start") or given["date"])
    name = next((each for each in ("date", "calendar_date") if each in found.rows[0]), "date")
    before = dashed(f"{first - timedelta(days=1):%Y%m%d}")
    return found.with_rows([found.rows[0] | {name: before}, *found.rows])


def _garbled(found: Found, _: Arguments) -> Found:
    """Put words in the place of the first row's numbers."""
    words = dict.fromkeys(("close", "volume", "backAdjustFactor", "ipoDate"), "--")
    return found.with_rows(
        [
            row | {name: text for name, text in words.items() if name in row} if place == 0 else row
            for place, row in enumerate(found.rows)
        ]
    )


def _zero_prices(found: Found, _: Arguments) -> Found:
    """Put zeros into the second row, as minutes of a suspended day have them."""
    zeros = dict.fromkeys(("open", "high", "low", "close", "volume", "amount"), "0")
    return found.with_rows(
        [
            row | {name: text for name, text in zeros.items() if name in row} if place == 1 else row
            for place, row in enumerate(found.rows)
        ]
    )


def _fewer_fields(found: Found, _: Arguments) -> Found:
    return Found(found.fields.rpartition(",")[0], found.rows)


def _more_fields(found: Found, _: Arguments) -> Found:
    rows = [{"surprise": "7", **row} for row in found.rows]
    return Found(f"surprise,{found.fields}", rows)


def _padded_fields(found: Found, _: Arguments) -> Found:
    return Found(", \t".join(found.names), found.rows)


ROWS: Mapping[str, Callable[[Found, Arguments], Found]] = {
    "empty": lambda found, _: found.with_rows([]),
    "dirty_suspended": _dirty,
    "blank_suspended": _blank,
    "full_page": _full_page,
    "drop": lambda found, _: found.with_rows(found.rows[::2]),
    "duplicate": lambda found, _: found.with_rows([row for row in found.rows for _ in "ab"]),
    "outside": _outside,
    "garbled": _garbled,
    "zeros": _zero_prices,
    "adjusted": lambda found, _: found.with_rows(
        [row | ({"adjustflag": "2"} if "adjustflag" in row else {}) for row in found.rows]
    ),
    "fewer_fields": _fewer_fields,
    "more_fields": _more_fields,
    "padded_fields": _padded_fields,
}
"""What becomes of the rows that a query finds."""

OTHERS = frozenset({"error", "foreign"})
NAMES = frozenset({*ERRORS, *DELIVERIES, *PAGES, *SPOILT_BYTES, *ROWS, *OTHERS})


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault.

    Attributes
    ----------
    fault : str
        One of `NAMES`.
    call : str
        The method that it concerns, or `ANY`.
    at : sequence of int
        At which of its turns, counted from 1 since the faults were set; empty for every one.
    since : int
        It concerns no turn before this one.
    code : str
        The error of `error`.
    answer_type : str
        The type in which an error answers; `01` is that of a login.
    seconds : float
        The pause between two bytes of `trickle`.
    """

    fault: str
    call: str = ANY
    at: Sequence[int] = ()
    since: int = 1
    code: str = "10005001"
    answer_type: str = "04"
    seconds: float = 0.05

    def __post_init__(self) -> None:
        if self.fault not in NAMES:
            raise ValueError(f"there is no fault {self.fault!r}")

    def concerns(self, turn: int) -> bool:
        """Check whether it concerns a turn of its call."""
        return turn >= self.since and (not self.at or turn in self.at)

    @property
    def error(self) -> str:
        """The code that it refuses with; empty for a fault that does not."""
        return self.code if self.fault == "error" else ERRORS.get(self.fault, "")


class Faults:
    """The faults, and the count of the turns.

    Parameters
    ----------
    faults : Fault
        What goes wrong.
    file : Path, optional
        A JSON file, `{"faults": [{"fault": …, "call": …, "at": […]}]}`. What it says after a change
        counts from the next question on, in the place of what was set before.
    """

    def __init__(self, *faults: Fault, file: Path | None = None) -> None:
        self._lock = threading.Lock()
        self._faults = faults
        self._turns = Counter[str]()
        self._file = file
        self._text = ""

    def set(self, *faults: Fault) -> None:
        """Have these go wrong from now on, and count the turns anew."""
        with self._lock:
            self._set(faults)

    def at_turn(self, call: str) -> tuple[Fault, ...]:
        """Count a question and return what goes wrong with it."""
        with self._lock:
            self._read()
            self._turns.update((call, ANY))
            return tuple(
                each
                for each in self._faults
                if each.call in {call, ANY} and each.concerns(self._turns[each.call])
            )

    def _set(self, faults: tuple[Fault, ...]) -> None:
        self._faults = faults
        self._turns.clear()

    def _read(self) -> None:
        text = self._file.read_text() if self._file and self._file.exists() else ""
        if text and text != self._text:
            self._text = text
            given: list[dict[str, Any]] = json.loads(text).get("faults", [])
            self._set(tuple(Fault(**each) for each in given))


def spoilt(found: Found, given: Arguments, faults: Sequence[Fault]) -> Found:
    """Spoil what a query found."""
    for each in faults:
        if each.fault in ROWS:
            found = ROWS[each.fault](found, given)
    return found
