"""The synthetic stocks, ETFs and indices, and their daily bars."""

from dataclasses import dataclass
from functools import lru_cache
from math import log

import numpy as np

from marketdata.blocks.dataset import Kind
from marketdata.catalog.calendar import trading_days
from marketdata.catalog.securities import Security, life
from marketdata.sources.synthetic.bars import Candles, DailyBars, Flags, Floats, Grid, Ints, axis
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


@dataclass(frozen=True, slots=True)
class Board:
    """A series of stock codes, 3 apart from `first` on, and the range of their listing dates."""

    first: int
    market: str
    count: int
    since: str
    until: str


BOARDS = (
    Board(600000, "SH", 90, "19991110", "20171231"),
    Board(603001, "SH", 30, "20150105", "20241231"),
    Board(688001, "SH", 30, "20190722", "20261231"),
    Board(1, "SZ", 50, "19910403", "20001231"),
    Board(2001, "SZ", 40, "20040625", "20201231"),
    Board(300001, "SZ", 45, "20091030", "20191231"),
    Board(301001, "SZ", 15, "20210824", "20261231"),
)


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
            code=f"{board.first + 3 * number:06}.{board.market}",
            name=f"合成{base + number + 1:04}",
            kind=Kind.STOCK,
            market=board.market,
            list_date=days[place],
        )
        for number, place in enumerate(places)
    ]


def equity_bars(seed: int, security: Security) -> DailyBars:
    """Draw all daily bars of a stock, an ETF or an index."""
    style = STYLES[security.kind]
    places = axis().between(*life(security))
    days = places.stop - places.start
    suspended = _suspended(seed, security, days)
    path, sigma = log_path(seed, security, suspended)
    factors = daily_factors(seed, security)
    close = style.grid.ticks(np.exp(path) / factors)
    # The ex-dividend reference price, from which the exchange also counts its price limit.
    before = day_before(close) * day_before(factors) / factors
    noise = generator(seed, f"{security.code}/days").standard_normal((days, 4))
    prices = _limited(candles(close, before, noise, sigma), before, limit_of(security))
    move = np.abs(np.diff(path, prepend=path[:1]))
    median = _between(generator(seed, f"{security.code}/volume"), style.lots)
    lots = np.ceil(median * np.exp(0.4 * noise[:, 3] + 8 * move)).astype(np.int64)
    return DailyBars(style.grid, places.start, prices, lots, suspended)


def log_path(seed: int, security: Security, suspended: Flags) -> tuple[Floats, float]:
    """Draw the logarithms of the closes before payouts.

    Also returns the daily volatility of the code's own share in them.
    """
    style = STYLES[security.kind]
    first = axis().between(*life(security)).start
    shape = generator(seed, f"{security.code}/shape")
    price, beta, own = (_between(shape, each) for each in (style.price, style.beta, style.sigma))
    noise = generator(seed, f"{security.code}/path").standard_normal(len(suspended))
    returns = beta * market_returns(seed)[first : first + len(suspended)] + own * noise
    border = 0.9 * limit_of(security)
    steps = np.where(suspended, 0.0, np.clip(returns, -border, border))
    path = fold(log(price) + np.cumsum(steps), log(price / 4), log(price * 4))
    return path, own


def limit_of(security: Security) -> float:
    """Return the daily price limit as a fraction of the previous close."""
    return 0.2 if security.code.startswith(("688", "30")) else 0.1


def _between(numbers: np.random.Generator, ends: tuple[float, float]) -> float:
    """Draw a number from a range, on a logarithmic scale."""
    return float(np.exp(numbers.uniform(log(ends[0]), log(ends[1]))))


def _limited(prices: Candles, before: Floats, limit: float) -> Candles:
    """Clip each day's prices to the limit around its reference price."""
    top, bottom = _rounded(before * (1 + limit)), _rounded(before * (1 - limit))
    opened = np.clip(prices.open, bottom, top)
    high, low = np.minimum(prices.high, top), np.maximum(prices.low, bottom)
    return Candles(opened, high, low, prices.close, average(opened, high, low, prices.close))


def _rounded(ticks: Floats) -> Ints:
    return np.floor(ticks + 0.5).astype(np.int64)


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
