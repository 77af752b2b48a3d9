"""What becomes of a source's list: initials, later years, and what is said of its calendar."""

from dataclasses import dataclass, field

import pytest

from marketdata.blocks.dataset import Dataset, Kind
from marketdata.catalog._trading_days import YEARS
from marketdata.catalog.calendar import trading_days
from marketdata.catalog.securities import FIRST_DATE, Security
from marketdata.errors import UpstreamFaultError
from marketdata.finance.statement import Statement, StatementDataset
from marketdata.kline.bars import BarDataset
from marketdata.sources.baostock.source import BaoStockSource
from marketdata.sources.source import HasWholeDays, Source
from marketdata.sources.synthetic.source import SyntheticSource
from marketdata.upstream.refreshing import catalog_of
from tests.support.clocks import clock
from tests.support.hourly_source import BARS, FACTORS, MINUTES, HourlySource
from tests.support.memory import MemoryBucket

WULIANGYE = Security("000858.SZ", "五 粮 液", Kind.STOCK, "SZ", "19980427")
NOW = clock("2024-01-02T08:50")


@dataclass(frozen=True, slots=True)
class SourceWithCalendar(SyntheticSource):
    """A source that knows some trading days, or fails to say which."""

    days: list[str] | Exception | None = field(default=None)

    def trading_days(self, start: str, end: str) -> list[str] | None:
        if isinstance(self.days, Exception):
            raise self.days
        return self.days and [day for day in self.days if start <= day <= end]


@dataclass(frozen=True, slots=True)
class SourceOfWholeDays(SyntheticSource):
    """A source that brings all stocks of a day at once."""

    def whole_days_since(self, dataset: Dataset) -> str | None:
        return None if dataset.intraday or dataset.kind is not Kind.STOCK else "20160104"


def test_what_comes_by_whole_days() -> None:
    catalog, _ = catalog_of(SourceOfWholeDays(NOW, "17:00"), [], "")
    known = {"stock.daily", "stock.status", "factor.stock"}
    assert catalog.whole_days == dict.fromkeys(known, "20160104")
    catalog, _ = catalog_of(SyntheticSource(NOW, "17:00"), [], "")
    assert catalog.whole_days == {}
    assert issubclass(BaoStockSource, HasWholeDays)


def test_names_get_their_initials() -> None:
    catalog, notes = catalog_of(SyntheticSource(NOW, "17:00"), [WULIANGYE], "2024-01-02")
    found = catalog.get("000858.SZ")
    assert found is not None
    assert found.initials.split()[0] == "wly"
    assert (catalog.refreshed_at, catalog.source, notes) == ("2024-01-02", "synthetic", [])
    assert catalog.coverage_start(BarDataset.parse("stock.min5")) == "20150105"


def test_what_a_source_does_not_have_and_when_it_is_final() -> None:
    source = HourlySource(MemoryBucket(), NOW)
    catalog, _ = catalog_of(source, [], "")
    lacking = {name for name, first in catalog.first_days.items() if first is None}
    assert lacking >= {"future.daily", "future.min1", "finance.income"}
    assert {name.partition(".")[0] for name in lacking} == {"future", "finance"}
    told = ("stock.daily", "index.daily", "stock.status", "factor.etf", "etf.min5")
    assert [catalog.final_times[name] for name in told] == [BARS, BARS, BARS, FACTORS, MINUTES]


def test_the_sources_of_before_have_everything_at_one_time() -> None:
    catalog, _ = catalog_of(SyntheticSource(NOW, "16:00"), [], "")
    assert None not in catalog.first_days.values()
    assert {*catalog.final_times.values()} == {"16:00"}
    assert catalog.coverage_start(StatementDataset(Statement.INCOME)) == FIRST_DATE


@pytest.mark.parametrize("days", [None, UpstreamFaultError("line 3")])
def test_a_source_without_a_calendar_says_nothing_of_later_years(
    days: list[str] | Exception | None,
) -> None:
    source: Source = SourceWithCalendar(NOW, "17:00", days=days)
    catalog, notes = catalog_of(source, [], "")
    assert catalog.later_years is None
    assert notes == ([] if days is None else ["the source's calendar is not used: line 3"])


def test_a_contradiction_is_named_and_a_calendar_without_later_years_has_none() -> None:
    year = max(YEARS)
    days = trading_days("SH", f"{year}0101", f"{year}1231")
    catalog, notes = catalog_of(SourceWithCalendar(NOW, "17:00", days=days), [], "")
    assert (catalog.later_years, notes) == ({}, [])
    source = SourceWithCalendar(NOW, "17:00", days=[*days[:5], *days[6:]])
    catalog, (note,) = catalog_of(source, [], "")
    assert catalog.later_years == {}
    assert note.endswith(f"{days[5]} is not in it")
