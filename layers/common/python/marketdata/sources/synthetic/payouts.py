"""What synthetic stocks pay out: cash about once a year, and now and then bonus shares."""

from collections.abc import Iterator
from math import ceil

import numpy as np

from marketdata.blocks.dataset import Kind
from marketdata.catalog.calendar import last_known_day, trading_days
from marketdata.catalog.securities import Security, life
from marketdata.kline.adjust.steps import Steps
from marketdata.sources.synthetic.bars import START, Floats, axis
from marketdata.sources.synthetic.paths import generator

PAYS, PAYS_THIS_YEAR, GIVES_SHARES = 0.85, 0.9, 0.15
"""Shares: of the stocks, that ever pay; of years, in which one does; of those, with shares too."""

CASH = (0.005, 0.035)
"""Range of what is paid, as a share of the price."""

SEASON = ("0501", "0731")
"""Ex-dates follow the general meetings, which follow the annual reports."""

DECIMALS = 6


def steps(seed: int, security: Security) -> Steps:
    """Give the cumulative factors of a stock or a fund until the calendar's end."""
    first = max(life(security)[0], START)
    days, factors = [first], [1.0]
    if security.kind is Kind.STOCK:
        for day, growth in _payouts(seed, security):
            if first < day <= life(security)[1]:
                days.append(day)
                factors.append(round(factors[-1] * growth, DECIMALS))
    return Steps(tuple(days), tuple(factors), min(last_known_day(), life(security)[1]))


def daily_factors(seed: int, security: Security) -> Floats:
    """Give the factor of each day of a life, from the axis' first day on."""
    places = axis().between(*life(security))
    known = steps(seed, security)
    starts = [axis().between(day, day).start - places.start for day in known.days]
    at = np.searchsorted(starts, np.arange(places.stop - places.start), side="right") - 1
    factors: Floats = np.array(known.factors)[np.maximum(at, 0)]
    return factors


def _payouts(seed: int, security: Security) -> Iterator[tuple[str, float]]:
    """Draw ex-dates, and by how much a share grows on each."""
    numbers = generator(seed, f"{security.code}/dividends")
    if numbers.random() >= PAYS:
        return
    years = range(int(START[:4]), int(last_known_day()[:4]) + 1)
    draws = numbers.random((len(years), 4)).tolist()
    for year, (pays, when, cash, shares) in zip(years, draws, strict=True):
        days = trading_days("SH", *(f"{year}{day}" for day in SEASON))
        if pays < PAYS_THIS_YEAR and days:
            growth = 1 + CASH[0] + (CASH[1] - CASH[0]) * cash
            # Of ten shares come eleven to thirteen.
            bonus = ceil(3 * shares / GIVES_SHARES) / 10 if shares < GIVES_SHARES else 0
            yield days[int(when * len(days))], growth * (1 + bonus)
