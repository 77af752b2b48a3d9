"""The search for fetched bars that are well-formed and yet belong to a neighbouring code.

Only the upstream function imports this: it needs pandas.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice, pairwise, permutations

import numpy as np
import numpy.typing as npt
import pandas as pd

from marketdata.blocks.dataset import Kind
from marketdata.ingest.bar_values import Mask
from marketdata.sources.source import BarRequest

ALIKE = 3
"""How many of the last bars must equal the other code's; fewer if one of them is `TELLING`."""

TELLING = 100
"""Lots. Two neighbours' prices, and a volume of a few lots, may be equal by chance; a volume of
this many lots together with all prices is not."""

HISTORY = 5
"""How many common bars, all of them equal, make a history: a fault shifts a code's last bars."""

LOT = {Kind.STOCK: 100, Kind.ETF: 100, Kind.FUTURE: 1}
"""Volume per lot: volume is in shares, that of futures in lots."""


@dataclass(slots=True)
class Neighbours:
    """What neighbouring codes of a batch have in common.

    Attributes
    ----------
    shifted : mask
        Bars that came in two codes and can be those of one only.
    twins : list of tuple
        Pairs of codes with the same history: one security that was renamed.
    """

    shifted: Mask
    twins: list[tuple[str, str]] = field(default_factory=list)


def compare_neighbours(frame: pd.DataFrame, request: BarRequest) -> Neighbours:
    """Find bars that two neighbouring codes of a batch share, if those are the last of one.

    It is unknown whose bars they are, so they are marked in both. Two codes, and no third, that
    share all bars of their common times, `HISTORY` or more, are left alone: a renamed security has
    its history under both codes. Indices are left alone too, since two exchanges publish the same
    index, and so are instruments that traded at a single price, whose bars may be equal by chance.
    """
    found = Neighbours(np.zeros(len(frame), dtype=bool))
    if request.dataset.kind is Kind.INDEX:
        return found
    columns = list(request.dataset.columns)
    values = frame[columns].to_numpy(dtype="float64")
    times = frame["kline_time" if request.dataset.intraday else "trade_date"].to_numpy(object)
    telling = _telling(values, columns, TELLING * LOT[request.dataset.kind])
    equal: dict[tuple[str, str], list[int]] = {}
    twins: list[tuple[str, str]] = []
    for (code, one), (other, two) in pairwise(_traded_bars(frame, request, times)):
        if any(_ends_alike(a, b, times, values, telling) for a, b in permutations((one, two))):
            here = {times[place]: place for place in one}
            common = [(here[times[place]], place) for place in two if times[place] in here]
            same = [pair for pair in common if _equal(values, *pair)]
            equal[code, other] = [place for pair in same for place in pair]
            if len(same) == len(common) >= HISTORY:
                twins.append((code, other))
    members = Counter(code for pair in twins for code in pair)
    found.twins = [pair for pair in twins if all(members[code] == 1 for code in pair)]
    for pair, places in equal.items():
        if pair not in found.twins:
            found.shifted[places] = True
    return found


def _traded_bars(
    frame: pd.DataFrame, request: BarRequest, times: npt.NDArray[np.object_]
) -> list[tuple[str, list[int]]]:
    """Return each code, in the order of the batch, with the rows of its traded bars by time."""
    traded = np.flatnonzero(frame["volume"].to_numpy(dtype="float64") > 0)
    at, codes = pd.factorize(frame["code"].to_numpy(object)[traded])
    order = np.argsort(at, kind="stable")
    bounds = np.searchsorted(at[order], np.arange(len(codes) + 1))
    places = {
        str(code): sorted(traded[order[first:end]].tolist(), key=times.__getitem__)
        for code, (first, end) in zip(codes, pairwise(bounds.tolist()), strict=True)
    }
    return [(code, places[code]) for code in dict.fromkeys(request.codes) if code in places]


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
