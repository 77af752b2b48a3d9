"""The status of the synthetic stocks, as their made-up exchange states it."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from marketdata.blocks.dataset import Kind
from marketdata.catalog.securities import Security, life
from marketdata.sources.source import join_status
from marketdata.sources.synthetic.bars import axis
from marketdata.sources.synthetic.equities import STYLES, course_of
from marketdata.sources.synthetic.frames import Columns
from marketdata.sources.synthetic.limits import free_days
from marketdata.sources.synthetic.payouts import ex_days


def status_frame(seed: int, stocks: Sequence[Security], places: slice) -> pd.DataFrame:
    """Draw the status of stocks at some positions of the axis; see `FetchedStatus`."""
    parts = [_columns(seed, stock, places) for stock in stocks]
    if not parts:
        return join_status([])
    return pd.DataFrame({name: np.concatenate([part[name] for part in parts]) for name in parts[0]})


def _columns(seed: int, stock: Security, places: slice) -> Columns:
    lived = axis().between(*life(stock))
    course = course_of(seed, stock)
    right, dividend = ex_days(seed, stock)
    first = max(places.start, lived.start)
    days = slice(first - lived.start, max(min(places.stop, lived.stop), first) - lived.start)
    grid = STYLES[Kind.STOCK].grid
    free = free_days(stock, len(course.close))
    columns = {
        "pre_close": grid.prices(course.limits.pre_close),
        "limit_up": np.where(free, np.nan, grid.prices(course.limits.up)),
        "limit_down": np.where(free, np.nan, grid.prices(course.limits.down)),
        "is_st": course.special,
        "suspended": course.suspended,
        "ex_right": right,
        "ex_dividend": dividend,
    }
    names = np.array(axis().days[lived][days], dtype=object)
    return {
        "code": np.full(len(names), stock.code, dtype=object),
        "trade_date": names,
        **{name: values[days].astype(np.float64) for name, values in columns.items()},
    }
