"""A market of four securities whose bars are stored in memory."""

from collections.abc import Iterable, Mapping
from typing import Any

from marketdata.blocks.block import Block, BlockKey, unpack
from marketdata.blocks.dataset import Kind
from marketdata.blocks.days import days_of
from marketdata.catalog.securities import Catalog, Security
from marketdata.ingest.bars import BarIngest
from marketdata.ingest.quarantine import Quarantine
from marketdata.ingest.report import IngestReport
from marketdata.kline.bars import BarDataset, parse_bars
from marketdata.sources.source import BarRequest, FetchedBars
from tests.support.frames import STOCK, frame_of
from tests.support.memory import MemoryStore

CATALOG = Catalog(
    [
        Security("600000.SH", "", Kind.STOCK, "SH", "19991110"),
        Security("000001.SZ", "", Kind.STOCK, "SZ", "20240104"),
        Security("600001.SH", "", Kind.STOCK, "SH", "19980122", "20240103"),
        Security("V2401.DCE", "", Kind.FUTURE, "DCE", "20230117", "20240115"),
    ],
    refreshed_at="",
    source="files",
    first_days={},
)
NOW = 1_800_000_000
WEEK = ["20240102", "20240103", "20240104", "20240105"]
"""The trading days of the first week of 2024; Monday was a holiday."""


class Market:
    """A store, and the days that are final."""

    def __init__(self, final_until: str = "20241231", coverage_start: str = "19901219") -> None:
        self.store = MemoryStore()
        self.final_until = final_until
        self.coverage_start = coverage_start

    def ingest(self, fetched: FetchedBars, request: BarRequest) -> IngestReport:
        ingest = BarIngest(
            self.store,
            Quarantine(self.store.bucket),
            CATALOG,
            coverage_start=self.coverage_start,
            final_until=self.final_until,
            now=NOW,
        )
        return ingest.run(request, fetched)

    def take(
        self, bars: Iterable[Mapping[str, Any]], *codes: str, start: str = "20240101", **rest: Any
    ) -> IngestReport:
        """Store daily bars of some stocks, fetched for the first week of 2024."""
        request = BarRequest(STOCK, codes or ("600000.SH",), start, "20240107")
        sure = {"sure_until": dict.fromkeys(request.codes, request.end)}
        return self.ingest(FetchedBars(frame_of(STOCK, bars), **sure | rest), request)

    def block(self, dataset: BarDataset, code: str, part: str) -> tuple[Block, list[Any]]:
        key = BlockKey(dataset.name, code, part)
        block, text = unpack(key, self.store.read([key]).get(key, Block()))
        return block, list(parse_bars(text))

    def days(self, code: str = "600000.SH", part: str = "2024") -> dict[str, list[str]]:
        """Say of which days something is known."""
        coverage = self.block(STOCK, code, part)[0].coverage
        names = ("present", "absent", "suspended", "no_trade")
        found = {name: days_of(part, getattr(coverage, name)) for name in names}
        return {name: days for name, days in found.items() if days}
