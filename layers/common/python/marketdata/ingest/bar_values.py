"""Numbers as sources write them, brought to what they mean: float dust, and zeros that are none.

Only the upstream function imports this: it needs pandas.
"""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from marketdata.blocks.dataset import Kind
from marketdata.kline.bars import COUNTS, BarDataset

type Mask = npt.NDArray[np.bool_]
type Floats = npt.NDArray[np.float64]
type Columns = Mapping[str, Floats]

DUST = 1e-6
"""So far from a whole number a count is that number. Arithmetic with floats leaves errors of one
part in 10^16, so of counts up to 10^10 no more than this; a part of a share is far more."""

STEPS = 2
"""Above 10^10 neighbouring floats are further apart than `DUST`: so many steps count as dust."""

MOST_DUST = 0.01
"""From 10^13 on a few steps may make half a share, which is no dust whatever its cause."""


def numbers(frame: pd.DataFrame, dataset: BarDataset) -> Columns:
    """Return the value columns of a frame, NaN for null."""
    return {name: frame[name].to_numpy(dtype="float64") for name in dataset.columns}


def blank(column: Floats) -> Mask:
    """Mark the values that say nothing: null, and 0 up to float dust."""
    return np.isnan(column) | (np.abs(column) < DUST)


def unpriced(values: Columns) -> Mask:
    """Mark the bars without a price of a trade: open, high and low are each 0 or null."""
    return blank(values["open"]) & blank(values["high"]) & blank(values["low"])


def without_dust(frame: pd.DataFrame, dataset: BarDataset) -> pd.DataFrame:
    """Return the frame with counts as whole numbers, and specks such as 5.9e-39 as 0.

    Parameters
    ----------
    frame : DataFrame
        Bars as `sources.source.FetchedBars` describes them.
    dataset : BarDataset
        What they are.

    Returns
    -------
    DataFrame
        `volume` and `open_interest` are the nearest whole number where that is at most `DUST`
        away, or `STEPS` steps of a float where these are larger; any value smaller than `DUST` is
        0. The frame itself where there is nothing to mend.
    """
    mended: dict[str, Floats] = {}
    for name, column in numbers(frame, dataset).items():
        dusty = _dusty(column) if name in COUNTS else (column != 0) & (np.abs(column) < DUST)
        if dusty.any():
            # Adding 0 makes -0.0, which would be answered as such, a plain 0.
            mended[name] = np.where(dusty, np.rint(column), column) + 0.0
    return frame.assign(**mended) if mended else frame


def _dusty(column: Floats) -> Mask:
    with np.errstate(invalid="ignore"):
        away = np.abs(column - np.rint(column))
    dusty: Mask = away > 0
    if dusty.any():
        step = np.spacing(np.abs(column, where=np.isfinite(column), out=np.zeros_like(column)))
        dusty &= away <= np.minimum(np.maximum(DUST, STEPS * step), MOST_DUST)
    return dusty


def without_false_zeros(frame: pd.DataFrame, dataset: BarDataset) -> pd.DataFrame:
    """Return the frame with null for each volume and amount that is 0 and cannot be.

    What was traded has an amount, and what has an amount was traded: 0 beside the other one means
    that it is not known. The days of stocks, funds and indices that get here were traded, see
    `bar_idle`; and so was a minute in which the price moved.

    Parameters
    ----------
    frame : DataFrame
        Good bars.
    dataset : BarDataset
        What they are.

    Returns
    -------
    DataFrame
        The frame itself where there is no such zero.
    """
    values = numbers(frame, dataset)
    volume, amount = values["volume"], values["amount"]
    if not ((volume == 0).any() or (amount == 0).any()):
        return frame
    some = (volume > 0) | (amount > 0)
    if dataset.kind is Kind.FUTURE:
        # Deals outside the order book have a volume, and exchanges give no amount for them.
        traded = some & ~unpriced(values)
    elif dataset.intraday:
        traded = some | np.isnan(volume) | _without_any_volume(frame, values)
    else:
        traded = np.ones(len(frame), dtype=bool)
    mended = {
        name: np.where((column == 0) & traded, np.nan, column)
        for name, column in (("volume", volume), ("amount", amount))
        if ((column == 0) & traded).any()
    }
    return frame.assign(**mended) if mended else frame


def _without_any_volume(frame: pd.DataFrame, values: Columns) -> Mask:
    """Mark the minutes in which the price moved, and all those of codes without any volume."""
    moved: Mask = (values["volume"] == 0) & (values["high"] > values["low"])
    if not moved.any():
        return moved
    code_at, _ = pd.factorize(frame["code"].to_numpy(object), use_na_sentinel=False)
    sold = np.bincount(code_at, weights=values["volume"] > 0)
    has_moved = np.bincount(code_at, weights=moved)
    found: Mask = moved | ((sold == 0) & (has_moved > 0))[code_at]
    return found
