"""Where rows that failed a check are written."""

from math import inf, nan

import pytest

from marketdata.sources.files.places import places, places_by_code

DAILY = ("trade_date", "kline_time")
PATH = "stock/daily/600000.SH.csv"
HEAD = "trade_date,open,close\n"


def lines(text: str, *rows: dict[str, object]) -> list[int | None]:
    found = places(PATH, text.encode(), DAILY, rows)
    assert {each.file for each in found if each} <= {PATH}
    return [each.line if each else None for each in found]


def row(day: str, first: float, last: float) -> dict[str, object]:
    return {"code": "600000.SH", "trade_date": day, "open": first, "close": last}


def test_a_row_is_found_by_its_day() -> None:
    text = f"{HEAD}20240102,1,2\n\n20240103,-1,2\n"
    assert lines(text, row("20240103", -1.0, 2.0), row("20240102", 1.0, 2.0)) == [4, 2]
    assert lines(text, row("20240104", 1.0, 2.0)) == [None]


def test_of_several_of_a_day_each_gets_its_own() -> None:
    text = f"{HEAD}20240102,1,2\n20240102,1,3\n20240102,1,3\n"
    rows = [row("20240102", 1.0, 3.0), row("20240102", 1.0, 2.0), row("20240102", 1.0, 3.0)]
    assert lines(text, *rows) == [3, 2, 4]
    assert lines(text, *rows, row("20240102", 1.0, 3.0))[-1] is None


@pytest.mark.parametrize(
    ("written", "came"), [("x", inf), ("inf", inf), ("", nan), ("-", nan), ("3.0000001", 3.0)]
)
def test_a_value_is_compared_as_the_source_read_it(written: str, came: float) -> None:
    text = f"{HEAD}20240102,1,7\n20240102,1,{written}\n20240102,1,8\n"
    assert lines(text, row("20240102", 1.0, came)) == [3]


def test_a_minute_is_found_by_its_time() -> None:
    head = "trade_date,kline_time,open,close\n"
    times = [f"2024-01-02 09:3{minute}:00" for minute in range(3)]
    text = head + "".join(f"20240102,{time},1,2\n" for time in times)
    assert lines(text, row("20240102", 1.0, 2.0) | {"kline_time": times[1]}) == [3]


def test_a_row_of_several_lines_is_on_its_last_one() -> None:
    text = 'trade_date,note,open,close\n20240102,"a\nb",1,2\n20240103,c,1,2\n'
    assert lines(text, row("20240102", 1.0, 2.0), row("20240103", 1.0, 2.0)) == [3, 4]


def test_of_all_companies_only_the_code_s_rows_count() -> None:
    text = "CODE,REPORTING_PERIOD,opera_rev\n000001.SZ,20231231,5\n600000.SH,20231231,x\n"
    bad: dict[str, object] = {"reporting_period": "20231231", "opera_rev": "x"}
    rows = {key: [bad] for key in ("600000.SH", "000001.SZ", "000002.SZ")}
    assert places_by_code(PATH, text.encode(), ("reporting_period",), rows) == {
        "600000.SH": [(PATH, 3)],
        "000001.SZ": [(PATH, 2)],
        "000002.SZ": [None],
    }


@pytest.mark.parametrize("content", [None, b"", b"\xff\n", b'trade_date\n"2024'])
def test_a_file_that_has_changed_meanwhile_costs_nothing(content: bytes | None) -> None:
    assert places(PATH, content, DAILY, [row("20240102", 1.0, 2.0)]) == [None]
