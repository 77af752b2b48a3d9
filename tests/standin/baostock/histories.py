"""The days of a code as BaoStock has them: a row on each session, suspended or not."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from marketdata.catalog.calendar import trading_days
from marketdata.catalog.securities import Security

type Days = npt.NDArray[np.int64]
type Values = npt.NDArray[np.float64]

COLUMNS = ("open", "high", "low", "close", "pre_close", "volume", "amount", "is_st", "traded")
PRICES = COLUMNS[:5]
_FETCHED = ("open", "high", "low", "close", "volume", "amount")
TAIL = 10
"""So many sessions a delisted code has flat rows after its last one."""


@dataclass(frozen=True, slots=True)
class History:
    """All days of a code.

    Attributes
    ----------
    days : array of int, (days,)
        YYYYMMDD, ascending.
    columns : dict
        Name → its values; NaN for unknown. `traded` is 0 on a day of suspension, whose prices are
        all the previous close.
    """

    days: Days
    columns: dict[str, Values]

    def between(self, start: str, end: str) -> range:
        """Return the places of a closed range of days."""
        first, last = np.searchsorted(self.days, [int(start), int(end) + 1]).tolist()
        return range(first, max(first, last))

    def at(self, place: int) -> dict[str, float]:
        """Return a day's values."""
        return {name: float(values[place]) for name, values in self.columns.items()}


def history_of(
    security: Security,
    bars: pd.DataFrame,
    suspended: Iterable[str],
    status: pd.DataFrame | None,
    final: str,
) -> History | None:
    """Put a code's history together; None if it has no bar.

    Parameters
    ----------
    security : Security
        What the code stands for.
    bars : DataFrame
        Its daily bars, as a source fetches them, but with days as numbers.
    suspended : iterable of str
        Days on which it was suspended.
    status : DataFrame or None
        Its status, where the source has one, with days as numbers too.
    final : str
        The last day that there may be a row of.
    """
    if bars.empty:
        return None
    halts = np.array([int(day) for day in suspended], dtype=np.int64)
    days = np.union1d(bars["trade_date"].to_numpy(dtype=np.int64), halts)
    table = {name: _on(days, bars, name) for name in _FETCHED}
    traded = ~np.isnan(table["close"])
    pre_close, special = _before(table["close"], table["open"]), np.zeros(len(days))
    if status is not None and not status.empty:
        stated, special = _on(days, status, "pre_close"), _on(days, status, "is_st")
        pre_close = np.where(np.isnan(stated), pre_close, stated)
    for name in PRICES[:4]:
        table[name] = np.where(traded, table[name], pre_close)
    for name in ("volume", "amount"):
        table[name] = np.where(traded, table[name], 0.0)
    table |= {"pre_close": pre_close, "is_st": np.nan_to_num(special), "traded": traded * 1.0}
    known = ~np.isnan(pre_close)
    shown = {name: table[name][known] for name in COLUMNS}
    return _with_tail(days[known], shown, tail_of(security, final))


def tail_of(security: Security, final: str) -> list[str]:
    """Return the sessions after a code's last one on which it has a row, until its `outDate`."""
    if not security.delist_date or security.delist_date >= final:
        return []
    after = trading_days("SH", security.delist_date, final)
    return [day for day in after if day > security.delist_date][:TAIL]


def _on(days: Days, rows: pd.DataFrame, name: str) -> Values:
    """Return a column's values on some days; NaN where there is none."""
    found = np.full(len(days), np.nan)
    own = rows["trade_date"].to_numpy(dtype=np.int64)
    values = rows[name].to_numpy(dtype=np.float64)
    places = np.minimum(np.searchsorted(days, own), len(days) - 1)
    among = days[places] == own
    found[places[among]] = values[among]
    return found


def _before(close: Values, opened: Values) -> Values:
    """Return the last close before each day, and the open of the first day of all."""
    last = pd.Series(close).ffill().to_numpy(dtype=np.float64)
    before = np.concatenate([[np.nan], last[:-1]])
    return np.where(np.isnan(before), opened, before)


def _with_tail(days: Days, columns: dict[str, Values], tail: list[str]) -> History:
    flat = _flat(float(columns["close"][-1]), len(tail))
    longer = {name: np.concatenate([values, flat[name]]) for name, values in columns.items()}
    return History(np.concatenate([days, np.array(tail, dtype=np.int64)]), longer)


def _flat(price: float, count: int) -> Mapping[str, Values]:
    """Return rows without a trade; the last of all of them says nothing of volume and amount."""
    none = np.zeros(count)
    volume = np.where(np.arange(count) == TAIL - 1, np.nan, none)
    return {
        **dict.fromkeys(PRICES, np.full(count, price)),
        **dict.fromkeys(("volume", "amount"), volume),
        **dict.fromkeys(("is_st", "traded"), none),
    }
