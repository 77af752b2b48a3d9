"""`securities.csv` and `suspensions.csv`: a bad row is named, and the others are used."""

import pytest

from marketdata.blocks.dataset import Kind
from marketdata.catalog.securities import Security
from marketdata.errors import UpstreamFaultError
from marketdata.kline.bars import BarDataset
from marketdata.sources.files.source import FileSource
from marketdata.sources.source import BarRequest, FetchedBars, FetchedSecurities
from tests.support.clocks import clock
from tests.support.memory import MemoryBucket

HEAD = "code,name,type,list_date,delist_date\n"
GOOD = "600000.SH,浦发银行,stock,19991110,\n"
BANK = Security("600000.SH", "浦发银行", Kind.STOCK, "SH", "19991110")
BARS = "trade_date,open,high,low,close,volume,amount\n20240110,6.6,6.7,6.5,6.65,100,665.0\n"


def source(**texts: str) -> FileSource:
    files = {f"imports/{name}.csv": text for name, text in texts.items()}
    files["imports/stock/daily/600000.SH.csv"] = BARS
    return FileSource(MemoryBucket.of(files), clock("2025-11-21T18:00"), "17:00")


def listed(text: str) -> FetchedSecurities:
    return source(securities=text).list_securities()


def fetched(suspensions: str) -> FetchedBars:
    request = BarRequest(BarDataset.parse("stock.daily"), ("600000.SH",), "20240101", "20240131")
    return source(suspensions=suspensions).fetch_bars(request)


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("600001.SH,x,bond,,\n", "600001.SH has 'bond' for a type"),
        ("600001.XX,x,stock,,\n", "600001.XX is of no known market"),
        ("rb2405.XXX,x,future,,\n", "rb2405.XXX is of no known market"),
        ("600001,x,stock,,\n", "'600001' is no code"),
        ("AAPL.US,x,stock,,\n", "'AAPL.US' is no code"),
        ("600001.SH,x,stock,2024-01-02,\n", "'2024-01-02' is no day (YYYYMMDD)"),
        ("600001.SH,x,stock,,20240230\n", "'20240230' is no day (YYYYMMDD)"),
        ("600001.SH,x\n", "600001.SH has '' for a type"),
        ("600001.SH,x,y,stock,,\n", "6 fields and not 5"),
    ],
)
def test_a_bad_row_of_securities_is_named(row: str, why: str) -> None:
    found = listed(HEAD + GOOD + row + "000300.SH,沪深300,index\n")
    assert [each.code for each in found.securities] == ["600000.SH", "000300.SH"]
    assert found.securities[0] == BANK
    assert found.notes == [f"imports/securities.csv line 3: {why}"]


def test_codes_are_in_our_form() -> None:
    found = listed(HEAD + "rb2405.SHF,螺纹钢,future,,\n IF2401.CFE ,x,future,,\n")
    assert [(each.code, each.market, each.spelling) for each in found.securities] == [
        ("RB2405.SHF", "SHF", "rb2405.SHF"),
        ("IF2401.CFE", "CFE", None),
    ]
    assert found.notes == []


@pytest.mark.parametrize("text", ["", "code,name\n600000.SH,x\n", HEAD + "x,x,x,,\ny,y,y,,\n"])
def test_a_list_of_which_nothing_can_be_read_is_a_fault(text: str) -> None:
    with pytest.raises(UpstreamFaultError, match=r"^imports/securities\.csv line [12]: "):
        listed(text)


def test_of_many_bad_rows_the_first_are_named_and_the_others_counted() -> None:
    notes = listed(HEAD + GOOD + "x,x,stock,,\n" * 74).notes
    assert len(notes) == 41
    assert notes[-1] == "imports/securities.csv: 34 more rows like these"


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("600000.SH,2024-01-04\n", "'2024-01-04' is no day (YYYYMMDD)"),
        ("600000.SH,20240230\n", "'20240230' is no day (YYYYMMDD)"),
        ("600000.SH\n", "'' is no day (YYYYMMDD)"),
        ("sh600000,20240104\n", "'sh600000' is no code"),
        ("600000.SH,20240104,x\n", "3 fields and not 2"),
    ],
)
def test_a_bad_row_of_suspensions_is_named(row: str, why: str) -> None:
    found = fetched(f"code,trade_date\n600000.SH,20240102\n{row}600000.sh,20240103\n")
    assert found.halted == {"600000.SH": {"20240102": "suspended", "20240103": "suspended"}}
    assert found.notes == [f"imports/suspensions.csv line 3: {why}"]
    assert found.failed == {}


def test_a_suspension_beyond_the_files_rows_is_the_sources_word() -> None:
    found = fetched("code,trade_date\n600000.SH,20240115\n")
    assert found.horizon == {"600000.SH": "20240110"}
    assert found.halted == {"600000.SH": {"20240115": "suspended"}}
