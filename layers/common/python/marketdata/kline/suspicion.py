"""Fetched bars that are well-formed each by itself and yet cannot be right.

Two faults are known of sources: bars of a code come in the next one's place, and volumes come in
another unit. Only the upstream function imports this: it needs pandas.
"""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pandas as pd

from marketdata.kline.bar import Kind
from marketdata.upstream.source import BarRequest

type Mask = npt.NDArray[np.bool_]

TRADED_ON_ONE_PRICE = frozenset({Kind.STOCK, Kind.ETF})
"""An index's amount is its members', and a future's holds the contract's multiplier."""

TOLERANCE = 1.05
"""A mean price may lie outside [low, high] by so much; a wrong unit is a hundred times off."""

ALIKE = 3
"""So many last bars must be the other code's, or all if there are fewer."""


def wrong_unit(frame: pd.DataFrame, request: BarRequest) -> Mask:
    """Mark bars whose amount ÷ volume, the mean price, is none of the bar's prices."""
    if request.dataset.kind not in TRADED_ON_ONE_PRICE:
        return np.zeros(len(frame), dtype=bool)
    names = ("low", "high", "volume", "amount")
    low, high, volume, amount = (frame[name].to_numpy(dtype="float64") for name in names)
    with np.errstate(over="ignore"):
        # A comparison with NaN is false: without an amount nothing is wrong.
        wrong: Mask = (amount * TOLERANCE < low * volume) | (amount > high * volume * TOLERANCE)
    return wrong


def shifted(frame: pd.DataFrame, request: BarRequest) -> Mask:
    """Mark bars that two neighbouring codes of a batch share, if those are the last of both.

    Whose they are nobody can tell, so they are marked in both. One and the same index is published
    by two exchanges, and instruments that traded at a single price may be equal by chance: these
    are left alone.
    """
    marked = np.zeros(len(frame), dtype=bool)
    if request.dataset.kind is Kind.INDEX:
        return marked
    columns = list(request.dataset.columns)
    values = frame[columns].to_numpy(dtype="float64")
    times = frame["kline_time" if request.dataset.intraday else "trade_date"].to_numpy(object)
    bars = _traded_bars(frame, request, times)
    for one, other in pairwise(bars):
        count = min(ALIKE, len(one), len(other))
        if count and _alike(values, times, one[-count:], other[-count:], columns):
            here = {times[place]: place for place in one}
            for place in other:
                twin = here.get(times[place])
                if twin is not None and np.array_equal(values[twin], values[place], equal_nan=True):
                    marked[[twin, place]] = True
    return marked


def _traded_bars(
    frame: pd.DataFrame, request: BarRequest, times: npt.NDArray[np.object_]
) -> list[list[int]]:
    """Give for each code, in the order of the batch, where its traded bars are, by time."""
    traded = np.flatnonzero(frame["volume"].to_numpy(dtype="float64") > 0)
    at, codes = pd.factorize(frame["code"].to_numpy(object)[traded])
    order = np.argsort(at, kind="stable")
    bounds = np.searchsorted(at[order], np.arange(len(codes) + 1))
    places = {
        str(code): sorted(traded[order[first:end]].tolist(), key=times.__getitem__)
        for code, (first, end) in zip(codes, pairwise(bounds.tolist()), strict=True)
    }
    return [places[code] for code in dict.fromkeys(request.codes) if code in places]


def _alike(
    values: npt.NDArray[np.float64],
    times: npt.NDArray[np.object_],
    one: Sequence[int],
    other: Sequence[int],
    columns: Sequence[str],
) -> bool:
    """Say whether two runs of bars are equal, and moved at least once."""
    high, low = columns.index("high"), columns.index("low")
    return (
        np.array_equal(times[one], times[other])
        and np.array_equal(values[one], values[other], equal_nan=True)
        and bool((values[one, high] > values[one, low]).any())
    )
