"""Volumes and amounts in another unit, and prices that are not those which were traded at.

Amount ÷ volume is the mean price, which lies between a bar's low and high. One bar in which it
does not says little: block trades count in a day's totals, and volumes are rounded to lots. Many
bars of one code that are off in the same way say that all of them are, also those whose range
happens to hide it. Only the upstream function imports this: it needs pandas.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from marketdata.blocks.dataset import Kind
from marketdata.ingest.bar_values import Columns, Floats, Mask, numbers
from marketdata.sources.source import BarRequest

TRADED_ON_ONE_PRICE = frozenset({Kind.STOCK, Kind.ETF})
"""An index's amount is its members', and a future's holds the contract's multiplier."""

TOLERANCE = 1.05
"""A mean price may lie outside [low, high] by so much: in 26 years of real daily bars none does
by 1.05, and a block trade at the largest discount moves a whole day's mean by little more."""

LOT = 100
"""Shares. A volume that is a multiple of it may be rounded, by less than one lot."""

RUN, MOST_OF_RUN = 5, 3
"""Of so many neighbouring bars so many are off in the same direction: that is no outlier. Block
trades come on single days, a wrong unit and a factor for payouts stay."""

SAME_UNIT = 0.8
"""So many of the bars that are off must be off by a power of ten, for the unit to be what is
wrong. The others are small bars, of which rounding has left little."""

ALIKE = 1.05
"""Of fewer bars than `RUN` all must be off, by factors that differ by no more than this."""

STEADY, SLIGHT = 60, 0.02
"""Of so many daily bars the mean price is, on average, their own within this: real ones are within
0.002. Prices that a few dividends were taken from lie within [low, high] day by day, and not on
average."""

B_SHARES = ("900", "20")
"""These are quoted in dollars, and some sources give their amounts in yuan."""


@dataclass(slots=True)
class Units:
    """What the amounts say.

    Attributes
    ----------
    wrong : mask
        The bars of codes with volumes or amounts in another unit.
    adjusted : mask
        The bars of codes with prices that are not those of the trades.
    outliers : mask
        The bars of other codes with a mean price outside [low, high].
    """

    wrong: Mask
    adjusted: Mask
    outliers: Mask


@dataclass(frozen=True, slots=True)
class _Bars:
    """The bars with a price, a volume and an amount."""

    low: Floats
    high: Floats
    volume: Floats
    amount: Floats
    ratio: Floats
    """Mean price ÷ the bar's own price: 1 where everything is as it should be."""

    def off(self, unit: Floats | float = 1.0, *, rounded: bool = False) -> Floats:
        """Return 1 where the mean price is too high, -1 where it is too low, else 0.

        Parameters
        ----------
        unit : array or float
            What the volumes are to be multiplied by.
        rounded : bool
            Whether all volumes may have been rounded, and not only those of whole lots.
        """
        slack = np.where(self.volume % LOT == 0, LOT, int(rounded))
        with np.errstate(over="ignore"):
            high = self.amount > self.high * (self.volume + slack) * unit * TOLERANCE
            # What was rounded up was rounded to the nearest.
            low = self.amount * TOLERANCE < self.low * (self.volume - slack / 2) * unit
        return high.astype("float64") - low

    def of(self, places: npt.NDArray[np.int_]) -> "_Bars":
        columns = (self.low, self.high, self.volume, self.amount, self.ratio)
        return _Bars(*(column[places] for column in columns))


