"""The synthetic stocks, ETFs and indices, and their daily bars."""

from dataclasses import dataclass
from functools import lru_cache
from math import log
from typing import NamedTuple

import numpy as np

from marketdata.blocks.dataset import Kind
from marketdata.catalog.calendar import trading_days
from marketdata.catalog.securities import Security, life
from marketdata.sources.synthetic.bars import Candles, DailyBars, Flags, Floats, Grid, Ints, axis
from marketdata.sources.synthetic.boards import BOARDS, Board
from marketdata.sources.synthetic.limits import (
    SPECIAL_PERCENT,
    PriceLimits,
    limit_percent,
    limits_around,
    special_days,
)
from marketdata.sources.synthetic.paths import (
    average,
    candles,
    day_before,
    fold,
    generator,
    market_returns,
)
from marketdata.sources.synthetic.payouts import daily_factors

INDICES = {
    "000001.SH": "上证指数",
    "000016.SH": "上证50",
    "000300.SH": "沪深300",
    "000688.SH": "科创50",
    "000852.SH": "中证1000",
    "000905.SH": "中证500",
    "399001.SZ": "深证成指",
    "399006.SZ": "创业板指",
}
FUNDS = ("159915.SZ", "159919.SZ", "510050.SH", "510300.SH", "510500.SH", "512100.SH", "588000.SH")
DELISTED = 8
HALTS_A_DAY = 0.0015
HALT_DAYS = 9.0

SPECIAL_MOVES = log(1 - SPECIAL_PERCENT / 100), log(1 + SPECIAL_PERCENT / 100)
"""The largest moves of a path under special treatment: to the limits and no further."""


@dataclass(frozen=True, slots=True)
class Style:
    """The look of a kind's bars; pairs are ranges to draw from.

    Attributes
    ----------
    grid : Grid
        The tick and the lot.
    price : pair of float
        Price at the start of the path; before payouts, the path stays between a quarter of it and
        four times it.
    beta, sigma : pair of float
        Exposure to the market's return, and the daily volatility of the rest.
    lots : pair of float
        Median of the daily volume, in lots.
    """

    grid: Grid
    price: tuple[float, float]
    beta: tuple[float, float]
    sigma: tuple[float, float]
    lots: tuple[float, float]


STYLES = {
    Kind.STOCK: Style(Grid(1, 100, 100, 1.0), (10, 60), (0.6, 1.4), (0.012, 0.024), (2e4, 4e5)),
    # Lots of 1,000 shares, because a tick of 0.001 yuan times 100 shares is not a whole yuan.
    Kind.ETF: Style(Grid(1, 1000, 1000, 1.0), (0.8, 4), (0.9, 1.1), (0.002, 0.004), (5e4, 1e6)),
    # An index point is not a yuan: 1 / 256 makes a share worth about 16 yuan at 4,000 points.
    Kind.INDEX: Style(
        Grid(1, 100, 100, 1 / 256), (2e3, 6e3), (0.9, 1.1), (0.002, 0.005), (5e7, 2e8)
    ),
}


@lru_cache(maxsize=4)
def equities(seed: int) -> tuple[Security, ...]:
    """Return all stocks, ETFs and indices, including those listed after today."""
    stocks = [stock for board in BOARDS for stock in _board(seed, board)]
    gone = 1 + generator(seed, "delisted").permutation(BOARDS[0].count - 1)[:DELISTED]
    days = trading_days("SH", "20180101", "20241231")
    for place in gone:
        stock = stocks[place]
        ends = days[int(generator(seed, stock.code + "/end").integers(len(days)))]
        stocks[place] = Security(
            stock.code, f"{stock.name}(退)", Kind.STOCK, "SH", stock.list_date, ends
        )
    indices = [
        Security(code, f"合成{name}", Kind.INDEX, code[-2:]) for code, name in INDICES.items()
    ]
    funds = [
        Security(code, f"合成ETF{number:02}", Kind.ETF, code[-2:], "20130104")
        for number, code in enumerate(FUNDS, 1)
    ]
    return (*stocks, *funds, *indices)


def _board(seed: int, board: Board) -> list[Security]:
    days = trading_days("SH", board.since, board.until)
    key = f"board {board.first}.{board.market}"
    places = np.sort(generator(seed, key).integers(len(days), size=board.count))
    # Everyone's first example is 600000.SH: a board's first code is its oldest, and never delisted.
    places[0] = 0
    base = sum(other.count for other in BOARDS[: BOARDS.index(board)])
    return [
        Security(
            code=board.code(number),
            name=f"合成{base + number + 1:04}",
            kind=Kind.STOCK,
            market=board.market,
            list_date=days[place],
        )
        for number, place in enumerate(places)
    ]


class Course(NamedTuple):
    """The course of an equity, before a bar is drawn around any close.

    Attributes
    ----------
    path : array of float
        The logarithms of the closes before payouts.
    sigma : float
        The daily volatility of the code's own share in it.
    close : array of int
        The closes in ticks.
    before : array of float
        The ex-dividend reference price of each day, in ticks, before it is rounded.
    limits : PriceLimits
        What the exchange states; no price is outside them.
    suspended, special : array of bool
        Days on which it is suspended, and under special treatment.
    """

    path: Floats
    sigma: float
    close: Ints
    before: Floats
    limits: PriceLimits
    suspended: Flags
    special: Flags


