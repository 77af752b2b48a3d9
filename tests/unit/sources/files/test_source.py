"""The source `files`: real bars come back equal, and broken files break nothing else."""

import csv
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from marketdata.blocks.dataset import Kind, Period
from marketdata.catalog.securities import Catalog
from marketdata.errors import UpstreamFaultError
from marketdata.kline.bars import BarDataset
from marketdata.sources.files.source import FileSource
from marketdata.sources.source import BarRequest, frame_columns
from tests.support.clocks import clock
from tests.support.memory import MemoryBucket
from tests.support.real_files import REAL, Folder

EVENING = clock("2025-11-21T18:00")
needs_real_bars = pytest.mark.skipif(
    not REAL.exists(), reason="the real bars of ../shared/data/market are absent"
)

DAILY = BarDataset(Kind.STOCK, Period.DAILY)
HEAD = "trade_date,open,high,low,close,volume,amount\n"
BAR = "20240102,6.6,6.7,6.5,6.65,100,665.0\n"
SECURITY = "code,name,type,list_date,delist_date\n"


def real_files() -> Iterator[tuple[BarDataset, Path]]:
    for path in sorted(REAL.glob("*/*/*.csv")):
        if path.parts[-3] in set(Kind):
            yield BarDataset(Kind(path.parts[-3]), Period(path.parts[-2])), path


def source(**texts: str) -> FileSource:
    """Files by name, "_" for "/" and "." in the names of the parameters."""
    named = {f"imports/{name}.csv".replace("__", "/"): text for name, text in texts.items()}
    return FileSource(MemoryBucket.of(named), EVENING, "17:00")


def stock_files(**texts: str) -> FileSource:
    objects = {f"imports/stock/daily/{name[1:]}.SH.csv": text for name, text in texts.items()}
    return FileSource(MemoryBucket.of(objects), EVENING, "17:00")


def request(*codes: str, start: str = "19900101", end: str = "20991231") -> BarRequest:
    return BarRequest(DAILY, codes, start, end)


@needs_real_bars
@pytest.mark.parametrize(
    "name", sorted({dataset.name for dataset, _ in real_files()}) or ["stock.daily"]
)
def test_every_real_bar_comes_back_equal(name: str) -> None:
    files = {path.stem: path for dataset, path in real_files() if dataset.name == name}
    dataset = BarDataset.parse(name)
    wanted = BarRequest(dataset, tuple(files), "19900101", "20991231")
    fetched = FileSource(Folder(REAL), EVENING, "17:00").fetch_bars(wanted)
    assert not fetched.failed
    assert list(fetched.frame.columns) == frame_columns(dataset)
    found = dict(iter(fetched.frame.groupby("code")))
    assert found.keys() == files.keys()
    for code, path in files.items():
        with path.open(newline="") as lines:
            rows = list(csv.DictReader(lines))
        assert len(found[code]) == len(rows) > 0
        for column in frame_columns(dataset)[1:]:
            _assert_equal(found[code][column].tolist(), [row[column] for row in rows], column)


def _assert_equal(values: list[Any], texts: list[str], column: str) -> None:
    if column in ("trade_date", "kline_time"):
        assert values == texts
        return
    for value, text in zip(values, texts, strict=True):
        assert math.isnan(value) if text == "" else value == float(text)


@needs_real_bars
def test_a_real_day_without_a_trade_comes_as_it_is() -> None:
    wanted = BarRequest(BarDataset.parse("future.daily"), ("V2303.DCE",), "20220315", "20220315")
    [bar] = FileSource(Folder(REAL), EVENING, "17:00").fetch_bars(wanted).frame.to_dict("records")
    assert bar == {
        "code": "V2303.DCE",
        "trade_date": "20220315",
        **dict.fromkeys(("open", "high", "low", "volume", "amount", "open_interest"), 0.0),
        "close": 8701.0,
        "settle": 8701.0,
    }


@needs_real_bars
def test_the_real_catalog_and_suspensions() -> None:
    files = FileSource(Folder(REAL), EVENING, "17:00")
    catalog = Catalog(files.list_securities().securities, "", files.name, {})
    assert len(catalog) == 212
    future = catalog.get("IF2401.CFE")
    assert future is not None
    assert (future.kind, future.list_date, future.delist_date) == (
        Kind.FUTURE,
        "20231120",
        "20240119",
    )
    halted = files.fetch_bars(request("600000.SH", start="20050401", end="20050630")).halted
    assert halted == {"600000.SH": {"20050427": "suspended", "20050628": "suspended"}}


def test_the_range_is_cut_and_days_to_come_are_left_out() -> None:
    days = ("20240102", "20240103", "20240104", "20251120", "20251121", "20251124")
    text = HEAD + "".join(BAR.replace("20240102", day) for day in days)
    found = stock_files(_600000=text).fetch_bars(request("600000.SH", start="20240103"))
    assert found.frame["trade_date"].tolist() == list(days[1:5])
    noon = FileSource(
        MemoryBucket.of({"imports/stock/daily/600000.SH.csv": text}),
        clock("2025-11-21T16:59"),
        "17:00",
    )
    assert noon.fetch_bars(request("600000.SH")).frame["trade_date"].tolist() == list(days[:4])


