"""A store of factors in memory, and a source that has some."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

import orjson

from marketdata.blocks.dataset import Kind
from marketdata.catalog.securities import Security
from marketdata.errors import UpstreamError
from marketdata.ingest.factors import save_factors
from marketdata.kline.adjust.adjuster import Adjuster
from marketdata.kline.adjust.steps import Mode, Steps
from marketdata.kline.gaps import DEADLINE
from marketdata.kline.rows import Piece, RowSet
from marketdata.sources.source import FactorRequest, FetchedFactors
from tests.support.memory import MemoryStore

NOW = datetime(2024, 1, 5, 10, tzinfo=UTC)
FINAL = "20240105"
SECURITIES = {
    each.code: each
    for each in (
        Security("600000.SH", "", Kind.STOCK, "SH", "19991110"),
        Security("600001.SH", "", Kind.STOCK, "SH", "19980122", "20240103"),
        Security("000001.SZ", "", Kind.STOCK, "SZ", "19910403"),
        Security("510300.SH", "", Kind.ETF, "SH", "20120528"),
        Security("000300.SH", "", Kind.INDEX, "SH", "20050408"),
    )
}
HALVED = Steps(("20230104", "20240104"), (1.0, 2.0), FINAL)
"""A share became two on 4 January 2024."""
WEEK = ("20240102", "20240103", "20240104", "20240105")


@dataclass
class FactorMarket:
    """A store of factors, and a source that has some."""

    steps: dict[str, Steps] = field(default_factory=lambda: {"600000.SH": HALVED})
    store: MemoryStore = field(default_factory=MemoryStore)
    fault: UpstreamError | None = None
    calls: list[tuple[str, list[str]]] = field(default_factory=list)
    now: datetime = NOW
    seconds: float = 0.0

    def fetch(self, kind: str, codes: list[str], seconds: float) -> None:
        assert 1 <= seconds <= DEADLINE
        self.calls.append((kind, codes))
        if self.fault:
            raise self.fault
        self.save(Kind(kind), *codes)

    def save(self, kind: Kind, *codes: str, final_until: str = FINAL) -> dict[str, str]:
        found = FetchedFactors({code: self.steps[code] for code in codes if code in self.steps})
        request = FactorRequest(kind, codes)
        return save_factors(self.store, request, found, final_until, self.now.isoformat())

    def adjuster(
        self,
        mode: Mode = Mode.FORWARD,
        end: str = FINAL,
        final_until: str = FINAL,
        anchor: str = "",
    ) -> Adjuster:
        return Adjuster(
            mode,
            self.store,
            self.fetch,
            end,
            final_until,
            now=lambda: self.now,
            anchor=anchor,
            clock=lambda: self.seconds,
        )

    def read(
        self,
        *codes: str,
        mode: Mode = Mode.FORWARD,
        days: tuple[str, ...] = WEEK,
        final_until: str = FINAL,
        anchor: str = "",
    ) -> RowSet:
        adjuster = self.adjuster(mode, days[-1], final_until, anchor)
        pieces = {code: [piece_of(day) for day in days] for code in codes}
        meta = {"complete": True, "warnings": []}
        return adjuster.told(RowSet(adjuster.apply(SECURITIES, pieces), meta))


def piece_of(day: str) -> Piece:
    """Give the piece of one bar, whose prices are 8."""
    prices = dict.fromkeys(("open", "high", "low", "close"), 8.0)
    return Piece.of(orjson.dumps({"trade_date": day, **prices, "volume": 100, "amount": 800.0}))
