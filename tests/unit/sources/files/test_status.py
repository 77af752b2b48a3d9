"""Files of a status: what they say, and what a fault in them costs."""

import math
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketdata.catalog.securities import FIRST_DATE
from marketdata.sources.files.source import FileSource
from marketdata.sources.files.status import NO, YES, parse_status
from marketdata.sources.source import FetchedStatus, HasStatus, StatusRequest
from marketdata.status.status import COLUMNS, FLAGS, PRICES
from tests.support.clocks import clock
from tests.support.memory import MemoryBucket

EVENING = clock("2025-11-21T18:00")
A, B = "600000.SH", "000001.SZ"
HEAD = "trade_date,pre_close,limit_up,limit_down,is_st,suspended,ex_right,ex_dividend\n"
ROW = "20240102,6.62,7.28,5.96,0,1,是,false\n"


def source(**texts: str) -> FileSource:
    objects = {f"imports/stock/status/{name[1:]}.SH.csv": text for name, text in texts.items()}
    return FileSource(MemoryBucket.of(objects), EVENING, "17:00")


def fetch(
    made: FileSource, *codes: str, start: str = "19900101", end: str = "20991231"
) -> FetchedStatus:
    return made.fetch_status(StatusRequest(codes or (A,), start, end))


def rows(found: FetchedStatus) -> list[dict[str, Any]]:
    return [
        {str(name): None if value != value else value for name, value in row.items()}  # noqa: PLR0124
        for row in found.frame.to_dict("records")
    ]


def test_a_row_comes_as_it_is() -> None:
    found = fetch(source(_600000=HEAD + ROW))
    values = dict(zip(COLUMNS, [6.62, 7.28, 5.96, 0.0, 1.0, 1.0, 0.0], strict=True))
    assert rows(found) == [{"code": A, "trade_date": "20240102", **values}]
    assert (found.failed, found.notes) == ({}, [])
    assert found.horizon == found.sure_until == {A: "20240102"}
    assert all(str(found.frame[name].dtype) == "float64" for name in COLUMNS)


@pytest.mark.parametrize("column", COLUMNS)
def test_any_column_may_lack(column: str) -> None:
    names = [name for name in COLUMNS if name != column]
    text = f"trade_date,{','.join(names)},note\n20240102,{'1,' * len(names)}x\n"
    [row] = rows(fetch(source(_600000=text)))
    assert row[column] is None
    assert all(row[name] == 1 for name in names)


def test_empty_fields_and_dashes_are_null() -> None:
    text = "\ufeff" + HEAD + "20240102,-,--, ,,-, 0 ,1\n\n"
    [row] = rows(fetch(source(_600000=text)))
    assert [row[name] for name in COLUMNS] == [None, None, None, None, None, 0, 1]


@given(st.sampled_from(FLAGS), st.sampled_from(sorted(YES | NO)), st.sampled_from(["", " "]))
def test_flags_are_written_in_many_ways(name: str, word: str, blank: str) -> None:
    for text in (word, word.upper(), word.title()):
        frame = parse_status(
            A, f"trade_date,{name}\n20240102,{blank}{text}{blank}\n".encode()
        ).frame
        assert frame[name].tolist() == [1.0 if word in YES else 0.0]


@given(
    st.dictionaries(
        st.dates(date(1990, 1, 1)).map(lambda day: f"{day:%Y%m%d}"),
        st.fixed_dictionaries(
            dict.fromkeys(PRICES, st.none() | st.floats(0.01, 1e6))
            | dict.fromkeys(FLAGS, st.sampled_from([None, 0, 1]))
        ),
        min_size=1,
    )
)
def test_what_is_written_is_read(written: dict[str, dict[str, float | None]]) -> None:
    lines = [
        ",".join([day, *("" if row[name] is None else repr(row[name]) for name in COLUMNS)])
        for day, row in written.items()
    ]
    found = parse_status(A, (HEAD + "\n".join(lines)).encode())
    assert (found.remarks, found.undated) == ([], [])
    assert found.days == {
        day for day, row in written.items() if any(v is not None for v in row.values())
    }
    for row in found.frame.to_dict("records"):
        expected = written[row["trade_date"]]
        for name in COLUMNS:
            value = expected[name]
            assert math.isnan(row[name]) if value is None else row[name] == value


