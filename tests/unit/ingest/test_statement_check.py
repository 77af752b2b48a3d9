"""Which rows may be stored."""

import math
from typing import Any

import pytest

from marketdata.finance.statement import Statement, StatementRow
from marketdata.ingest.statement_check import statement_faults
from tests.support.statement_cache import BANK, YOUNG, income

CODES = frozenset({BANK.code, YOUNG.code})


def why(*rows: StatementRow) -> list[str]:
    return statement_faults(rows, Statement.INCOME, CODES, "20110101", "20111231")


@pytest.mark.parametrize(
    "good",
    [
        income(),
        income(ann_date=None, report_type=None, security_name="浦发银行"),
        income(statement_type="10", opera_rev=-1.0, total_profit=0, net_pro_after_ded_nr_gl=None),
        income(comments="更正", currency_code="CNY", comp_type_code=1.0),
        income(unknown_column=math.nan),
    ],
)
def test_good_rows(good: StatementRow) -> None:
    assert why(good) == [""]


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (income("20110929"), "not_a_period"),
        (income("20111331"), "not_a_period"),
        (income("2011-09-30"), "not_a_period"),
        (income(reporting_period=None), "not_a_period"),
        (income(reporting_period=20110930), "not_a_period"),
        (income(code="600009.SH"), "not_requested"),
        (income("20101231"), "not_requested"),
        (income("20120331"), "not_requested"),
        (income(statement_type=None), "no_type"),
        (income(statement_type="合并"), "no_type"),
        (income(statement_type=1), "no_type"),
        (income(ann_date="20110231"), "not_a_day"),
        (income(ann_date="2011-10-28"), "not_a_day"),
        (income(actual_ann_date=""), "not_a_day"),
        (income(security_name=math.nan), "not_a_text"),
        (income(opera_rev=math.nan), "not_a_number"),
        (income(opera_rev=math.inf), "not_a_number"),
        (income(ebit="1,000"), "not_a_number"),
        (income(comments=math.nan), "not_a_number"),
    ],
)
def test_bad_rows(bad: StatementRow, reason: str) -> None:
    assert why(income("20110630"), bad) == ["", reason]


def test_a_row_without_any_column() -> None:
    assert why({}) == ["not_a_period"]


def test_rows_that_share_a_key_and_differ_are_all_set_aside() -> None:
    other: dict[str, Any] = {"opera_rev": 2.0}
    found = why(
        income(),
        income(**other),
        income("20110630"),
        income(ann_date="20120131", **other),
        income(),
    )
    assert found == ["contradictory", "contradictory", "", "", "contradictory"]
    assert why(income(), income()) == ["", ""]
    assert why(income(), income(code=YOUNG.code, **other)) == ["", ""]
    assert why(income(), income(opera_rev=math.nan)) == ["", "not_a_number"]
