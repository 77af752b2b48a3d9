"""What the upstream function makes of a source."""

from datetime import timedelta
from typing import Any

import pytest

from marketdata.blocks.block import BlockKey
from marketdata.blocks.dataset import Kind
from marketdata.ingest.quarantine import Quarantine
from marketdata.kline.adjust.factors import read_factors
from marketdata.sources.files.source import FileSource
from marketdata.upstream.server import UpstreamServer
from tests.support.clocks import clock
from tests.support.hourly_source import HourlySource
from tests.support.memory import MemoryStore

SECURITIES = "code,name,type,list_date,delist_date\n600000.SH,浦发银行,stock,19991110,\n"
BARS = "trade_date,open,high,low,close,volume,amount\n20240102,6.6,6.7,6.5,6.65,100,665\n"
LATER = "20240104,6.6,6.7,6.5,6.65,100,665\n"
START = clock("2024-01-05T18:00")()


class NoConnections:
    """Tests nothing."""

    def run(self, config_id: int) -> dict[str, Any]:
        raise AssertionError(config_id)


class Slow:
    """An upstream function whose files take an hour each to read."""

    def __init__(self, securities: str = SECURITIES) -> None:
        self.store, self.time = MemoryStore(), START
        self.store.bucket.write("imports/securities.csv", securities.encode())
        self.store.bucket.write("imports/stock/daily/600000.SH.csv", (BARS + LATER).encode())
        self.store.bucket.before_read = self.wait
        source = FileSource(self.store.bucket, lambda: self.time, "17:00")
        quarantine = Quarantine(self.store.bucket)
        self.server = UpstreamServer(
            source,
            self.store,
            quarantine,
            lambda: self.time,
            NoConnections(),
            lambda *_: None,
        )

    def wait(self) -> None:
        self.time += timedelta(hours=1)


def test_a_source_was_asked_when_the_question_began() -> None:
    """A file that is written anew while others are still being read is newer than its word."""
    slow = Slow()
    event = {"operation": "fetch_bars", "dataset": "stock.daily", "codes": ["600000.SH"]}
    assert slow.server.serve(event | {"start": "20240102", "end": "20240104"})["bars"] == 2
    key = BlockKey("stock.daily", "600000.SH", "2024")
    (told,) = slow.store.read([key])[key].coverage.silences
    assert slow.time > START
    assert told.at == int(START.timestamp())


def hourly(time: str) -> UpstreamServer:
    """Give an upstream function at a time of the fifth, whose source has its own hours."""
    store, now = MemoryStore(), clock(f"2024-01-05T{time}")
    store.bucket.write("imports/securities.csv", SECURITIES.encode())
    days = BARS + "20240105,6.6,6.7,6.5,6.65,100,665\n"
    store.bucket.write("imports/stock/daily/600000.SH.csv", days.encode())
    factors = "trade_date,factor\n19991110,1\n20240105,2\n"
    store.bucket.write("imports/stock/factors/600000.SH.csv", factors.encode())
    source = HourlySource(store.bucket, now)
    quarantine = Quarantine(store.bucket)
    return UpstreamServer(source, store, quarantine, now, NoConnections(), lambda *_: None)


@pytest.mark.parametrize(
    ("time", "bars", "until"),
    [("17:29", 1, "20240104"), ("17:30", 2, "20240104"), ("18:00", 2, "20240105")],
)
def test_each_kind_of_data_is_stored_from_its_own_hour_on(time: str, bars: int, until: str) -> None:
    server, codes = hourly(time), ["600000.SH"]
    event = {"operation": "fetch_bars", "dataset": "stock.daily", "codes": codes}
    assert server.serve(event | {"start": "20240102", "end": "20240105"})["bars"] == bars
    server.serve({"operation": "fetch_factors", "kind": "stock", "codes": codes})
    steps = read_factors(server.store, Kind.STOCK, codes)["600000.SH"].steps
    assert steps is not None
    assert steps.until == until


@pytest.mark.parametrize(
    ("operation", "dataset"),
    [("fetch_bars", "future.daily"), ("fetch_statements", "finance.income")],
)
def test_a_source_is_not_asked_for_what_it_does_not_have(operation: str, dataset: str) -> None:
    event = {"operation": operation, "dataset": dataset, "codes": ["IF2401.CFE"]}
    answer = hourly("18:00").serve(event | {"start": "20240102", "end": "20240105"})
    assert answer["error"] == "UpstreamUnsupportedError"
    assert answer["message"] == f"the source files has no {dataset}"


def test_what_a_list_loses_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    """The first catalog is made by whoever needs one, without a task that has notes."""
    slow = Slow(SECURITIES + "600000,浦发银行,stock,,\n")
    assert slow.server.serve({"operation": "refresh_catalog"})["securities"] == 1
    assert [each.message for each in caplog.records] == [
        "catalog: imports/securities.csv line 3: '600000' is no code"
    ]