@given(st.binary(max_size=200))
def test_no_content_does_more_than_raise_a_value_error(content: bytes) -> None:
    for head in (b"", HEAD.encode()):
        try:
            found = parse_status(A, head + content)
        except ValueError:
            continue
        assert list(found.frame.columns) == ["code", "trade_date", *COLUMNS]


def test_a_value_that_cannot_be_read_is_infinite_and_named() -> None:
    faulty = "20240103,6.62,abc,5.96,maybe,0,0,0\n20240104,6.62,7.28\n"
    found = fetch(source(_600000=HEAD + ROW + faulty))
    _, second, third = rows(found)
    assert (second["limit_up"], second["is_st"], second["pre_close"]) == (math.inf, math.inf, 6.62)
    assert all(third[name] == math.inf for name in COLUMNS)
    assert found.notes == [
        f"imports/stock/status/{A}.csv line 3: limit_up is 'abc', is_st is 'maybe'",
        f"imports/stock/status/{A}.csv line 4: 3 fields and not 8",
    ]
    assert found.failed == {}
    assert fetch(source(_600000=HEAD + ROW + faulty), end="20240102").notes == []


def test_a_row_of_no_day_fails_its_code_and_vouches_for_nothing() -> None:
    found = fetch(source(_600000=HEAD + ROW + ROW.replace("20240102", "2024-01-03")))
    assert found.frame["trade_date"].tolist() == ["20240102"]
    assert found.sure_until == {A: FIRST_DATE}
    assert found.failed == {
        A: f"imports/stock/status/{A}.csv line 3: '2024-01-03' is no day (YYYYMMDD)"
    }


@pytest.mark.parametrize(
    "text",
    ["", "no table at all", HEAD, HEAD + "20240230,1,1,1,0,0,0,0\n", "trade_date\n20240102\n"],
)
def test_a_file_that_says_nothing_fails_its_code_alone(text: str) -> None:
    objects = {
        f"imports/stock/status/{A}.csv": HEAD + ROW,
        f"imports/stock/status/{B}.csv": text,
    }
    found = fetch(FileSource(MemoryBucket.of(objects), EVENING, "17:00"), B, A)
    assert set(found.frame["code"]) == {A}
    assert found.failed.keys() == {B}
    assert f"imports/stock/status/{B}.csv" in found.failed[B]


def test_a_code_without_a_file_has_failed() -> None:
    objects = {"imports/stock/status/sh600000.csv": HEAD + ROW}
    found = fetch(FileSource(MemoryBucket.of(objects), EVENING, "17:00"), A, B)
    assert found.failed == {
        A: f"there is no imports/stock/status/{A}.csv, but imports/stock/status/sh600000.csv: "
        "rename it",
        B: f"there is no imports/stock/status/{B}.csv",
    }
    assert list(found.frame.columns) == ["code", "trade_date", *COLUMNS]


def test_days_that_are_not_final_and_empty_rows_count_for_nothing() -> None:
    days = ("20240102", "20240103", "20251121", "20251124")
    text = HEAD + "".join(ROW.replace("20240102", day) for day in days) + "20251120,,,,,,,\n"
    found = fetch(source(_600000=text), start="20240103")
    known = found.frame.dropna(how="all", subset=list(COLUMNS))
    assert known["trade_date"].tolist() == ["20240103", "20251121"]
    assert found.horizon == found.sure_until == {A: "20251121"}
    assert "days to come, until 20251124" in found.notes[0]


def test_a_file_may_begin_on_any_day() -> None:
    made = source()
    assert isinstance(made, HasStatus)
    assert made.status_start() == "19901219"