def equity_bars(seed: int, security: Security) -> DailyBars:
    """Draw all daily bars of a stock, an ETF or an index."""
    style = STYLES[security.kind]
    first = axis().between(*life(security)).start
    course = course_of(seed, security)
    days = len(course.close)
    noise = generator(seed, f"{security.code}/days").standard_normal((days, 4))
    drawn = candles(course.close, course.before, noise, course.sigma)
    prices = _limited(drawn, course.limits)
    move = np.abs(np.diff(course.path, prepend=course.path[:1]))
    median = _between(generator(seed, f"{security.code}/volume"), style.lots)
    lots = np.ceil(median * np.exp(0.4 * noise[:, 3] + 8 * move)).astype(np.int64)
    return DailyBars(style.grid, first, prices, lots, course.suspended)


def course_of(seed: int, security: Security) -> Course:
    """Draw the closes of a stock, an ETF or an index, and the limits around them."""
    special = special_days(seed, security)
    suspended = _suspended(seed, security, len(special))
    percent = np.where(special, SPECIAL_PERCENT, limit_percent(security))
    path, sigma = log_path(seed, security, suspended, special)
    factors = daily_factors(seed, security)
    close = STYLES[security.kind].grid.ticks(np.exp(path) / factors)
    if special.any():
        close = _settled(close, path, factors, suspended, special, percent)
    before = day_before(close) * day_before(factors) / factors
    return Course(path, sigma, close, before, limits_around(before, percent), suspended, special)


def _settled(  # noqa: PLR0917  arrays of the same days
    close: Ints, path: Floats, factors: Floats, suspended: Flags, special: Flags, percent: Ints
) -> Ints:
    """Put closes on the limit that a path under special treatment goes to.

    Rounding would carry some beyond it. The day after, and suspended days, take up from there.
    """
    found = close.tolist()
    moves = np.diff(path, prepend=path[:1])
    top, bottom = (moves >= SPECIAL_MOVES[1] - 1e-9), (moves <= SPECIAL_MOVES[0] + 1e-9)
    falls = (day_before(factors) / factors).tolist()
    following = False
    for place in range(1, len(found)):
        if not special[place] and not following:
            continue
        pre_close, up, down = map(
            int, limits_around(found[place - 1] * falls[place], int(percent[place]))
        )
        if suspended[place]:
            found[place] = pre_close
        elif special[place] and (top[place] or bottom[place]):
            found[place] = up if top[place] else down
        found[place] = min(max(found[place], down), up)
        following = bool(special[place] or suspended[place])
    return np.array(found, dtype=np.int64)


def log_path(
    seed: int, security: Security, suspended: Flags, special: Flags | None = None
) -> tuple[Floats, float]:
    """Draw the logarithms of the closes before payouts.

    Also returns the daily volatility of the code's own share in them.
    """
    style = STYLES[security.kind]
    first = axis().between(*life(security)).start
    shape = generator(seed, f"{security.code}/shape")
    price, beta, own = (_between(shape, each) for each in (style.price, style.beta, style.sigma))
    noise = generator(seed, f"{security.code}/path").standard_normal(len(suspended))
    returns = beta * market_returns(seed)[first : first + len(suspended)] + own * noise
    border = 0.9 * limit_percent(security) / 100
    clipped = np.clip(returns, -border, border)
    if special is not None:
        clipped = np.where(special, np.clip(returns, *SPECIAL_MOVES), clipped)
    steps = np.where(suspended, 0.0, clipped)
    path = fold(log(price) + np.cumsum(steps), log(price / 4), log(price * 4))
    return path, own


def _between(numbers: np.random.Generator, ends: tuple[float, float]) -> float:
    """Draw a number from a range, on a logarithmic scale."""
    return float(np.exp(numbers.uniform(log(ends[0]), log(ends[1]))))


def _limited(prices: Candles, limits: PriceLimits) -> Candles:
    """Clip each day's prices to its limits."""
    opened = np.clip(prices.open, limits.down, limits.up)
    high, low = np.minimum(prices.high, limits.up), np.maximum(prices.low, limits.down)
    return Candles(opened, high, low, prices.close, average(opened, high, low, prices.close))


def _suspended(seed: int, security: Security, days: int) -> Flags:
    """Draw the days on which a stock is suspended: occasional runs of several days."""
    if security.kind is not Kind.STOCK:
        return np.zeros(days, dtype=np.bool_)
    draws = generator(seed, f"{security.code}/halts").random((days, 2))
    starts = np.flatnonzero(draws[:, 0] < HALTS_A_DAY)
    lengths = 1 + (-HALT_DAYS * np.log1p(-draws[starts, 1])).astype(np.int64)
    edges = np.zeros(days + 1, dtype=np.int64)
    np.add.at(edges, starts, 1)
    np.add.at(edges, np.minimum(starts + lengths, days), -1)
    return np.cumsum(edges[:-1]) > 0
