"""What is read of a source, once, as long as the same days are final."""

from collections.abc import Iterable
from functools import cached_property, lru_cache
from typing import Any, Protocol

import pandas as pd

from marketdata.blocks.dataset import Kind, Period
from marketdata.catalog.calendar import first_known_day
from marketdata.catalog.securities import Security
from marketdata.kline.adjust.steps import Steps
from marketdata.kline.bars import BarDataset
from marketdata.sources.source import (
    BarRequest,
    FactorRequest,
    HasMembers,
    HasStatus,
    Source,
    StatusRequest,
)

from .codes import TYPES, theirs
from .groups import Groups
from .histories import History, history_of
from .minutes import intraday_bars

MARKETS = frozenset({"SH", "SZ"})


class MarketSource(Source, HasStatus, HasMembers, Protocol):
    """A source of all that is needed."""


class Readings:
    """Reads a source.

    Parameters
    ----------
    source : MarketSource
        Where everything comes from.
    codes : frozenset of str, optional
        The only codes, in our spelling, that count.
    final : str
        The last day that there may be a daily bar of.
    """

    def __init__(self, source: MarketSource, codes: frozenset[str] | None, final: str) -> None:
        self._source = source
        self._codes = codes
        self._final = final
        self._histories: dict[str, History | None] = {}
        self.groups = Groups(source)
        self.minutes = lru_cache(maxsize=8)(self._minutes)

    @cached_property
    def securities(self) -> dict[str, Security]:
        """All that BaoStock has, by its code: nothing of Beijing, and no futures."""
        wanted = {
            theirs(each.code): each
            for each in self._source.list_securities().securities
            if each.kind in TYPES and each.market in MARKETS
        }
        return {
            code: wanted[code]
            for code in sorted(wanted)
            if self._codes is None or wanted[code].code in self._codes
        }

    @cached_property
    def steps(self) -> dict[str, Steps]:
        """The factors of the stocks, by our code."""
        stocks = [each.code for each in self.securities.values() if each.kind is Kind.STOCK]
        return self._source.fetch_factors(FactorRequest(Kind.STOCK, tuple(stocks))).steps

    def history(self, security: Security) -> History | None:
        """Return a code's history; None if there is no bar of it."""
        self.read([security])
        return self._histories[security.code]

    def read(self, wanted: Iterable[Security]) -> None:
        """Read the histories of some codes, which is faster than one by one."""
        missing = [each for each in wanted if each.code not in self._histories]
        for kind in {each.kind for each in missing}:
            self._read(kind, [each for each in missing if each.kind is kind])

    def _read(self, kind: Kind, wanted: list[Security]) -> None:
        first, codes = first_known_day("SH"), tuple(each.code for each in wanted)
        request = BarRequest(BarDataset(kind, Period.DAILY), codes, first, self._final)
        fetched = self._source.fetch_bars(request)
        bars, none = _by_code(fetched.frame), fetched.frame.iloc[:0]
        status = dict[str, pd.DataFrame]()
        if kind is Kind.STOCK:
            stated = self._source.fetch_status(StatusRequest(codes, first, self._final))
            status = _by_code(stated.frame)
        for each in wanted:
            halted = fetched.halted.get(each.code, {})
            self._histories[each.code] = history_of(
                each,
                bars.get(each.code, none),
                [day for day, why in halted.items() if why == "suspended"],
                status.get(each.code),
                self._final,
            )

    def _minutes(self, request: BarRequest) -> list[tuple[str, dict[str, Any]]]:
        return intraday_bars(self._source, request)


def _by_code(frame: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Return the rows of each code, with days as numbers."""
    numbered = frame.assign(trade_date=frame["trade_date"].astype("int64"))
    return {str(code): rows for code, rows in numbered.groupby("code")}