@pytest.mark.parametrize("name", ["stock.daily", "future.min1"])
def test_no_bars_at_all_have_the_same_types(name: str) -> None:
    dataset = BarDataset.parse(name)
    empty = source().fetch_bars(BarRequest(dataset, ("600000.SH",), "20240101", "20240131")).frame
    assert list(empty.columns) == frame_columns(dataset)
    assert [str(empty[column].dtype) for column in ("code", "open")] == ["str", "float64"]
    assert empty["trade_date"].str.len().tolist() == []


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no table at all",
        HEAD + "20240102,6.6,6.7,abc,6.65,100,665.0\n",
        HEAD + "2024-01-02,6.6,6.7,6.5,6.65,100,665.0\n",
        HEAD + ",6.6,6.7,6.5,6.65,100,665.0\n",
        HEAD.replace(",amount", "") + "20240102,6.6,6.7,6.5,6.65,100\n",
        HEAD + "20240102,1,1,1,1,1,1,1\n20240103,1,1,1,1,1,1,1\n",
    ],
)
def test_a_broken_file_fails_its_code_alone(text: str) -> None:
    found = stock_files(_600000=HEAD + BAR, _600001=text).fetch_bars(
        request("600001.SH", "600000.SH")
    )
    assert found.frame["code"].tolist() == ["600000.SH"]
    assert found.failed.keys() == {"600001.SH"}


def test_times_in_another_form_fail_their_code() -> None:
    text = HEAD.replace("open", "kline_time,open") + "20240102,2024-01-02 09:30,1,1,1,1,1,1\n"
    objects = MemoryBucket.of({"imports/stock/min1/600000.SH.csv": text})
    wanted = BarRequest(BarDataset.parse("stock.min1"), ("600000.SH",), "20240101", "20240131")
    failed = FileSource(objects, EVENING, "17:00").fetch_bars(wanted).failed
    assert failed == {
        "600000.SH": "imports/stock/min1/600000.SH.csv line 2: '2024-01-02 09:30' is no time "
        "(YYYY-MM-DD HH:MM:SS); no other row can be read either"
    }


def test_empty_fields_are_null_and_other_columns_are_passed_over() -> None:
    text = "note," + HEAD + "x,20240102,6.6,6.7,6.5,6.65,100,\n"
    [bar] = stock_files(_600000=text).fetch_bars(request("600000.SH")).frame.to_dict("records")
    assert list(bar) == frame_columns(DAILY)
    assert math.isnan(bar["amount"])
    assert bar["volume"] == 100


def test_a_row_of_a_day_is_found_beside_a_column_of_times() -> None:
    head = HEAD.replace("trade_date", "trade_date,kline_time")
    bar = BAR.replace(",", ",2024-01-02 00:00:00,", 1)
    found = stock_files(_600000=head + bar).fetch_bars(request("600000.SH"))
    assert found.locate
    days = found.frame["trade_date"].tolist()
    placed = found.locate({"600000.SH": [{"trade_date": day} for day in days]})
    assert placed == {"600000.SH": [("stock/daily/600000.SH.csv", 2)]}


def test_floats_are_read_to_the_last_bit() -> None:
    prices = ["0.1", "2.675", "8.41", "1234.005", "0.30000000000000004", "5e-324"]
    text = HEAD + "".join(f"2024010{n},{p},{p},{p},{p},1,1\n" for n, p in enumerate(prices, 1))
    found = stock_files(_600000=text).fetch_bars(request("600000.SH")).frame
    assert found["close"].tolist() == [float(price) for price in prices]


def test_the_list_of_securities() -> None:
    text = SECURITY + "600000.SH,浦发银行,stock,19991110,\n000300.SH,沪深300,index,,\n"
    first, second = source(securities=text).list_securities().securities
    assert (first.name, first.kind, first.market, first.delist_date) == (
        *("浦发银行", Kind.STOCK, "SH", None),
    )
    assert second.list_date is None
    assert source(securities="\ufeff" + text).list_securities().securities == [first, second]


@pytest.mark.parametrize(
    "text",
    [
        "code,name\n600000.SH,x\n",
        SECURITY + "600000.SH,x,bond,,\n",
        SECURITY + "600000.XX,x,stock,,\n",
        SECURITY + "600000,x,stock,,\n",
        SECURITY + "600000.SH,x,stock,2024-01-02,\n",
        SECURITY + "600000.SH,x,stock,20240230,\n",
        SECURITY + "600000.SH,x\n",
    ],
)
def test_a_broken_list_of_securities_is_a_fault(text: str) -> None:
    with pytest.raises(UpstreamFaultError, match=r"securities\.csv line [12]: "):
        source(securities=text).list_securities()


def test_a_missing_list_of_securities_is_a_fault() -> None:
    with pytest.raises(UpstreamFaultError, match=r"securities\.csv is missing"):
        source().list_securities()


def test_suspensions_are_cut_to_what_was_asked() -> None:
    text = "code,trade_date\n600000.SH,20240102\n600000.SH,20240301\n600001.SH,20240102\n"
    found = source(suspensions=text).fetch_bars(
        request("600000.SH", start="20240101", end="20240131")
    )
    assert found.halted == {"600000.SH": {"20240102": "suspended"}}
    with pytest.raises(UpstreamFaultError, match=r"suspensions\.csv line 1: columns are missing"):
        source(suspensions="code,day\n").fetch_bars(request("600000.SH"))


def test_a_file_may_begin_on_any_day() -> None:
    assert source().coverage_start(DAILY) == "19901219"
