"""The search for fetched bars that are well-formed each by itself and yet cannot be right.

Sources have two known faults: one code's bars arrive under its neighbour's code, and volumes arrive
in another unit. Only the upstream function imports this module: it needs pandas.
"""

from bisect import bisect_left
from collections.abc import Sequence
from itertools import islice, pairwise, permutations

import numpy as np
import numpy.typing as npt
import pandas as pd

from marketdata.blocks.dataset import Kind
from marketdata.sources.source import BarRequest

type Mask = npt.NDArray[np.bool_]

TRADED_ON_ONE_PRICE = frozenset({Kind.STOCK, Kind.ETF})
"""Not indices (the amount is their members') nor futures (the amount includes a multiplier)."""

TOLERANCE = 1.05
"""How far a mean price may lie outside [low, high]; a wrong unit is off by a factor of 100."""

ALIKE = 3
"""How many of the last bars must equal the other code's; fewer if one of them is `TELLING`."""

TELLING = 100
"""Lots. Two neighbours' prices, and a volume of a few lots, may be equal by chance; a volume of
this many lots together with all prices is not."""

LOT = {Kind.STOCK: 100, Kind.ETF: 100, Kind.FUTURE: 1}
"""Volume per lot: volume is in shares, that of futures in lots."""


def wrong_unit(frame: pd.DataFrame, request: BarRequest) -> Mask:
    """Mark bars whose amount ÷ volume, the mean price, lies outside the bar's prices."""
    if request.dataset.kind not in TRADED_ON_ONE_PRICE:
        return np.zeros(len(frame), dtype=bool)
    names = ("low", "high", "volume", "amount")
    low, high, volume, amount = (frame[name].to_numpy(dtype="float64") for name in names)
    with np.errstate(over="ignore"):
        # A comparison with NaN is false, so a bar without an amount is not marked.
        wrong: Mask = (amount * TOLERANCE < low * volume) | (amount > high * volume * TOLERANCE)
    return wrong


def shifted(frame: pd.DataFrame, request: BarRequest) -> Mask:
    """Mark bars that two neighbouring codes of a batch share, if they are the last bars of one.

    It is unknown whose bars they are, so they are marked in both. Indices are left alone, since
    two exchanges publish the same index, and so are instruments that traded at a single price,
    whose bars may be equal by chance.
    """
    marked = np.zeros(len(frame), dtype=bool)
    if request.dataset.kind is Kind.INDEX:
        return marked
    columns = list(request.dataset.columns)
    values = frame[columns].to_numpy(dtype="float64")
    times = frame["kline_time" if request.dataset.intraday else "trade_date"].to_numpy(object)
    telling = _telling(values, columns, TELLING * LOT[request.dataset.kind])
    for pair in pairwise(_traded_bars(frame, request, times)):
        if any(_ends_alike(a, b, times, values, telling) for a, b in permutations(pair)):
            here = {times[place]: place for place in pair[0]}
            for place in pair[1]:
                twin = here.get(times[place])
                if twin is not None and _equal(values, twin, place):
                    marked[[twin, place]] = True
    return marked


def _traded_bars(
    frame: pd.DataFrame, request: BarRequest, times: npt.NDArray[np.object_]
) -> list[list[int]]:
    """Return for each code, in the order of the batch, the rows of its traded bars by time."""
    traded = np.flatnonzero(frame["volume"].to_numpy(dtype="float64") > 0)
    at, codes = pd.factorize(frame["code"].to_numpy(object)[traded])
    order = np.argsort(at, kind="stable")
    bounds = np.searchsorted(at[order], np.arange(len(codes) + 1))
    places = {
        str(code): sorted(traded[order[first:end]].tolist(), key=times.__getitem__)
        for code, (first, end) in zip(codes, pairwise(bounds.tolist()), strict=True)
    }
    return [places[code] for code in dict.fromkeys(request.codes) if code in places]


def _telling(
    values: npt.NDArray[np.float64], columns: Sequence[str], volume: float
) -> npt.NDArray[np.int64]:
    """Return the evidence of each bar when found twice: `ALIKE`, 1, or 0 if high equals low."""
    moved = values[:, columns.index("high")] > values[:, columns.index("low")]
    large = values[:, columns.index("volume")] >= volume
    weights: npt.NDArray[np.int64] = np.where(large, ALIKE, 1) * moved
    return weights


def _ends_alike(
    one: Sequence[int],
    other: Sequence[int],
    times: npt.NDArray[np.object_],
    values: npt.NDArray[np.float64],
    telling: npt.NDArray[np.int64],
) -> bool:
    """Check whether one code's last bars equal the other's at the same times, with evidence."""
    evidence = 0
    for place in islice(reversed(one), ALIKE):
        at = bisect_left(other, times[place], key=times.__getitem__)
        same_time = at < len(other) and times[other[at]] == times[place]
        if not (same_time and _equal(values, place, other[at])):
            return False
        evidence += int(telling[place])
        if evidence >= ALIKE:
            return True
    return False


def _equal(values: npt.NDArray[np.float64], place: int, twin: int) -> bool:
    return np.array_equal(values[place], values[twin], equal_nan=True)
