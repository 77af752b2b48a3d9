"""What becomes of a source's list: initials, later years, and what is said of its calendar."""

from dataclasses import dataclass, field

import pytest

from marketdata.blocks.dataset import Kind
from marketdata.catalog._trading_days import YEARS
from marketdata.catalog.calendar import trading_days
from marketdata.catalog.securities import Security
from marketdata.errors import UpstreamFaultError
from marketdata.kline.bars import BarDataset
from marketdata.sources.source import Source
from marketdata.sources.synthetic.source import SyntheticSource
from marketdata.upstream.refreshing import catalog_of
from tests.support.clocks import clock

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


def test_names_get_their_initials() -> None:
    catalog, notes = catalog_of(SyntheticSource(NOW, "17:00"), [WULIANGYE], "2024-01-02")
    found = catalog.get("000858.SZ")
    assert found is not None
    assert found.initials.split()[0] == "wly"
    assert (catalog.refreshed_at, catalog.source, notes) == ("2024-01-02", "synthetic", [])
    assert catalog.coverage_start(BarDataset.parse("stock.min5")) == "20150105"


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
