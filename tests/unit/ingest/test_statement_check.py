"""Which rows may be stored."""

import math
from typing import Any

import pytest

from marketdata.finance.statement import Statement, StatementRow
from marketdata.ingest.statement_check import statement_faults
from tests.support.statements import BANK, YOUNG, row

CODES = frozenset({BANK.code, YOUNG.code})


def why(*rows: StatementRow) -> list[str]:
    return statement_faults(rows, Statement.INCOME, CODES, "20110101", "20111231")


@pytest.mark.parametrize(
    "good",
    [
        row(),
        row(ann_date=None, report_type=None, security_name="浦发银行"),
        row(statement_type="10", opera_rev=-1.0, total_profit=0, net_pro_after_ded_nr_gl=None),
        row(comments="更正", currency_code="CNY", comp_type_code=1.0),
        row(unknown_column=math.nan),
    ],
)
def test_good_rows(good: StatementRow) -> None:
    assert why(good) == [""]


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (row("20110929"), "not_a_period"),
        (row("20111331"), "not_a_period"),
        (row("2011-09-30"), "not_a_period"),
        (row(reporting_period=None), "not_a_period"),
        (row(reporting_period=20110930), "not_a_period"),
        (row(code="600009.SH"), "not_requested"),
        (row("20101231"), "not_requested"),
        (row("20120331"), "not_requested"),
        (row(statement_type=None), "no_type"),
        (row(statement_type="合并"), "no_type"),
        (row(statement_type=1), "no_type"),
        (row(ann_date="20110231"), "not_a_day"),
        (row(ann_date="2011-10-28"), "not_a_day"),
        (row(actual_ann_date=""), "not_a_day"),
        (row(security_name=math.nan), "not_a_text"),
        (row(opera_rev=math.nan), "not_a_number"),
        (row(opera_rev=math.inf), "not_a_number"),
        (row(ebit="1,000"), "not_a_number"),
        (row(comments=math.nan), "not_a_number"),
    ],
)
def test_bad_rows(bad: StatementRow, reason: str) -> None:
    assert why(row("20110630"), bad) == ["", reason]


def test_a_row_without_any_column() -> None:
    assert why({}) == ["not_a_period"]


def test_rows_that_share_a_key_and_differ_are_all_set_aside() -> None:
    other: dict[str, Any] = {"opera_rev": 2.0}
    found = why(row(), row(**other), row("20110630"), row(ann_date="20120131", **other), row())
    assert found == ["contradictory", "contradictory", "", "", "contradictory"]
    assert why(row(), row()) == ["", ""]
    assert why(row(), row(code=YOUNG.code, **other)) == ["", ""]
    assert why(row(), row(opera_rev=math.nan)) == ["", "not_a_number"]
