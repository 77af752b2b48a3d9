"""Financial statements of listed companies."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import Field

from marketdata.api.klines import answer
from marketdata.api.parameters import Codes, DayRange
from marketdata.api.router import Answer, Call, Router
from marketdata.aws.objects import Bucket
from marketdata.aws.tables import Table
from marketdata.blocks.store import BlockStore
from marketdata.catalog.calendar import last_final_day
from marketdata.catalog.catalog_store import load_catalog
from marketdata.finance.reader import StatementQuestion, StatementReader
from marketdata.finance.statement import CONSOLIDATED, Statement, StatementDataset
from marketdata.settings import settings
from marketdata.upstream.client import fetch_statements

router = Router()
handler = router.handler


class StatementQuery(DayRange):
    """Which companies, comma separated, which reporting periods, which type of statement."""

    codes: Codes
    statement_type: Annotated[str, Field(pattern="^[0-9A-Za-z]{1,16}$")] = CONSOLIDATED


@router.get("/finance/balance-sheet", query=StatementQuery, summary="获取资产负债表")
def read_balance_sheets(call: Call[StatementQuery]) -> Answer:
    """Give what companies owned and owed at the end of each reporting period."""
    return _read(call, Statement.BALANCE_SHEET)


@router.get("/finance/income", query=StatementQuery, summary="获取利润表")
def read_incomes(call: Call[StatementQuery]) -> Answer:
    """Give what companies earned from the year's beginning to the end of each reporting period."""
    return _read(call, Statement.INCOME)


@router.get("/finance/cash-flow", query=StatementQuery, summary="获取现金流量表")
def read_cash_flows(call: Call[StatementQuery]) -> Answer:
    """Give companies' cash flows from the year's beginning to the end of each reporting period."""
    return _read(call, Statement.CASH_FLOW)


def _read(call: Call[StatementQuery], statement: Statement) -> Answer:
    asked = call.parameters
    reader = StatementReader(
        blocks=BlockStore(Table(settings().market_table), Bucket(settings().bucket)),
        catalog=load_catalog(),
        fetch=fetch_statements,
        final_until=last_final_day(datetime.now(UTC), settings().final_time),
        upstream=settings().upstream,
    )
    question = StatementQuestion(
        StatementDataset(statement),
        asked.codes,
        asked.start_date,
        asked.end_date,
        asked.statement_type,
    )
    return answer(call, reader.read(question))
