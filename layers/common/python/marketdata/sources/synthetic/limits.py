"""The rules of the made-up exchange for a stock's day: price limits, and special treatment (ST)."""

from typing import NamedTuple

import numpy as np

from marketdata.blocks.dataset import Kind
from marketdata.catalog.calendar import trading_days
from marketdata.catalog.securities import Security, life
from marketdata.sources.synthetic.bars import START, Flags, Floats, Ints, axis
from marketdata.sources.synthetic.boards import BOARDS
from marketdata.sources.synthetic.paths import generator

YOUNG_BOARDS = ("688", "30")
"""Their stocks have the wider limits, and are never under special treatment."""

PERCENT, YOUNG_PERCENT, SPECIAL_PERCENT = 10, 20, 5
"""Price limits in percent of the previous close."""

FREE_DAYS, YOUNG_FREE_DAYS = 1, 5
"""Days from its listing on during which a stock has no limit."""

SPECIAL = 0.06
"""Fraction of the stocks of the old boards that are under special treatment at some time."""

SPECIAL_SINCE = "20150601", "20251031"
"""First and last day on which a run of special treatment begins."""

SPECIAL_RUNS = 2
SPECIAL_DAYS = 60, 750
"""How often a stock is put under special treatment, and the range of days that it lasts."""

GRACE_DAYS = 250
"""Days from its listing on during which a stock is not put under special treatment."""

EXAMPLES = frozenset(board.code(0) for board in BOARDS)
"""Everyone's first examples, such as 600000.SH, which are never put under special treatment."""


class PriceLimits(NamedTuple):
    """What the exchange states before each day, in ticks.

    Attributes
    ----------
    pre_close : array of int
        The previous close, on an ex-date less the payout.
    up, down : array of int
        The highest and the lowest price; on free days those within which the price stays anyway.
    """

    pre_close: Ints
    up: Ints
    down: Ints


def limit_percent(security: Security) -> int:
    """Return the usual price limit in percent of the previous close."""
    return YOUNG_PERCENT if security.code.startswith(YOUNG_BOARDS) else PERCENT


def limits_around(before: Floats | float, percent: Ints | int) -> PriceLimits:
    """Return the limits around reference prices in ticks, rounded half up as exchanges do."""
    pre_close = np.floor(np.asarray(before) + 0.5).astype(np.int64)
    up, down = ((2 * pre_close * (100 + side * percent) + 100) // 200 for side in (1, -1))
    return PriceLimits(pre_close, up, down)


def free_days(security: Security, days: int) -> Flags:
    """Mark the days, counted from the first one on the axis, on which no limit applies."""
    free = np.zeros(days, dtype=np.bool_)
    if (security.list_date or "") >= START:
        free[: YOUNG_FREE_DAYS if limit_percent(security) == YOUNG_PERCENT else FREE_DAYS] = True
    return free


def special_days(seed: int, security: Security) -> Flags:
    """Draw the days of a security's life on the axis on which it is under special treatment."""
    marked = np.zeros(len(axis().days), dtype=np.bool_)
    numbers = generator(seed, f"{security.code}/special")
    may_be = security.kind is Kind.STOCK and security.code not in EXAMPLES
    if may_be and not security.code.startswith(YOUNG_BOARDS) and numbers.random() < SPECIAL:
        days = trading_days("SH", *SPECIAL_SINCE)
        starts = numbers.integers(len(days), size=SPECIAL_RUNS)
        lengths = numbers.integers(*SPECIAL_DAYS, size=SPECIAL_RUNS)
        for start, length in zip(starts.tolist(), lengths.tolist(), strict=True):
            first = axis().between(days[start], days[start]).start
            marked[first : first + length] = True
    special = marked[axis().between(*life(security))]
    if (security.list_date or "") >= START:
        special[:GRACE_DAYS] = False
    return special
