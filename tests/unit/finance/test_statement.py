"""Rows as text: every column in its place, every number equal, keys read without parsing."""

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketdata.blocks.dataset import Kind
from marketdata.errors import BlockCorruptError
from marketdata.finance.statement import (
    HEADER,
    Statement,
    StatementDataset,
    StatementKey,
    StatementRow,
    key_of,
    statement_line,
)

DAYS = st.dates().map(lambda day: day.isoformat().replace("-", ""))
TEXT = st.none() | st.text()
FINITE = st.none() | st.floats(allow_nan=False, allow_infinity=False)


@st.composite
def rows(draw: st.DrawFn) -> dict[str, Any]:
    header = {
        "reporting_period": draw(DAYS),
        "statement_type": draw(st.from_regex("[0-9A-Za-z]+", fullmatch=True)),
        "report_type": draw(TEXT),
        "ann_date": draw(st.none() | DAYS),
        "actual_ann_date": draw(TEXT),
        "security_name": draw(TEXT),
    }
    columns = st.sampled_from(Statement.INCOME.columns)
    return header | draw(st.dictionaries(columns, FINITE, max_size=8))


@given(rows())
def test_a_row_reads_back_equal_with_every_column(row: dict[str, Any]) -> None:
    line = statement_line(Statement.INCOME, row)
    assert b"\n" not in line
    read = json.loads(line)
    assert list(read) == [*HEADER, *Statement.INCOME.columns]
    assert read == dict.fromkeys(read) | row
    for name in Statement.INCOME.columns:
        assert read[name] is None or math.copysign(1, read[name]) == math.copysign(1, row[name])


@given(rows())
def test_a_key_is_read_without_parsing(row: dict[str, Any]) -> None:
    key = key_of(statement_line(Statement.INCOME, row))
    assert key == StatementKey(
        row["reporting_period"], row["statement_type"], row["ann_date"] or ""
    )


@pytest.mark.parametrize("line", [b"", b"{}", b'{"trade_date":"20240102","open":1.0}'])
def test_what_is_no_row(line: bytes) -> None:
    with pytest.raises(BlockCorruptError):
        key_of(line)


def test_whole_numbers_become_floats_and_remarks_stay_texts() -> None:
    row: StatementRow = {
        "reporting_period": "20110930",
        "statement_type": "1",
        "opera_rev": 0,
        "comments": "无",
    }
    read = json.loads(statement_line(Statement.INCOME, row))
    assert (repr(read["opera_rev"]), read["comments"]) == ("0.0", "无")


def test_numbers_that_the_sdk_does_not_know_come_last() -> None:
    row: StatementRow = {
        "code": "600000.SH",
        "reporting_period": "20110930",
        "statement_type": "1",
        "zeta": 2,
        "alpha": 1.5,
        "audited": "yes",
        "nothing": math.nan,
    }
    read = json.loads(statement_line(Statement.INCOME, row))
    assert list(read.items())[-2:] == [("alpha", 1.5), ("zeta", 2.0)]
    assert read.keys() == {*HEADER, *Statement.INCOME.columns, "alpha", "zeta"}


@pytest.mark.parametrize("statement", Statement)
def test_names_of_datasets(statement: Statement) -> None:
    dataset = StatementDataset(statement)
    assert dataset.name == f"finance.{statement}"
    assert StatementDataset.parse(dataset.name) == dataset
    assert (dataset.kind, dataset.intraday) == (Kind.STOCK, False)


@pytest.mark.parametrize("name", ["", "finance", "stock.income", "finance.daily", "income"])
def test_what_is_no_dataset(name: str) -> None:
    with pytest.raises(ValueError, match="is no"):
        StatementDataset.parse(name)
