"""Calls for the status of stocks."""

from collections.abc import Awaitable, Iterable
from datetime import date

from amazingdata_client._async.portions import in_portions
from amazingdata_client._async.session import AsyncSession
from amazingdata_client.answers import Envelope
from amazingdata_client.day_result import StatusDayResult
from amazingdata_client.export_models import DayCompleteness
from amazingdata_client.questions import codes_at_once, day, given, named
from amazingdata_client.reading import read
from amazingdata_client.results import StatusResult


class AsyncStatuses(AsyncSession):
    """The status of stocks: previous close, limits, ST, suspensions, ex-dates."""

    async def status(
        self,
        codes: str | Iterable[str] | None = None,
        start_date: str | date = "",
        end_date: str | date = "",
        *,
        universe: str | None = None,
    ) -> StatusResult:
        """Return the status of stocks on each day of a range (`GET /stock/status`).

        Parameters
        ----------
        codes : str or iterable of str
            Any number of stock codes; the client splits the request as the API requires.
        start_date, end_date : str or date
            First and last day; the service refuses a request without them.
        universe : str, optional
            An index instead of `codes`; see `kline`.

        Returns
        -------
        StatusResult
            The status of each code by day, and how complete it is. Codes of kinds and markets
            without a status are in `meta.not_covered`.

        Raises
        ------
        InvalidInputError
            A parameter is invalid; see `errors`.
        NotFoundError
            Every code is unknown, or the index is. If only some codes are, they are in
            `meta.unknown_codes`.
        """
        start, end = day(start_date), day(end_date)

        def ask(some: list[str]) -> Awaitable[Envelope]:
            listed = None if universe and not some else ",".join(some)
            params = given(codes=listed, start_date=start, end_date=end, universe=universe)
            return self.call("GET", "/stock/status", params=params)

        size = codes_at_once("daily", start, end)
        return await in_portions(StatusResult, named(codes), size, ask)

    async def status_day(self, trade_date: str | date) -> StatusDayResult:
        """Return the status of all stocks on a market day (`GET /stock/status`).

        Parameters
        ----------
        trade_date : str or date
            The trading day.

        Returns
        -------
        StatusDayResult
            The status of each code, and how complete the day is. A day that is not final yet, or
            was never published, has no rows; see `meta.release.condition`.

        Raises
        ------
        InvalidInputError
            The day is a holiday, or beyond the service's calendar.
        """
        params = {"trade_date": day(trade_date)}
        answer = await self.call("GET", "/stock/status", params=params)
        return StatusDayResult(answer.data, read(DayCompleteness, answer.meta))
