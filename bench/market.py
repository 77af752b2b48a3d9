"""The market on which everything is measured, as arrays on disk."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt

PRICES = ("open", "high", "low", "close")
COLUMNS = (*PRICES, "volume", "amount")
NULL = -1
"""Stands for null; no column has a negative number."""

type Array = npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class Market:
    """Bars by code and time.

    Attributes
    ----------
    codes : list of str
        The codes, sorted.
    days, times : list of str
        The day of each bar of a row, "YYYYMMDD"; and its time, "YYYY-MM-DD HH:MM:SS", empty for
        daily bars.
    columns : dict
        Arrays of shape (codes, bars). Prices and amounts are in hundredths, volumes in shares;
        `NULL` stands for null.
    traded : array of bool
        An array of the same shape: whether there is a bar.
    """

    codes: list[str]
    days: list[str]
    times: list[str]
    columns: dict[str, Array]
    traded: Array

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Open what `new_market` laid out, without loading the arrays."""
        codes, days, times = (
            (folder / name).read_text().splitlines() for name in ("codes", "days", "times")
        )
        arrays = {path.stem: np.load(path, mmap_mode="r") for path in folder.glob("*.npy")}
        traded = arrays.pop("traded")
        return cls(codes, days, times, {name: arrays[name] for name in COLUMNS}, traded)

    @property
    def bars(self) -> int:
        """The number of bars."""
        return int(self.traded.sum())

    def spread(self, count: int) -> list[int]:
        """Return the positions of `count` codes, spread evenly over the market."""
        return list(range(0, len(self.codes), len(self.codes) // count))[:count]

    def values(self, code: int, start: str, end: str) -> dict[str, Array]:
        """Return a code's bars of some days with an answer's values, one array per column.

        Parameters
        ----------
        code : int
            A position in `codes`.
        start, end : str
            First and last day, "YYYYMMDD".

        Returns
        -------
        dict
            `trade_date`, `kline_time` for minute bars, then `COLUMNS`: floats except for the
            volume, and NaN for null.
        """
        days = np.asarray(self.days)
        first, after = np.searchsorted(days, start), np.searchsorted(days, end, side="right")
        here = np.flatnonzero(self.traded[code, first:after]) + first
        found: dict[str, Array] = {"trade_date": days[here]}
        if self.times:
            found["kline_time"] = np.asarray(self.times)[here]
        for name, column in self.columns.items():
            raw = column[code, here]
            found[name] = raw if name == "volume" else np.where(raw == NULL, np.nan, raw / 100)
        return found


def new_market(
    folder: Path, codes: Sequence[str], days: Sequence[str], times: Sequence[str]
) -> dict[str, Array]:
    """Lay out an empty market in a folder and return its arrays, with `traded`, to be filled."""
    folder.mkdir(parents=True)
    for name, lines in (("codes", codes), ("days", days), ("times", times)):
        (folder / name).write_text("\n".join(lines))
    types: dict[str, type] = dict.fromkeys(PRICES, np.int32)
    types |= {"volume": np.int64, "amount": np.int64, "traded": np.bool_}
    shape = len(codes), len(days)
    return {
        name: np.lib.format.open_memmap(folder / f"{name}.npy", "w+", dtype=dtype, shape=shape)
        for name, dtype in types.items()
    }
