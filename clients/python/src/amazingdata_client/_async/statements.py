"""Calls for financial statements."""

from collections.abc import Awaitable, Iterable

from amazingdata_client._async.portions import in_portions
from amazingdata_client._async.session import AsyncSession
from amazingdata_client.answers import Envelope
from amazingdata_client.progress_bar import Progress
from amazingdata_client.questions import MOST_CODES, day, distinct
from amazingdata_client.results import StatementResult
from amazingdata_client.words import DayLike


class AsyncStatements(AsyncSession):
    """Balance sheets, income statements and cash flow statements."""

    async def balance_sheet(
        self,
        codes: str | Iterable[str],
        start_date: DayLike,
        end_date: DayLike,
        statement_type: str = "1",
        *,
        progress: Progress = False,
    ) -> StatementResult:
        """Return balance sheets (`GET /finance/balance-sheet`).

        Parameters
        ----------
        codes : str or iterable of str
            Any number of stock codes; the client splits the request as the API requires.
        start_date, end_date : str or date
            First and last reporting period, which are last days of quarters.
        statement_type : str
            "1" for consolidated statements.
        progress : callable or bool
            See `kline`.

        Returns
        -------
        StatementResult
            The statements of each code by reporting period, and how complete they are. Figures
            are in yuan.

        Raises
        ------
        InvalidInputError
            A parameter is invalid; see `errors`.
        NotFoundError
            Every code is unknown. If only some are, they are in `meta.unknown_codes`.
        """
        scope = _scope(start_date, end_date, statement_type)
        return await self._statements("balance-sheet", codes, scope, progress)

    async def income(
        self,
        codes: str | Iterable[str],
        start_date: DayLike,
        end_date: DayLike,
        statement_type: str = "1",
        *,
        progress: Progress = False,
    ) -> StatementResult:
        """Return income statements (`GET /finance/income`).

        Parameters
        ----------
        codes, start_date, end_date, statement_type, progress
            See `balance_sheet`.

        Returns
        -------
        StatementResult
            See `balance_sheet`.
        """
        scope = _scope(start_date, end_date, statement_type)
        return await self._statements("income", codes, scope, progress)

    async def cash_flow(
        self,
        codes: str | Iterable[str],
        start_date: DayLike,
        end_date: DayLike,
        statement_type: str = "1",
        *,
        progress: Progress = False,
    ) -> StatementResult:
        """Return cash flow statements (`GET /finance/cash-flow`).

        Parameters
        ----------
        codes, start_date, end_date, statement_type, progress
            See `balance_sheet`.

        Returns
        -------
        StatementResult
            See `balance_sheet`.
        """
        scope = _scope(start_date, end_date, statement_type)
        return await self._statements("cash-flow", codes, scope, progress)

    async def _statements(
        self, name: str, codes: str | Iterable[str], scope: dict[str, str], progress: Progress
    ) -> StatementResult:
        def ask(some: list[str]) -> Awaitable[Envelope]:
            return self.call("GET", f"/finance/{name}", params={"codes": ",".join(some), **scope})

        return await in_portions(StatementResult, distinct(codes), MOST_CODES, ask, progress)


def _scope(start_date: DayLike, end_date: DayLike, statement_type: str) -> dict[str, str]:
    return {
        "start_date": day(start_date),
        "end_date": day(end_date),
        "statement_type": statement_type,
    }
