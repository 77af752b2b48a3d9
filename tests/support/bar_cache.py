"""A cache in memory, a source behind it, and questions to both."""

from collections.abc import Iterable
from typing import Any

import orjson

from marketdata.blocks.block import BlockKey
from marketdata.blocks.dataset import Dataset, Kind, Period
from marketdata.catalog.calendar import trading_days
from marketdata.catalog.securities import FIRST_DATE, Catalog, Security, life
from marketdata.errors import UpstreamError
from marketdata.ingest.bars import BarIngest
from marketdata.ingest.quarantine import Quarantine
from marketdata.kline.bars import BarDataset
from marketdata.kline.reader import KlineQuestion, KlineReader
from marketdata.kline.rows import RowSet
from marketdata.sources.source import BarRequest, FetchedBars, Halt
from tests.support.answers import content_of
from tests.support.frames import GOOD, bar, frame_of
from tests.support.memory import MemoryStore

SECURITIES = [
    Security("600000.SH", "", Kind.STOCK, "SH", "19991110"),
    Security("000001.SZ", "", Kind.STOCK, "SZ", "19910403"),
    Security("600001.SH", "", Kind.STOCK, "SH", "19980122", "20240103"),
    Security("001300.SZ", "", Kind.STOCK, "SZ", "20240104"),
    Security("832000.BJ", "", Kind.STOCK, "BJ", "20211115"),
    Security("000300.SH", "", Kind.INDEX, "SH", "20050408"),
]
NOW = 1_800_000_000
STOCKS = frozenset({Kind.STOCK, Kind.INDEX, Kind.ETF})
WEEK = ["20240102", "20240103", "20240104", "20240105"]
"""The trading days of the first week of 2024; Monday was a holiday."""


def _size(code: str) -> dict[str, float]:
    """Give volume and amount; no two securities have the same, or their bars would be suspected."""
    place = next(place for place, each in enumerate(SECURITIES) if each.code == code)
    return {"volume": GOOD["volume"] * (1 + place), "amount": GOOD["amount"] * (1 + place)}


class BarCache:
    """Reads from a store in memory; a source that has a bar of every day fills its gaps."""

    def __init__(self, final_until: str = "20241231") -> None:
        self.store = MemoryStore()
        self.final_until = final_until
        self.catalog = Catalog(SECURITIES, "", "files", {"index.daily": "20240103"})
        self.halted: set[str] = set()
        self.fault: UpstreamError | None = None
        self.calls: list[tuple[list[str], str, str]] = []
        self.reported: list[BlockKey] = []

    def fetch(
        self, dataset: Dataset, codes: list[str], start: str, end: str, seconds: float
    ) -> None:
        assert 1 <= seconds <= 20
        self.calls.append((codes, start, end))
        if self.fault:
            raise self.fault
        self.fill(codes, start, end, BarDataset.parse(dataset.name))

    def fill(
        self,
        codes: Iterable[str],
        start: str,
        end: str,
        dataset: BarDataset = BarDataset(Kind.STOCK, Period.DAILY),  # noqa: B008  it never changes
        **values: Any,
    ) -> None:
        """Store what the source has of some codes."""
        request = BarRequest(dataset, tuple(codes), start, end)
        bars = [
            bar(**_size(code) | {"code": code, "trade_date": day} | values)
            for code in request.codes
            for day in trading_days("SH", start, end)
            if self._alive(code, day) and day not in self.halted
        ]
        suspended: dict[str, Halt] = dict.fromkeys(self.halted, "suspended")
        halted = dict.fromkeys(request.codes, suspended)
        sure_until = dict.fromkeys(request.codes, end)
        self.take(request, FetchedBars(frame_of(dataset, bars), halted, sure_until=sure_until))

    def take(self, request: BarRequest, fetched: FetchedBars) -> None:
        """Store what a source gave."""
        ingest = BarIngest(
            self.store,
            Quarantine(self.store.bucket),
            self.catalog,
            coverage_start=self.catalog.coverage_start(request.dataset) or FIRST_DATE,
            final_until=self.final_until,
            now=NOW,
        )
        ingest.run(request, fetched)

    def _alive(self, code: str, day: str) -> bool:
        security = self.catalog.get(code)
        assert security is not None
        first, last = life(security)
        return first <= day <= last

    def read(
        self,
        *codes: str,
        start: str = "20240101",
        end: str = "20240107",
        period: Period = Period.DAILY,
        kinds: frozenset[Kind] = STOCKS,
    ) -> RowSet:
        """Ask for bars, by default for daily ones of the first week of 2024."""
        question = KlineQuestion(kinds, codes or ("600000.SH",), start, end, period)
        return self.reader().read(question)

    def reader(self) -> KlineReader:
        """Return what answers questions."""
        return KlineReader(
            self.store,
            self.catalog,
            self.fetch,
            lambda _: self.final_until,
            "files",
            NOW,
            self.reported.extend,
        )


def days(reading: RowSet, code: str = "600000.SH") -> list[str]:
    """Give the days of one code's rows."""
    return [row["trade_date"] for row in reading.parsed(code)]


def envelope(reading: RowSet) -> dict[str, Any]:
    """Give the answer as a client reads it."""
    found: dict[str, Any] = orjson.loads(content_of(reading).body())
    return found
