"""Synthetic statements: every sum holds, and nothing depends on how they are asked for."""

from itertools import pairwise

import pytest

from marketdata.blocks.dataset import Kind
from marketdata.catalog.securities import Security
from marketdata.finance.periods import due_day
from marketdata.finance.statement import CONSOLIDATED, HEADER, Statement, StatementRow
from marketdata.ingest.statement_check import statement_faults
from marketdata.sources.source import StatementRequest
from marketdata.sources.synthetic.source import SyntheticSource
from tests.support.clocks import clock

SOURCE = SyntheticSource(clock("2025-11-21T18:00"), "17:00")
STOCKS = [each for each in SOURCE.list_securities().securities if each.kind is Kind.STOCK]
CODES = tuple(stock.code for stock in STOCKS)


def fetch(
    statement: Statement,
    *codes: str,
    start: str = "20200101",
    end: str = "20251231",
    source: SyntheticSource = SOURCE,
) -> list[StatementRow]:
    found = source.fetch_statements(StatementRequest(statement, codes or CODES[::10], start, end))
    assert not found.failed
    return found.rows


def number(row: StatementRow, name: str) -> float:
    value = row[name]
    assert isinstance(value, float)
    return value


def total(row: StatementRow, *names: str) -> float:
    return sum(number(row, name) for name in names)


def test_balance_sheets_balance() -> None:
    rows = fetch(Statement.BALANCE_SHEET)
    assert len(rows) > 500
    for row in rows:
        equity = total(row, "cap_stock", "cap_resv", "undistributed_pro", "minority_equity")
        assert total(row, "total_liab", "tot_share_equity_incl_min_int") == row["total_assets"]
        assert total(row, "total_cur_assets", "tot_noncur_assets") == row["total_assets"]
        assert total(row, "total_cur_liab", "total_noncur_liab") == row["total_liab"]
        assert row["tot_share_equity_incl_min_int"] == equity > 0
        current = total(row, "currency_cap", "acc_receivable", "inv", "other_cur_assets")
        assert row["total_cur_assets"] == current


def test_incomes_add_up() -> None:
    for row in fetch(Statement.INCOME):
        profit = number(row, "opera_rev") - number(row, "tot_opera_cost")
        before_tax = profit + number(row, "plus_non_opera_rev") - number(row, "less_non_opera_exp")
        net = before_tax - number(row, "income_tax")
        assert (row["opera_profit"], row["total_profit"]) == (profit, before_tax)
        assert row["net_pro_incl_min_int_inc"] == net
        assert total(row, "net_pro_excl_min_int_inc", "min_int_inc") == net


def test_cash_flows_lead_from_balance_sheet_to_balance_sheet() -> None:
    sheets = {
        (row["code"], row["reporting_period"]): row["currency_cap"]
        for row in fetch(Statement.BALANCE_SHEET, start="20190101")
    }
    profits = {
        (row["code"], row["reporting_period"]): row["net_pro_incl_min_int_inc"]
        for row in fetch(Statement.INCOME)
    }
    for row in fetch(Statement.CASH_FLOW):
        place = (row["code"], row["reporting_period"])
        year = int(str(row["reporting_period"])[:4])
        flows = [f"net_cash_flows_{kind}_act" for kind in ("opera", "inv", "fin")]
        change = total(row, *flows, "eff_fx_fluc_cash")
        assert row["net_incr_cash_and_cash_equ"] == change
        assert total(row, "beg_bal_cash_cash_equ", "net_incr_cash_and_cash_equ") == sheets[place]
        before = sheets.get((row["code"], f"{year - 1}1231"), row["beg_bal_cash_cash_equ"])
        assert row["beg_bal_cash_cash_equ"] == before
        assert row["net_profit"] == profits[place]
        for kind, flow in zip(("oper", "inv", "fin"), flows, strict=True):
            out = "opera" if kind == "oper" else kind
            paid = number(row, f"tot_cash_outflow_{out}_act")
            assert number(row, f"tot_cash_inflow_{kind}_act") - paid == row[flow]
            assert paid >= 0


def test_a_year_adds_up_its_quarters() -> None:
    rows = fetch(Statement.INCOME, "600000.SH", start="20240101", end="20241231")
    revenue = [number(row, "opera_rev") for row in rows]
    assert all(later > earlier > 0 for earlier, later in pairwise(revenue))


@pytest.mark.parametrize("statement", Statement)
def test_rows_are_good_and_complete(statement: Statement) -> None:
    rows = fetch(statement, *CODES)
    assert not any(statement_faults(rows, statement, frozenset(CODES), "20200101", "20251231"))
    names = {stock.code: stock.name for stock in STOCKS}
    for row in rows:
        assert row.keys() <= {"code", *HEADER, *statement.columns}
        assert row["security_name"] == names[str(row["code"])]
        assert row["statement_type"] == CONSOLIDATED
        period, day = str(row["reporting_period"]), str(row["ann_date"])
        assert period < day <= min(due_day(period), "20251121")
    # The third quarter of 2025 was due on October 31.
    assert max(str(row["reporting_period"]) for row in rows) == "20250930"
    listed = {stock.code for stock in STOCKS if (stock.list_date or "") <= "20250930"}
    gone = {stock.code for stock in STOCKS if stock.delist_date}
    latest = {row["code"] for row in rows if row["reporting_period"] == "20250930"}
    assert latest >= listed - gone


def test_the_range_asked_for_changes_nothing() -> None:
    everything = {row["reporting_period"]: row for row in fetch(Statement.CASH_FLOW, "600000.SH")}
    [one] = fetch(Statement.CASH_FLOW, "600000.SH", start="20220630", end="20220630")
    assert one == everything["20220630"]
    later = SyntheticSource(clock("2026-11-20T18:00"), "17:00")
    assert one in fetch(Statement.CASH_FLOW, "600000.SH", source=later)
    other = SyntheticSource(clock("2025-11-21T18:00"), "17:00", seed=7)
    assert one not in fetch(Statement.CASH_FLOW, "600000.SH", source=other)


def test_reports_appear_when_they_are_announced() -> None:
    [row] = fetch(Statement.INCOME, "600000.SH", start="20240930", end="20240930")
    day = str(row["ann_date"])
    on_the_day = SyntheticSource(clock(f"{day[:4]}-{day[4:6]}-{day[6:]}T00:00"), "17:00")
    assert fetch(Statement.INCOME, "600000.SH", source=on_the_day)[-1] == row
    before = SyntheticSource(clock("2024-10-01T00:00"), "17:00")
    assert fetch(Statement.INCOME, "600000.SH", source=before)[-1]["reporting_period"] == "20240630"


def test_before_the_listing_there_are_half_years_and_after_the_end_nothing() -> None:
    def periods(stock: Security) -> list[str]:
        rows = fetch(Statement.INCOME, stock.code, start="19860101")
        return [str(row["reporting_period"]) for row in rows]

    young = max(STOCKS, key=lambda stock: stock.list_date or "")
    early = [period for period in periods(young) if period < (young.list_date or "")]
    assert {period[4:] for period in early} == {"0630", "1231"}
    assert min(early)[:4] == str(int((young.list_date or "")[:4]) - 4)
    gone = next(stock for stock in STOCKS if stock.delist_date)
    assert max(periods(gone)) <= (gone.delist_date or "")


def test_only_stocks_have_statements() -> None:
    assert fetch(Statement.INCOME, "000300.SH", "510300.SH", "IF2401.CFE", "999999.SH") == []