def judge_units(frame: pd.DataFrame, request: BarRequest) -> Units:
    """Find the codes whose volumes, amounts and prices do not belong together.

    Parameters
    ----------
    frame : DataFrame
        Bars, each of which is well-formed.
    request : BarRequest
        What was asked for.

    Returns
    -------
    Units
        All bars of a code are refused, or none. They are if, of `RUN` neighbouring ones,
        `MOST_OF_RUN` are off in the same direction; or, of fewer, all are, by the same factor; or,
        of `STEADY` days, all on average. `wrong_unit` if the factors are powers of ten,
        `adjusted_prices` if not: such prices had payouts taken from them, so that the factor
        changes in the course of time. A single bar is refused for its unit only.
    """
    found = Units(*(np.zeros(len(frame), dtype=bool) for _ in range(3)))
    if request.dataset.kind not in TRADED_ON_ONE_PRICE:
        return found
    values = numbers(frame, request.dataset)
    # A comparison with NaN is false: a bar without an amount is not judged.
    judged = np.flatnonzero((values["volume"] > 0) & (values["amount"] > 0))
    bars = _bars(values).of(judged)
    off = bars.off()
    if not len(judged) or (request.dataset.intraday and not off.any()):
        return found
    code_at, codes = pd.factorize(frame["code"].to_numpy(object), use_na_sentinel=False)
    slightly = np.zeros(len(codes), dtype=bool)
    if not request.dataset.intraday:
        # Rounding to lots makes the mean price of small minutes too high, on average as well.
        slightly = _slightly_off(bars.ratio, code_at[judged], len(codes))
    suspects = slightly | (np.bincount(code_at[judged[off != 0]], minlength=len(codes)) > 0)
    times = frame["kline_time" if request.dataset.intraday else "trade_date"].to_numpy(object)
    for code in np.flatnonzero(suspects):
        mine = np.flatnonzero(code_at[judged] == code)
        mine = mine[np.argsort(times[judged[mine]], kind="stable")]
        reason = _reason(bars.of(mine), off[mine], slightly=bool(slightly[code]))
        if reason == "wrong_unit":
            found.wrong |= code_at == code
        elif reason == "adjusted_prices" and not str(codes[code]).startswith(B_SHARES):
            found.adjusted |= code_at == code
        else:
            found.outliers[judged[mine[off[mine] != 0]]] = True
    return found


def _bars(values: Columns) -> _Bars:
    low, high, volume, amount = (values[name] for name in ("low", "high", "volume", "amount"))
    price = (values["open"] + values["close"] + low + high) / 4
    with np.errstate(all="ignore"):
        return _Bars(low, high, volume, amount, amount / volume / price)


def _slightly_off(ratio: Floats, code_at: npt.NDArray[np.int_], codes: int) -> Mask:
    """Mark the codes whose daily ratios are not 1 on average; one bar counts for little."""
    apart = np.clip(np.log(ratio), -np.log(TOLERANCE), np.log(TOLERANCE))
    counts = np.bincount(code_at, minlength=codes)
    sums = np.bincount(code_at, weights=apart, minlength=codes)
    found: Mask = (counts >= STEADY) & (np.abs(sums) > SLIGHT * counts)
    return found


def _reason(bars: _Bars, off: Floats, *, slightly: bool) -> str:
    """Say what is wrong with a code of which some bars are off; empty if these are outliers."""
    power = np.rint(np.log10(bars.ratio))
    in_unit = (power != 0) & (bars.off(10.0**power, rounded=True) == 0)
    wrong = off != 0
    if len(off) >= RUN:
        if not (slightly or _in_a_row(off)):
            return ""
        return "wrong_unit" if _mostly(in_unit[wrong]) else "adjusted_prices"
    if not wrong.all() or (off != off[0]).any():
        return ""
    if in_unit.all() and (power == power[0]).all():
        return "wrong_unit"
    alike = bars.ratio.max() <= ALIKE * bars.ratio.min()
    return "adjusted_prices" if len(off) > 1 and alike else ""


def _mostly(marks: Mask) -> bool:
    return bool(len(marks) and marks.mean() >= SAME_UNIT)


def _in_a_row(off: Floats) -> bool:
    windows = np.lib.stride_tricks.sliding_window_view(off, RUN)
    most = max((windows == side).sum(axis=1).max() for side in (1, -1))
    return bool(most >= MOST_OF_RUN)
