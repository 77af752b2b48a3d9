"""Which rows may be stored."""

import math
from typing import Any

import pytest

from marketdata.finance.statement import Statement, StatementRow
from marketdata.ingest.statement_check import announced_last, statement_faults
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


def test_the_later_actual_announcement_wins() -> None:
    first = income(actual_ann_date="20111028", opera_rev=1.0)
    later = income(actual_ann_date="20111031", opera_rev=2.0)
    never = income(actual_ann_date=None, opera_rev=3.0)
    assert why(first, later, never) == ["", "", ""]
    for rows in ([first, later, never], [later, never, first], [never, first, later]):
        assert announced_last(rows) == [later]
    assert announced_last([never, first]) == [first]


def test_rivals_of_the_last_announcement_are_contradictory() -> None:
    """None of them is stored, nor an older one in their place, which is known to be replaced."""
    first = income(actual_ann_date="20111028")
    rivals = [income(actual_ann_date="20111031", opera_rev=value) for value in (1.0, 2.0)]
    assert why(first, *rivals, income("20110630")) == ["contradictory"] * 3 + [""]
    older = [income(actual_ann_date="20111028", opera_rev=value) for value in (1.0, 2.0)]
    assert why(*older, income(actual_ann_date="20111031")) == ["", "", ""]


@pytest.mark.parametrize(
    "foreign",
    [
        {"update_flag": 1.0},
        {"UPDATE_TIME": "2011-10-28 17:00:00"},
        {"unknown_column": math.nan},
        {"security_name": "浦发 银行"},
    ],
)
def test_foreign_columns_contradict_nobody(foreign: dict[str, Any]) -> None:
    plain, other = income(), income(**foreign)
    assert why(plain, other) == ["", ""]
    (kept,) = announced_last([plain, other])
    assert announced_last([other, plain]) == [kept]
    assert announced_last([income("20110630"), plain]) == [income("20110630"), plain]


def test_of_foreign_values_always_the_same_are_kept() -> None:
    versions = [income(update_flag=value) for value in (1.0, 0.0, None)]
    kept = {repr(announced_last([*versions[at:], *versions[:at]])) for at in range(3)}
    assert kept == {repr([versions[0]])}
