"""Rows of a file of bars that cannot be read: set aside, named, and no day is lost in silence."""

import math
from datetime import UTC, datetime

import pytest

from marketdata.blocks.dataset import Kind, Period
from marketdata.kline.bars import BarDataset
from marketdata.sources.files.source import FileSource
from marketdata.sources.source import BarRequest, FetchedBars
from tests.support.clocks import clock
from tests.support.memory import MemoryBucket

DAILY = BarDataset(Kind.STOCK, Period.DAILY)
CODE = "600151.SH"
PATH = "imports/stock/daily/600151.SH.csv"
HEAD = "trade_date,open,high,low,close,volume,amount\n"
DAYS = ("20240102", "20240103", "20240104", "20240105")


def line(day: str, close: str = "6.65") -> str:
    return f"{day},6.6,6.7,6.5,{close},100,665.0\n"


def fetch(text: str, start: str = "20240101", end: str = "20240131") -> FetchedBars:
    source = FileSource(MemoryBucket.of({PATH: text}), clock("2025-11-21T18:00"), "17:00")
    return source.fetch_bars(BarRequest(DAILY, (CODE,), start, end))


def test_a_file_is_taken_at_its_word_up_to_its_last_row() -> None:
    found = fetch(HEAD + "".join(map(line, DAYS)), end="20240103")
    assert found.frame["trade_date"].tolist() == list(DAYS[:2])
    assert found.horizon == found.sure_until == {CODE: "20240105"}
    assert (found.failed, found.notes) == ({}, [])


@pytest.mark.parametrize("text", ["", "\n", HEAD, HEAD + "\n"])
def test_a_file_without_a_row_is_reported(text: str) -> None:
    found = fetch(text)
    assert found.failed == {CODE: f"{PATH} has no rows"}
    assert found.horizon == found.sure_until == {}


def test_rows_that_say_nothing_do_not_reach_further() -> None:
    """As tables have them that were joined with a calendar."""
    empty = "".join(f"{day},,,,,,\n" for day in ("20240108", "20240109"))
    found = fetch(HEAD + "".join(map(line, DAYS)) + empty)
    assert found.horizon == found.sure_until == {CODE: "20240105"}
    found = fetch(HEAD + empty)
    assert found.failed == {CODE: f"{PATH} has no rows"}


def test_a_row_of_a_day_to_come_says_nothing_of_the_days_before() -> None:
    found = fetch(HEAD + "".join(map(line, DAYS)) + line("20290108"))
    assert found.horizon == found.sure_until == {CODE: "20240105"}
    assert found.notes == [f"{PATH}: its rows of days to come, until 20290108, count for nothing"]


def test_it_is_a_day_later_in_china_than_where_the_clock_may_be() -> None:
    evening = datetime(2024, 1, 4, 20, tzinfo=UTC)
    source = FileSource(
        MemoryBucket.of({PATH: HEAD + "".join(map(line, DAYS))}), lambda: evening, "17:00"
    )
    assert source.fetch_bars(BarRequest(DAILY, (CODE,), DAYS[0], DAYS[3])).notes == []


def test_a_dash_for_a_price_is_a_row_without_it() -> None:
    found = fetch(HEAD + line(DAYS[0]) + line(DAYS[1], "-") + line(DAYS[2]))
    assert found.frame["trade_date"].tolist() == list(DAYS[:3])
    assert math.isnan(found.frame["close"].tolist()[1])
    assert found.frame["close"].tolist()[2] == 6.65
    assert found.failed == {}
    assert found.notes == [f"{PATH} line 3: close is '-'"]
    assert found.sure_until == {CODE: DAYS[2]}


def test_a_dash_for_an_amount_is_an_amount_that_is_not_known() -> None:
    found = fetch(HEAD + "20240102,6.6,6.7,6.5,6.65,100,-\n" + "20240103,6.6,6.7,6.5,6.65,100,--\n")
    assert found.frame["amount"].isna().all()
    assert found.notes == []


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("20240103,6.6,6.7,6.5,abc,100,665.0\n", "close is 'abc'"),
        ("20240103,6.6,6.7,6.5,6.65,100,1_000\n", "amount is '1_000'"),
        ('20240103,6.6,6.7,6.5,6.65,"1,000",x\n', "volume is '1,000', amount is 'x'"),
        ("20240103,6.6,6.7\n", "3 fields and not 7"),
        ("20240103,6,6,6,7,6,5,6.65,100,665.0\n", "10 fields and not 7"),
    ],
)
def test_a_row_that_cannot_be_read_keeps_its_day_and_is_refused(row: str, why: str) -> None:
    found = fetch(HEAD + line(DAYS[0]) + row + line(DAYS[2]))
    assert found.frame["trade_date"].tolist() == list(DAYS[:3])
    bad = found.frame.iloc[1]
    assert any(math.isinf(bad[name]) for name in DAILY.columns)
    assert found.frame.iloc[[0, 2]]["close"].tolist() == [6.65, 6.65]
    assert found.failed == {}
    assert found.notes == [f"{PATH} line 3: {why}"]


@pytest.mark.parametrize("day", ["2024-01-03", "20240230", "", "3 Jan"])
def test_a_row_of_no_day_could_be_of_any(day: str) -> None:
    found = fetch(HEAD + line(DAYS[0]) + "\n" + line(day) + line(DAYS[3]))
    why = f"{PATH} line 4: {day!r} is no day (YYYYMMDD)"
    assert found.frame["trade_date"].tolist() == [DAYS[0], DAYS[3]]
    assert found.notes == [why]
    # Of no day without a row it may be said that the source has none.
    assert found.failed == {CODE: why}
    assert found.horizon == {CODE: DAYS[3]}
    assert found.sure_until == {CODE: "00010101"}


def test_several_rows_of_no_day_are_counted() -> None:
    found = fetch(HEAD + line(DAYS[0]) + line("a") + line("b") + line("c"))
    assert found.failed[CODE].endswith("line 3: 'a' is no day (YYYYMMDD), and 2 more rows like it")


def test_only_rows_of_the_days_asked_for_are_named() -> None:
    text = HEAD + line(DAYS[0], "x") + line(DAYS[1]) + line(DAYS[2], "y")
    assert fetch(text, start=DAYS[1]).notes == [f"{PATH} line 4: close is 'y'"]


def test_of_many_rows_the_first_are_named() -> None:
    days = [f"202401{day:02}" for day in range(1, 21)]
    found = fetch(HEAD + "".join(line(day, "x") for day in days) + line("20240131"))
    assert len(found.notes) == 6
    assert found.notes[0] == f"{PATH} line 2: close is 'x'"
    assert found.notes[5] == f"{PATH}: 15 more rows like these"


def test_a_file_of_which_nothing_can_be_read_fails() -> None:
    found = fetch(HEAD + line("2024-01-02") + line("2024-01-03"))
    assert found.failed == {
        CODE: f"{PATH} line 2: '2024-01-02' is no day (YYYYMMDD); no other row can be read either"
    }
    assert found.frame.empty


def test_a_slow_reading_gives_the_same_bars() -> None:
    """One bad row must not change how the others are read."""
    head = HEAD.replace("close", "close,note")
    good = '20240102,0.1,2.675,8.41,1234.005,"a,b",100,\n20240103,1,1,1,1,,0.30000000000000004,5\n'
    whole, spoilt = fetch(head + good), fetch(head + good + "20240104,x,1,1,1,,1,1\n")
    columns = ["trade_date", *DAILY.columns]
    assert spoilt.frame.iloc[:2][columns].equals(whole.frame[columns])
