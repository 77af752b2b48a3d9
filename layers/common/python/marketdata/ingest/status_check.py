"""The check of a stock's status: every rule of a good row.

Only the upstream function imports this: it needs pandas.
"""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pandas as pd

from marketdata.catalog.calendar import trading_days
from marketdata.sources.source import StatusRequest
from marketdata.status.status import COLUMNS, FLAGS, MARKETS, PRICES

type Mask = npt.NDArray[np.bool_]
type Floats = npt.NDArray[np.float64]

KEY = ["code", "trade_date"]


def status_faults(frame: pd.DataFrame, request: StatusRequest) -> npt.NDArray[np.object_]:
    """Return for each row why it must not be stored.

    Parameters
    ----------
    frame : DataFrame
        Rows as in `sources.source.FetchedStatus`, none of them twice.
    request : StatusRequest
        What was asked for.

    Returns
    -------
    array of str
        For each row the first rule that it breaks, "" for a good one: `not_requested`,
        `not_a_trading_day`, `not_a_price` (not finite, or not positive), `not_a_flag`,
        `limits_crossed`, `contradictory` (another row of the same code and day differs).
    """
    rules = {
        "contradictory": frame.duplicated(KEY, keep=False).to_numpy(dtype=bool),
        "limits_crossed": (frame["limit_down"] > frame["limit_up"]).to_numpy(dtype=bool),
        "not_a_flag": _any(frame, FLAGS, lambda flags: ~np.isin(flags, (0, 1))),
        "not_a_price": _any(frame, PRICES, lambda prices: ~(np.isfinite(prices) & (prices > 0))),
        "not_a_trading_day": ~_traded(frame, request),
        "not_requested": ~_requested(frame, request),
    }
    found: npt.NDArray[np.object_] = np.full(len(frame), "", dtype=object)
    for reason, broken in rules.items():
        found[broken] = reason
    return found


def _any(frame: pd.DataFrame, names: tuple[str, ...], wrong: Callable[[Floats], Mask]) -> Mask:
    """Mark the rows in which one of some columns has a value, and a wrong one."""
    mask: Mask = np.zeros(len(frame), dtype=bool)
    for name in names:
        values = frame[name].to_numpy(dtype=np.float64)
        mask |= ~np.isnan(values) & wrong(values)
    return mask


def _requested(frame: pd.DataFrame, request: StatusRequest) -> Mask:
    days = frame["trade_date"]
    asked = frame["code"].isin(request.codes) & days.between(request.start, request.end)
    return asked.to_numpy(dtype=bool)


def _traded(frame: pd.DataFrame, request: StatusRequest) -> Mask:
    """Mark the rows of trading days of the code's market."""
    traded: Mask = np.zeros(len(frame), dtype=bool)
    for market in MARKETS:
        days = trading_days(market, request.start, request.end)
        of_market = frame["code"].str.endswith(f".{market}") & frame["trade_date"].isin(days)
        traded |= of_market.to_numpy(dtype=bool)
    return traded


def without_equal_rows(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the rows, each of those that are equal in everything once."""
    return frame.drop_duplicates([*KEY, *COLUMNS], ignore_index=True)
