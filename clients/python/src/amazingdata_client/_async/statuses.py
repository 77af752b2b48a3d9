"""Calls for the status of stocks."""

from collections.abc import Awaitable, Iterable
from functools import partial

from amazingdata_client._async.portions import in_portions
from amazingdata_client._async.session import AsyncSession
from amazingdata_client.answers import Envelope
from amazingdata_client.day_result import StatusDayResult
from amazingdata_client.export_models import DayCompleteness
from amazingdata_client.progress_bar import Progress
from amazingdata_client.questions import bars_of, codes_at_once, columns, day, given, named
from amazingdata_client.reading import read
from amazingdata_client.results import StatusResult
from amazingdata_client.words import DayLike


class AsyncStatuses(AsyncSession):
    """The status of stocks: previous close, limits, ST, suspensions, ex-dates."""

    async def status(
        self,
        codes: str | Iterable[str] | None = None,
        start_date: DayLike = "",
        end_date: DayLike = "",
        *,
        fields: str | Iterable[str] | None = None,
        universe: str | None = None,
        progress: Progress = False,
    ) -> StatusResult:
        """Return the status of stocks on each day of a range (`GET /stock/status`).

        Parameters
        ----------
        codes : str or iterable of str
            Any number of stock codes; the client splits the request as the API requires.
        start_date, end_date : str or date
            First and last day; the service refuses a request without them.
        fields : str or iterable of str, optional
            Only these columns, beside `trade_date`.
        universe : str, optional
            An index instead of `codes`; see `kline`.
        progress : callable or bool
            See `kline`.

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
        chosen = columns(fields)
        scope = bars_of(start_date, end_date, None)
        scope |= given(fields=chosen and ",".join(chosen), universe=universe)

        def ask(some: list[str]) -> Awaitable[Envelope]:
            params = scope if universe and not some else {"codes": ",".join(some), **scope}
            return self.call("GET", "/stock/status", params=params)

        size = codes_at_once("daily", day(start_date), day(end_date))
        make = partial(StatusResult, fields=chosen)
        return await in_portions(make, named(codes), size, ask, progress)

    async def status_day(
        self, trade_date: DayLike, *, fields: str | Iterable[str] | None = None
    ) -> StatusDayResult:
        """Return the status of all stocks on a market day (`GET /stock/status`).

        Parameters
        ----------
        trade_date : str or date
            The trading day.
        fields : str or iterable of str, optional
            Only these columns, beside `trade_date`.

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
        chosen = columns(fields)
        params = given(trade_date=day(trade_date), fields=chosen and ",".join(chosen))
        answer = await self.call("GET", "/stock/status", params=params)
        return StatusDayResult(answer.data, read(DayCompleteness, answer.meta), chosen)
