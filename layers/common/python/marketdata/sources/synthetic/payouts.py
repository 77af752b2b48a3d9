"""Payouts of the synthetic stocks: cash about once a year, and now and then bonus shares."""

from collections.abc import Iterator
from math import ceil
from typing import NamedTuple

import numpy as np

from marketdata.blocks.dataset import Kind
from marketdata.catalog.calendar import last_known_day, trading_days
from marketdata.catalog.securities import Security, life
from marketdata.kline.adjust.steps import Steps
from marketdata.sources.synthetic.bars import START, Flags, Floats, axis
from marketdata.sources.synthetic.paths import generator

PAYS, PAYS_THIS_YEAR, GIVES_SHARES = 0.85, 0.9, 0.15
"""Fractions: of stocks that ever pay, of years in which one pays, and of payouts with shares."""

CASH = (0.005, 0.035)
"""Range of the cash paid, as a fraction of the price."""

SEASON = ("0501", "0731")
"""First and last day of the season of ex-dates, which follows annual reports and meetings."""

DECIMALS = 6


class Payout(NamedTuple):
    """A payout, always with cash.

    Attributes
    ----------
    day : str
        The ex-date.
    growth : float
        The factor by which the cumulative adjustment factor grows on it.
    gives_shares : bool
        Whether bonus shares come with the cash.
    """

    day: str
    growth: float
    gives_shares: bool


def steps(seed: int, security: Security) -> Steps:
    """Return the cumulative adjustment factors of a stock or a fund up to the calendar's end."""
    first = max(life(security)[0], START)
    days, factors = [first], [1.0]
    if security.kind is Kind.STOCK:
        for payout in payouts(seed, security):
            days.append(payout.day)
            factors.append(round(factors[-1] * payout.growth, DECIMALS))
    return Steps(tuple(days), tuple(factors), min(last_known_day(), life(security)[1]))


def daily_factors(seed: int, security: Security) -> Floats:
    """Return the factor for each day of a security's life on the axis."""
    places = axis().between(*life(security))
    known = steps(seed, security)
    starts = [axis().between(day, day).start - places.start for day in known.days]
    at = np.searchsorted(starts, np.arange(places.stop - places.start), side="right") - 1
    factors: Floats = np.array(known.factors)[np.maximum(at, 0)]
    return factors


def ex_days(seed: int, security: Security) -> tuple[Flags, Flags]:
    """Mark the days of a stock's life on the axis that are ex-right, and those ex-dividend."""
    places = axis().between(*life(security))
    right, dividend = np.zeros((2, places.stop - places.start), dtype=np.bool_)
    for payout in payouts(seed, security):
        place = axis().between(payout.day, payout.day).start - places.start
        dividend[place] = True
        right[place] = payout.gives_shares
    return right, dividend


def payouts(seed: int, security: Security) -> Iterator[Payout]:
    """Draw the payouts of a stock's life; none on its first day."""
    first, last = life(security)
    for payout in _drawn(seed, security):
        if max(first, START) < payout.day <= last:
            yield payout


def _drawn(seed: int, security: Security) -> Iterator[Payout]:
    numbers = generator(seed, f"{security.code}/dividends")
    if numbers.random() >= PAYS:
        return
    years = range(int(START[:4]), int(last_known_day()[:4]) + 1)
    draws = numbers.random((len(years), 4)).tolist()
    for year, (pays, when, cash, shares) in zip(years, draws, strict=True):
        days = trading_days("SH", *(f"{year}{day}" for day in SEASON))
        if pays < PAYS_THIS_YEAR and days:
            growth = 1 + CASH[0] + (CASH[1] - CASH[0]) * cash
            # Ten shares become eleven to thirteen.
            bonus = ceil(3 * shares / GIVES_SHARES) / 10 if shares < GIVES_SHARES else 0
            yield Payout(days[int(when * len(days))], growth * (1 + bonus), bonus > 0)
