"""Statements of the synthetic companies, in whole yuan; all of their sums hold.

They are independent of the prices: a company's profit does not move its shares.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from marketdata.catalog.securities import Security, life
from marketdata.finance.periods import DUE, FIRST_PERIOD, due_day, periods_between, with_prospectus
from marketdata.finance.statement import CONSOLIDATED, Statement, StatementRow, Value
from marketdata.sources.source import StatementRequest
from marketdata.sources.synthetic.bars import Floats
from marketdata.sources.synthetic.paths import generator

FIRST_YEAR = int(FIRST_PERIOD[:4])
GROWTH = 1.012
"""Growth of revenue per quarter."""

EARLIEST = {"0331": 20, "0630": 45, "0930": 20, "1231": 80}
"""How many days before the deadline a quarter's report may be published."""

HALF_YEARS = ("0630", "1231")

type Columns = dict[str, Floats]


@dataclass(frozen=True, slots=True)
class Books:
    """A company's books, as arrays with one value for each quarter since `FIRST_YEAR`.

    Attributes
    ----------
    income : dict
        Columns of the income statement, for the single quarter.
    assets, claims : dict
        Columns of the balance sheet at the quarter's end.
    flows : array of float, (quarters, 3)
        Cash from operations, from investing and from exchange rates, for the single quarter.
    """

    income: Columns
    assets: Columns
    claims: Columns
    flows: Floats


def statements(
    seed: int, security: Security, request: StatementRequest, today: str
) -> Iterator[StatementRow]:
    """Draw the requested statements of a company that are published by today, YYYYMMDD.

    Before its listing, a company has half-year reports only, in its prospectus.
    """
    first, last = life(with_prospectus(security))
    start, end = max(request.start, first), min(request.end, last, today)
    announced = {
        period: _announced(seed, security, period)
        for period in periods_between(security.market, start, end)
        if period >= (security.list_date or "") or period[4:] in HALF_YEARS
    }
    published = {period: day for period, day in announced.items() if day <= today}
    if not published:
        return
    columns = _columns(request.statement, books(seed, security.code, 1 + _place(max(published))))
    for period, day in published.items():
        header: dict[str, Value] = {
            "code": security.code,
            "reporting_period": period,
            "statement_type": CONSOLIDATED,
            "ann_date": day,
            "actual_ann_date": day,
            "security_name": security.name,
        }
        place = _place(period)
        yield header | {name: float(values[place]) for name, values in columns.items()}


def _place(period: str) -> int:
    return 4 * (int(period[:4]) - FIRST_YEAR) + list(DUE).index(period[4:])


def _announced(seed: int, security: Security, period: str) -> str:
    draw = generator(seed, f"{security.code}/announced/{period}").integers(EARLIEST[period[4:]])
    day = date.fromisoformat(due_day(period)) - timedelta(days=int(draw))
    return day.strftime("%Y%m%d")


def books(seed: int, code: str, quarters: int) -> Books:
    """Draw the books of a company for the first `quarters` quarters."""
    size, cost = generator(seed, f"{code}/company").uniform((18, 0.6), (23, 0.8))
    noise = generator(seed, f"{code}/quarters").standard_normal((quarters, 8))
    season = np.resize([0.9, 1.0, 1.0, 1.1], quarters)
    base = float(np.exp(size))
    revenue = np.rint(base * season * GROWTH ** np.arange(quarters) * np.exp(0.08 * noise[:, 0]))
    income = _income(revenue, cost, noise)
    claims = _claims(base, income, noise)
    assets = _assets(claims["total_liab_share_equity"], noise)
    earned = income["net_pro_incl_min_int_inc"]
    flows = np.rint(
        np.stack(
            [
                earned * (1.1 + 0.3 * noise[:, 5]),
                -0.05 * revenue * (2 + noise[:, 6]),
                1e-4 * revenue,
            ],
            axis=1,
        )
    )
    return Books(income, assets, claims, flows)


def _income(revenue: Floats, cost: float, noise: Floats) -> Columns:
    taxes, selling, admin, interest = (
        np.rint(revenue * share) for share in (0.01, 0.05, 0.06, 0.01)
    )
    goods = np.rint(revenue * cost * np.exp(0.05 * noise[:, 1]))
    costs = goods + taxes + selling + admin + interest
    profit = revenue - costs
    other, lost = np.rint(0.004 * revenue * np.exp(noise[:, 2:4].T))
    total = profit + other - lost
    tax = np.rint(0.25 * np.maximum(total, 0))
    net = total - tax
    minority = np.rint(0.05 * net)
    return {
        "tot_opera_rev": revenue,
        "opera_rev": revenue,
        "tot_opera_cost": costs,
        "less_opera_cost": goods,
        "less_bus_tax_surcharge": taxes,
        "less_selling_exp": selling,
        "less_admin_exp": admin,
        "less_fin_exp": interest,
        "opera_profit": profit,
        "plus_non_opera_rev": other,
        "less_non_opera_exp": lost,
        "total_profit": total,
        "income_tax": tax,
        "net_pro_incl_min_int_inc": net,
        "min_int_inc": minority,
        "net_pro_excl_min_int_inc": net - minority,
        "tot_compre_inc": net,
    }


