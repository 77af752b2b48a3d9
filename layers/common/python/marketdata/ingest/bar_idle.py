"""Rows that say that nothing was traded: they are no bars, neither good nor bad.

Only the upstream function imports this: it needs pandas.
"""

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from marketdata.blocks.dataset import Kind
from marketdata.ingest.bar_scope import in_scope
from marketdata.ingest.bar_values import Columns, Mask, blank, numbers, unpriced
from marketdata.kline.bars import OHLC
from marketdata.sources.source import BarRequest, Halt

MANY = 5
"""So many bars of a code, all without a volume, and it is the volume that the source lacks."""

_DAY = re.compile("[0-9]{8}")

type Halted = Mapping[str, Mapping[str, Halt]]


@dataclass(slots=True)
class Idle:
    """What rows say of nothing being traded.

    Attributes
    ----------
    rows : mask
        The rows that are no bars.
    no_trade : dict
        Code → days on which the source says that nothing was traded.
    moved : int
        How many of these days have prices that differ from each other.
    """

    rows: Mask
    no_trade: dict[str, set[str]] = field(default_factory=dict)
    moved: int = 0


def idle_rows(frame: pd.DataFrame, request: BarRequest, halted: Halted) -> Idle:
    """Find the rows that are no bars because nothing was traded.

    Parameters
    ----------
    frame : DataFrame
        Bars as `sources.source.FetchedBars` describes them, without float dust.
    request : BarRequest
        What was asked for.
    halted : mapping
        Code → day → why the source says there is no bar.

    Returns
    -------
    Idle
        Of stocks and funds a day without volume and amount, whatever stands for its prices: on a
        day that is halted it only repeats that, on another trading day it says that nothing was
        traded. Of futures a day without volume, price and settle; with a settle it is a bar. An
        index has a value on every trading day, so that a row without one is a bad bar. In
        minutes: a row without volume and price, which leaves the minute out, and the rows of a
        halted day of which none has a volume; any other minute without volume is a bar.
    """
    values = numbers(frame, request.dataset)
    silent = blank(values["volume"]) & blank(values["amount"])
    if not silent.any():
        return Idle(silent)
    if request.dataset.intraday:
        return Idle((silent & unpriced(values)) | _of_halted_days(frame, silent, halted))
    if request.dataset.kind is Kind.INDEX:
        return Idle(np.zeros(len(frame), dtype=bool))
    if request.dataset.kind is Kind.FUTURE:
        silent &= unpriced(values) & ~(values["settle"] > 0)
    else:
        silent &= _sane(values)
    return _judged(frame, request, halted, silent, values)


def _judged(
    frame: pd.DataFrame, request: BarRequest, halted: Halted, silent: Mask, values: Columns
) -> Idle:
    """Say of daily rows without a trade what they mean on their days."""
    found = Idle(np.zeros(len(frame), dtype=bool))
    no_trade: defaultdict[str, set[str]] = defaultdict(set)
    rows = frame[silent]
    codes, days = (rows[name].to_numpy(object).tolist() for name in ("code", "trade_date"))
    requested, trading = in_scope(rows, request)
    says_nothing, says_none = unpriced(values)[silent], (values["volume"] == 0)[silent]
    moved = (values["high"] > values["low"])[silent]
    unknown = _without_any_volume(frame, request, values, silent)[silent]
    for at, place in enumerate(np.flatnonzero(silent)):
        code, day = codes[at], days[at]
        if not requested[at]:
            continue
        if day in halted.get(code, ()):
            found.rows[place] = True
        elif not trading[at]:
            # Calendars filled up with the last price; a day in another form stays a bad bar.
            found.rows[place] = bool(_DAY.fullmatch(day))
        elif unknown[at]:
            continue
        elif says_none[at]:
            found.rows[place] = True
            found.moved += int(moved[at])
            no_trade[code].add(day)
        else:
            # Neither a price nor a volume: as good as no row. With a price it is a bad bar.
            found.rows[place] = says_nothing[at]
    found.no_trade = dict(no_trade)
    return found


def _sane(values: Columns) -> Mask:
    """Mark the rows with prices that may be: a price below 0 makes any row a bad bar."""
    prices = np.array([values[name] for name in OHLC])
    sane: Mask = (np.isnan(prices) | ((prices >= 0) & np.isfinite(prices))).all(axis=0)
    return sane


def _without_any_volume(
    frame: pd.DataFrame, request: BarRequest, values: Columns, silent: Mask
) -> Mask:
    """Mark the bars of stocks and funds for which the source has no volumes at all.

    Prices that change from day to day were traded at. Days that were filled up with the last bar
    have its prices again and again.
    """
    if request.dataset.kind is Kind.FUTURE:
        return np.zeros(len(frame), dtype=bool)
    none = silent & (values["volume"] == 0) & ~unpriced(values)
    code_at, codes = pd.factorize(frame["code"].to_numpy(object), use_na_sentinel=False)
    rows, without = np.bincount(code_at), np.bincount(code_at, weights=none)
    lacking = np.zeros(len(codes), dtype=bool)
    for code in np.flatnonzero((rows >= MANY) & (without == rows)):
        of_code = frame.loc[code_at == code, list(OHLC)]
        lacking[code] = 2 * len(of_code.drop_duplicates()) > len(of_code)
    return lacking[code_at]


def _of_halted_days(frame: pd.DataFrame, silent: Mask, halted: Halted) -> Mask:
    """Mark the minutes of halted days of which no minute has a volume."""
    found = np.zeros(len(frame), dtype=bool)
    if not halted:
        return found
    codes, days = (frame[name].to_numpy(object) for name in ("code", "trade_date"))
    for code, closed in halted.items():
        of_code = np.flatnonzero(codes == code)
        for day in closed:
            places = of_code[days[of_code] == day]
            found[places] = silent[places].all()
    return found
