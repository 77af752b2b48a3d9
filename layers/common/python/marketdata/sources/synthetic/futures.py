"""Daily bars of futures: prices around a product's path, and open interest that rolls over."""

from functools import lru_cache
from math import log

import numpy as np

from marketdata.catalog.securities import life
from marketdata.sources.synthetic.bars import Candles, DailyBars, Flags, Floats, Ints, axis
from marketdata.sources.synthetic.contracts import Contract
from marketdata.sources.synthetic.equities import equities, log_path
from marketdata.sources.synthetic.paths import candles, day_before, fold, generator
from marketdata.sources.synthetic.products import Product

THIN = 0.0006
"""Open interest of a contract that never becomes main, as a fraction of a main contract's."""

YOUNG = 0.002
"""Open interest that a future main contract has from its start, as a fraction of its peak."""

MIN_FINANCIAL_LOTS = 20


def contract_bars(seed: int, contract: Contract) -> DailyBars:
    """Draw all daily bars of a contract."""
    variety, code = contract.variety, contract.security.code
    places = axis().between(*life(contract.security))
    # The delivery month is part of the key, because CZCE reuses codes after ten years.
    key = f"{code}/{contract.delivery}"
    noise = generator(seed, f"{key}/days").standard_normal((places.stop - places.start, 6))
    left = contract.nominal_end - axis().ordinals[places]
    close = variety.grid.ticks(np.exp(_path(seed, contract, noise[:, 3], left)))
    interest = np.rint(_interest(contract, left) * np.exp(0.01 * noise[:, 4])).astype(np.int64)
    # On the last day nothing stays open, but many lots are traded.
    held = np.maximum(interest, np.concatenate([interest[:1], interest[:-1]]))
    lots = np.rint(0.8 * held * np.exp(0.35 * noise[:, 5])).astype(np.int64)
    if variety.market == "CFE":
        lots = np.maximum(lots, MIN_FINANCIAL_LOTS)
    if axis().days[places][-1] == contract.security.delist_date:
        interest[-1] = 0
    prices = _without_trade(
        candles(close, day_before(close), noise[:, :3], variety.sigma), lots == 0
    )
    suspended = np.zeros(len(lots), dtype=np.bool_)
    return DailyBars(
        variety.grid, places.start, prices, lots, suspended, _settle(contract, prices), interest
    )


def _path(seed: int, contract: Contract, noise: Floats, left: Ints) -> Floats:
    """Return the logarithms of the closes: the product's path plus a basis that converges to 0."""
    spot = _spot(seed, contract.variety)
    carry = generator(seed, f"{contract.security.code}/{contract.delivery}/carry").normal()
    share = 0.1 * contract.variety.sigma
    first = axis().between(*life(contract.security)).start
    basis = 2 * contract.variety.sigma * carry * np.maximum(left, 0) / 365
    return spot[first : first + len(left)] + basis + share * noise


@lru_cache(maxsize=64)
def _spot(seed: int, variety: Product) -> Floats:
    """Draw a product's path over the whole axis, as logarithms."""
    days = len(axis().days)
    if variety.underlying:
        index = next(each for each in equities(seed) if each.code == variety.underlying)
        return log_path(seed, index, np.zeros(days, dtype=np.bool_))[0]
    steps = variety.sigma * generator(seed, f"{variety.code}/spot").standard_normal(days)
    band = 40 * variety.sigma
    start = log(variety.price)
    return fold(start + np.cumsum(np.clip(steps, -0.06, 0.06)), start - band, start + band)


def _interest(contract: Contract, left: Ints) -> Floats:
    """Return the open interest in lots, given the calendar days left.

    Between two main contracts, the ratio of the later one's open interest to the earlier one's
    always grows, so the main contract rolls over once and never back.
    """
    variety = contract.variety
    main = int(contract.delivery[5:]) in variety.main_months
    peak = variety.lots * (1.0 if main else THIN)
    young = 1 - np.exp(-(np.arange(len(left)) + 1) / 4)
    days = np.maximum(left, 0)
    shape: Floats
    if variety.peak == 0:
        shape = (1 - np.exp(-days / 4)) * np.exp(-days / variety.width)
    else:
        hump = np.exp(-(((days - variety.peak) / variety.width) ** 2) / 2)
        shape = (1 - np.exp(-((days / 30) ** 2))) * (hump + (YOUNG if main else 0.0))
    return peak * young * shape


def _without_trade(prices: Candles, idle: Flags) -> Candles:
    """Set open, high and low to 0 on days without a trade, as exchanges do."""
    opened, high, low = (np.where(idle, 0, each) for each in (prices.open, prices.high, prices.low))
    return Candles(opened, high, low, prices.close, prices.vwap)


def _settle(contract: Contract, prices: Candles) -> Ints:
    """Return the settles: the last hour's price for stock index futures, else the day's average."""
    last_hour = (prices.close + prices.vwap) // 2
    settle = last_hour if contract.variety.underlying else prices.vwap
    return np.where(prices.open == 0, prices.close, settle)