def _claims(base: float, income: Columns, noise: Floats) -> Columns:
    """Draw equity, which grows with the profits, and debt, which grows with the equity."""
    kept = np.rint(0.3 * np.cumsum(income["net_pro_excl_min_int_inc"]))
    shares, paid_in = np.full_like(kept, round(base)), np.full_like(kept, round(3 * base))
    own = shares + paid_in + np.maximum(kept, -round(base))
    minority = np.maximum(round(0.2 * base) + np.cumsum(income["min_int_inc"]), 0)
    equity = own + minority
    debt = np.rint(equity * np.exp(0.05 * noise[:, 4]))
    current = np.rint(0.7 * debt)
    short, payable, loan = np.rint(0.3 * current), np.rint(0.4 * current), np.rint(0.2 * debt)
    return {
        "st_borrowing": short,
        "acct_payable": payable,
        "other_cur_liab": current - short - payable,
        "total_cur_liab": current,
        "lt_loan": loan,
        "other_noncur_liab": debt - current - loan,
        "total_noncur_liab": debt - current,
        "total_liab": debt,
        "cap_stock": shares,
        "tot_share": shares,
        "cap_resv": paid_in,
        "undistributed_pro": own - shares - paid_in,
        "tot_share_equity_excl_min_int": own,
        "minority_equity": minority,
        "tot_share_equity_incl_min_int": equity,
        "total_liab_share_equity": debt + equity,
    }


def _assets(total: Floats, noise: Floats) -> Columns:
    cash = np.rint(total * 0.15 * np.exp(0.1 * noise[:, 7]))
    owed, stock, plant, rights = (np.rint(total * share) for share in (0.15, 0.18, 0.3, 0.05))
    other = np.rint(0.1 * (total - cash - owed - stock - plant - rights))
    current = cash + owed + stock + other
    return {
        "currency_cap": cash,
        "acc_receivable": owed,
        "inv": stock,
        "other_cur_assets": other,
        "total_cur_assets": current,
        "fixed_assets": plant,
        "intangible_assets": rights,
        "oth_noncur_assets": total - current - plant - rights,
        "tot_noncur_assets": total - current,
        "total_assets": total,
    }


def _columns(statement: Statement, drawn: Books) -> Columns:
    if statement is Statement.BALANCE_SHEET:
        return drawn.assets | drawn.claims
    income = {name: _year_to_date(values) for name, values in drawn.income.items()}
    if statement is Statement.INCOME:
        shares = drawn.claims["cap_stock"]
        return income | {"basic_eps": np.round(income["net_pro_excl_min_int_inc"] / shares, 4)}
    return _cash_flow(drawn, income)


def _cash_flow(drawn: Books, income: Columns) -> Columns:
    """Return the cash flows of the year to date; financing balances the others."""
    cash = drawn.assets["currency_cap"]
    quarter = np.arange(len(cash))
    # A year begins with the cash of the previous quarter; the very first year is never requested.
    before = cash[np.maximum(quarter - quarter % 4 - 1, 0)]
    operating, investing, rates = (_year_to_date(each) for each in drawn.flows.T)
    financing = cash - before - operating - investing - rates
    received = np.rint(1.1 * income["opera_rev"])
    raised, sold = (
        np.maximum(financing, 0) + before,
        np.maximum(investing, 0) + np.rint(0.1 * before),
    )
    return {
        "tot_cash_inflow_oper_act": received,
        "tot_cash_outflow_opera_act": received - operating,
        "net_cash_flows_opera_act": operating,
        "tot_cash_inflow_inv_act": sold,
        "tot_cash_outflow_inv_act": sold - investing,
        "net_cash_flows_inv_act": investing,
        "tot_cash_inflow_fin_act": raised,
        "tot_cash_outflow_fin_act": raised - financing,
        "net_cash_flows_fin_act": financing,
        "eff_fx_fluc_cash": rates,
        "net_incr_cash_and_cash_equ": cash - before,
        "beg_bal_cash_cash_equ": before,
        "end_bal_cash_cash_equ": cash,
        "net_profit": income["net_pro_incl_min_int_inc"],
    }


def _year_to_date(values: Floats) -> Floats:
    """Accumulate the quarters of each year, as Chinese statements do."""
    years = np.pad(values, (0, -len(values) % 4)).reshape(-1, 4)
    summed: Floats = np.cumsum(years, axis=1).ravel()[: len(values)]
    return summed
