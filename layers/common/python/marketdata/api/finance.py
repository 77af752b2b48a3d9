"""The calls for the financial statements of listed companies."""

from typing import Annotated

from pydantic import Field

from marketdata import deployment
from marketdata.api.parameters import Codes, DayRange
from marketdata.api.router import Answer, Call, Router
from marketdata.api.row_answer import answer_rows
from marketdata.finance.reader import StatementQuestion, StatementReader
from marketdata.finance.statement import CONSOLIDATED, Statement, StatementDataset

router = Router()


class StatementQuery(DayRange):
    """Companies (comma-separated codes), reporting periods and type of statement."""

    codes: Codes
    statement_type: Annotated[str, Field(pattern="^[0-9A-Za-z]{1,16}$")] = CONSOLIDATED


@router.get("/finance/balance-sheet", query=StatementQuery, summary="获取资产负债表")
def read_balance_sheets(call: Call[StatementQuery]) -> Answer:
    """Return what companies owned and owed at the end of each reporting period."""
    return _read(call, Statement.BALANCE_SHEET)


@router.get("/finance/income", query=StatementQuery, summary="获取利润表")
def read_incomes(call: Call[StatementQuery]) -> Answer:
    """Return what companies earned from the start of the year to the end of each period."""
    return _read(call, Statement.INCOME)


@router.get("/finance/cash-flow", query=StatementQuery, summary="获取现金流量表")
def read_cash_flows(call: Call[StatementQuery]) -> Answer:
    """Return companies' cash flows from the start of the year to the end of each period."""
    return _read(call, Statement.CASH_FLOW)


def _read(call: Call[StatementQuery], statement: Statement) -> Answer:
    asked = call.parameters
    question = StatementQuestion(
        StatementDataset(statement),
        asked.codes,
        asked.start_date,
        asked.end_date,
        asked.statement_type,
    )
    reader: StatementReader = deployment.statement_reader()
    return answer_rows(call, reader.read(question))
