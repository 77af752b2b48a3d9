"""Other forms of rows: nothing is lost, and a spreadsheet meets no formula."""

import csv
import io
import json
from typing import Any

import orjson
from hypothesis import given
from hypothesis import strategies as st

from marketdata.blocks.codec import JOINT
from marketdata.kline.forms import arrays, chosen, csv_table, csv_text, meta_line, turned
from marketdata.kline.rows import RowSet

COLUMNS = ("trade_date", "open", "volume", "is_st")
VALUES = st.fixed_dictionaries(
    {
        "trade_date": st.dates().map(lambda day: f"{day:%Y%m%d}"),
        "open": st.none() | st.floats(allow_nan=False, allow_infinity=False),
        "volume": st.none() | st.integers(0, 2**53),
        "is_st": st.none() | st.booleans(),
    }
)
MARKETS = st.dictionaries(
    st.sampled_from(["600000.SH", "000001.SZ", "IF2401.CFE"]), st.lists(VALUES, max_size=4)
)
TEXTS = st.text(st.sampled_from('=+-@"\\,\n\r\t a'), max_size=8)


def row_set(market: dict[str, list[dict[str, Any]]]) -> RowSet:
    texts = {code: JOINT.join(map(orjson.dumps, rows)) for code, rows in market.items()}
    return RowSet.of(texts, {"complete": True})


@given(MARKETS, st.permutations(COLUMNS), st.integers(1, 4))
def test_every_form_holds_the_same_values(
    market: dict[str, list[dict[str, Any]]], columns: list[str], kept: int
) -> None:
    names, rows = columns[:kept], row_set(market)
    wanted = {
        code: [{name: row[name] for name in names} for row in each] for code, each in market.items()
    }
    fewer = chosen(rows, names)
    assert {code: orjson.loads(b"[%b]" % fewer.rows[code]) for code in market} == wanted
    assert all(piece.rows for pieces in fewer.pieces.values() for piece in pieces)
    assert arrays(rows, names) == {code: turned(each, names) for code, each in wanted.items()}
    table = [*csv.DictReader(io.StringIO(csv_text(rows, names).decode(), newline=""))]
    assert table == [
        {"code": code} | {name: cell(row[name]) for name in names}
        for code, each in wanted.items()
        for row in each
    ]


def cell(value: object) -> str:
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def test_a_table_is_what_rfc_4180_demands() -> None:
    rows: list[tuple[str, dict[str, Any]]] = [
        ("600000.SH", {"name": '平安"A", 甲', "close": 1.5}),
        ("000001.SZ", {"name": None, "close": -2}),
    ]
    assert csv_table(rows, ["name", "close"]).decode() == (
        'code,name,close\r\n600000.SH,"平安""A"", 甲",1.5\r\n000001.SZ,,-2\r\n'
    )
    assert csv_table([], ["close"]) == b"code,close\r\n"


@given(TEXTS)
def test_no_text_is_a_formula(text: str) -> None:
    table = csv_table([(text, {"close": -1.0})], ["close"]).decode()
    _, (given, number) = csv.reader(io.StringIO(table, newline=""))
    assert number == "-1.0"
    assert not given.startswith(("=", "+", "-", "@", "\t", "\r"))
    assert given in {text, f"'{text}"}


@given(st.lists(TEXTS), st.dictionaries(TEXTS, TEXTS))
def test_the_line_of_meta_is_json_without_a_formula(
    texts: list[str], named: dict[str, str]
) -> None:
    meta = {"complete": False, "unknown_codes": texts, "failed": named}
    line = meta_line(meta)
    assert json.loads(line.removeprefix(b"# ")) == meta
    assert line.endswith(b"\r\n")
    assert line.count(b"\n") == 1
    cells = next(csv.reader(io.StringIO(line.decode())))
    assert not [each for each in cells if each.lstrip(' "[{:').startswith(("=", "+", "-", "@"))]
