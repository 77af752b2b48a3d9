"""Which fetched rows are of a code and a day that were asked for.

Only the upstream function imports this: it needs pandas.
"""

import numpy as np
import pandas as pd

from marketdata.catalog.calendar import trading_days
from marketdata.catalog.securities import market_of
from marketdata.ingest.bar_values import Mask
from marketdata.sources.source import BarRequest


def in_scope(frame: pd.DataFrame, request: BarRequest) -> tuple[Mask, Mask]:
    """Mark the bars that were requested, and those on a trading day of their market.

    There are few codes and few days, so each is looked up once instead of once per bar.
    """
    code_at, codes = pd.factorize(frame["code"], use_na_sentinel=False)
    day_at, days = pd.factorize(frame["trade_date"], use_na_sentinel=False)
    wanted = set(request.codes)
    markets = sorted({market_of(code) for code in wanted})
    calendars = [set(trading_days(market, request.start, request.end)) for market in markets]
    asked_codes = np.array([code in wanted for code in codes], dtype=bool)
    asked_days = np.array([request.start <= str(day) <= request.end for day in days], dtype=bool)
    trading = np.array([[day in open_days for day in days] for open_days in calendars], dtype=bool)
    calendar_of = np.array(
        [markets.index(market_of(code)) if code in wanted else 0 for code in codes], dtype=int
    )
    requested = asked_codes[code_at] & asked_days[day_at]
    return requested, trading[calendar_of[code_at], day_at]
