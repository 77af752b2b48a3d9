"""The tool about financial statements, as they were known on a day."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated

import orjson

from marketdata import deployment
from marketdata.api.parameters import one_of
from marketdata.blocks.codec import JOINT
from marketdata.errors import InvalidInputError
from marketdata.finance.statement import (
    CONSOLIDATED,
    HEADER,
    TEXTS,
    Statement,
    StatementDataset,
    known_since,
)
from marketdata.kline.rows import RowSet
from marketdata.mcp.arguments import AskedDay, FewCodes, Fields, Question
from marketdata.mcp.fitting import Draft
from marketdata.mcp.reading import check_not_future, rows_by_code

YEARS = 3
"""How far back reporting periods go by default."""

MOST_FIGURES = 120
"""Codes times fields: each has figures of its own, which must leave room for rows."""

ANNOUNCED = "announced"
"""The column with the day from which on a row was public."""

MAIN_FIELDS = {
    Statement.INCOME: (
        "tot_opera_rev",
        "opera_profit",
        "total_profit",
        "net_pro_incl_min_int_inc",
        "net_pro_excl_min_int_inc",
        "basic_eps",
    ),
    Statement.BALANCE_SHEET: (
        "total_assets",
        "total_liab",
        "tot_share_equity_incl_min_int",
        "tot_share_equity_excl_min_int",
        "currency_cap",
        "tot_share",
    ),
    Statement.CASH_FLOW: (
        "net_cash_flows_opera_act",
        "net_cash_flows_inv_act",
        "net_cash_flows_fin_act",
        "net_incr_cash_and_cash_equ",
        "end_bal_cash_cash_equ",
        "free_cash_flow",
    ),
}
"""What is shown of a statement unless `fields` asks for others."""


class FinancialsQuestion(Question):
    """Which statements of which companies, as known on which day."""

    codes: FewCodes
    as_of: AskedDay
    statement: Annotated[str, one_of(Statement)] = Statement.INCOME
    start_date: AskedDay | None = None
    end_date: AskedDay | None = None
    fields: Fields | None = None


def get_financials(asked: FinancialsQuestion) -> Draft:
    """Return statements that were public on a day; errors as in `finance.reader`.

    Raises
    ------
    InvalidInputError
        An argument is wrong; the error names it.
    """
    from marketdata.finance.reader import StatementQuestion  # noqa: PLC0415

    check_not_future("as_of", asked.as_of)
    statement = Statement(asked.statement)
    fields = _fields(statement, asked.fields or MAIN_FIELDS[statement])
    if len(fields) * len(asked.codes) > MOST_FIGURES:
        reason = f"times codes must be at most {MOST_FIGURES}: ask for fewer of either"
        raise InvalidInputError("fields", reason)
    start, end = _days(asked)
    question = StatementQuestion(
        StatementDataset(statement), asked.codes, start, end, CONSOLIDATED, asked.as_of
    )
    rows = _announced(deployment.statement_reader().read(question))
    everything = (ANNOUNCED, *(name for name in HEADER if name != "reporting_period"))
    return rows_by_code(
        rows,
        ("reporting_period", ANNOUNCED, *fields),
        ("reporting_period", *everything, *statement.columns),
        asked.limit,
        facts={"as_of": asked.as_of, "statement": statement},
        # The catalog's names are those of today.
        names=False,
    )


def _days(asked: FinancialsQuestion) -> tuple[str, str]:
    """Return between which days the reporting periods end; none ends after `as_of`."""
    day = date.fromisoformat(asked.as_of)
    start = asked.start_date or f"{max(1, day.year - YEARS):04}0101"
    end = min(asked.end_date or asked.as_of, asked.as_of)
    if start > end:
        raise InvalidInputError("start_date", f"must not be after {end}, end_date or as_of")
    return start, end


def _fields(statement: Statement, wanted: Sequence[str]) -> tuple[str, ...]:
    """Return the columns of numbers that are wanted.

    Raises
    ------
    InvalidInputError
        The statement has no such column; the error names those that are spelled alike.
    """
    known = [name for name in statement.columns if name not in TEXTS]
    for name in wanted:
        if name not in known:
            from difflib import get_close_matches  # noqa: PLC0415

            near = get_close_matches(name.lower(), known, 5, 0.4) or MAIN_FIELDS[statement]
            reason = f"{name[:40]!r} is no column of {statement}; there are {', '.join(near)}"
            raise InvalidInputError("fields", f"{reason} and others")
    return tuple(dict.fromkeys(wanted))


def _announced(rows: RowSet) -> RowSet:
    """Add to each row the day from which on it was public."""

    def text(code: str) -> bytes:
        lines = [line for piece in rows.pieces[code] for line in piece.text.split(JOINT)]
        since = (orjson.loads(line) | {ANNOUNCED: known_since(line)} for line in lines)
        return JOINT.join(map(orjson.dumps, since))

    return RowSet.of({code: text(code) for code in rows.pieces}, rows.meta)
