"""Calls about financial statements."""

from collections.abc import Awaitable, Iterable
from datetime import date

from amazingdata_client._async.portions import in_portions
from amazingdata_client._async.session import AsyncSession
from amazingdata_client.answers import Envelope
from amazingdata_client.questions import MOST_CODES, day, distinct
from amazingdata_client.results import StatementResult


class AsyncStatements(AsyncSession):
    """Balance sheets, income and cash flow statements.

    The parameters are those of all three: codes, as many as you like; first and last reporting
    period; the type of statement, "1" for consolidated ones.
    """

    async def balance_sheet(
        self,
        codes: str | Iterable[str],
        start_date: str | date,
        end_date: str | date,
        statement_type: str = "1",
    ) -> StatementResult:
        """Read balance sheets (`GET /finance/balance-sheet`)."""
        return await self._statements("balance-sheet", codes, start_date, end_date, statement_type)

    async def income(
        self,
        codes: str | Iterable[str],
        start_date: str | date,
        end_date: str | date,
        statement_type: str = "1",
    ) -> StatementResult:
        """Read income statements (`GET /finance/income`)."""
        return await self._statements("income", codes, start_date, end_date, statement_type)

    async def cash_flow(
        self,
        codes: str | Iterable[str],
        start_date: str | date,
        end_date: str | date,
        statement_type: str = "1",
    ) -> StatementResult:
        """Read cash flow statements (`GET /finance/cash-flow`)."""
        return await self._statements("cash-flow", codes, start_date, end_date, statement_type)

    async def _statements(
        self,
        name: str,
        codes: str | Iterable[str],
        start_date: str | date,
        end_date: str | date,
        statement_type: str,
    ) -> StatementResult:
        scope = {
            "start_date": day(start_date),
            "end_date": day(end_date),
            "statement_type": statement_type,
        }

        def ask(some: list[str]) -> Awaitable[Envelope]:
            return self.call("GET", f"/finance/{name}", params={"codes": ",".join(some), **scope})

        return await in_portions(StatementResult, distinct(codes), MOST_CODES, ask)
