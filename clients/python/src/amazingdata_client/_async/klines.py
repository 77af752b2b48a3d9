"""Calls for K-lines."""

from collections.abc import AsyncGenerator, Awaitable, Iterable
from functools import partial
from typing import Any

from amazingdata_client._async.portions import Ask, in_portions, one_by_one
from amazingdata_client._async.session import AsyncSession
from amazingdata_client.answers import Envelope
from amazingdata_client.models import Chart, Completeness
from amazingdata_client.progress_bar import Progress
from amazingdata_client.questions import (
    MINUTES,
    PORTION_BARS,
    bars_of,
    codes_at_once,
    columns,
    day,
    distinct,
    given,
    is_future,
    named,
    portion_size,
)
from amazingdata_client.reading import read
from amazingdata_client.results import KlineResult
from amazingdata_client.status_models import ChartStatus
from amazingdata_client.words import Adjust, DayLike, Include, Period


class AsyncKlines(AsyncSession):
    """K-lines of stocks, indices, funds and futures."""

    async def kline(
        self,
        codes: str | Iterable[str] | None = None,
        start_date: DayLike = "",
        end_date: DayLike = "",
        period: Period = "daily",
        *,
        count: int | None = None,
        adjust: Adjust = "none",
        adjust_anchor: DayLike | None = None,
        include: Include | None = None,
        fields: str | Iterable[str] | None = None,
        universe: str | None = None,
        progress: Progress = False,
    ) -> KlineResult:
        """Return the bars of stocks, indices and funds (`POST /stock/kline/batch`).

        Parameters
        ----------
        codes : str or iterable of str
            Any number of codes; the client splits the request as the API requires. If all are
            futures, this is `future_kline`.
        start_date, end_date : str or date
            First and last day; the service refuses a request without them or `count`.
        period : str
            "daily", "min1", "min5", "min15", "min30", "min60", "weekly" or "monthly".
        count : int, optional
            The number of the last bars of each code instead of `start_date`, up to `end_date` or
            the last final day. Days without a bar do not count; `meta.first` names the first.
        adjust : str
            "none", "forward" (latest prices unchanged) or "backward" (earliest prices unchanged).
        adjust_anchor : str or date, optional
            With "forward", the day whose prices are unchanged: nothing that happened later has any
            influence on prices up to it.
        include : str, optional
            "status" for the columns of `StockStatus` beside those of each bar, which must be daily;
            `meta.status` says how complete they are.
        fields : str or iterable of str, optional
            Only these columns, beside those of time.
        universe : str, optional
            An index such as "000300.SH" instead of `codes`: for each day, the bars of those that
            belonged to it on that day. `meta.universe` names them.
        progress : callable or bool
            A function that gets the number of codes that are done and that of all codes, first 0
            of them; True for a bar in a notebook or a terminal.

        Returns
        -------
        KlineResult
            The bars of each code in order of time, and how complete they are. Prices and amounts
            are in yuan (an index: points), volume is in shares. The time of a minute bar is its
            start, in Asia/Shanghai.

        Raises
        ------
        ValueError
            Prices of futures were to be adjusted, or their status included.
        InvalidInputError
            A parameter is invalid; see `errors`.
        NotFoundError
            Every code is unknown, or the index is. If only some codes are, they are in
            `meta.unknown_codes`.
        """
        chosen = columns(fields)
        listed, ask = self._bars(
            codes,
            bars_of(start_date, end_date, count) | {"period": period},
            adjust=adjust,
            adjust_anchor=adjust_anchor,
            include=include,
            fields=chosen,
            universe=universe,
        )
        size = codes_at_once(period, day(start_date), day(end_date), count)
        make = partial(KlineResult, fields=chosen, intraday=period in MINUTES)
        return await in_portions(make, listed, size, ask, progress)

    def iter_klines(
        self,
        codes: str | Iterable[str],
        start_date: DayLike = "",
        end_date: DayLike = "",
        period: Period = "daily",
        *,
        count: int | None = None,
        adjust: Adjust = "none",
        adjust_anchor: DayLike | None = None,
        include: Include | None = None,
        fields: str | Iterable[str] | None = None,
        portion: int | None = None,
        progress: Progress = False,
    ) -> AsyncGenerator[KlineResult, None]:
        """Return the bars of `kline` portion by portion, for more codes than fit into memory.

        Each portion has some of the codes, with all of their bars and their own completeness. The
        next one is asked for when the one before was taken, so no connection is in use meanwhile.

        Parameters
        ----------
        codes, start_date, end_date, period, count, adjust, adjust_anchor, include, fields
            See `kline`. The members of an index: see `constituents`.
        portion : int, optional
            The number of codes of a portion, up to 500; default: as many as have some 10,000 bars,
            at least one.
        progress : callable or bool
            See `kline`.

        Yields
        ------
        KlineResult
            What `kline` returns, of some of the codes, in their order. Unknown codes are in the
            `meta.unknown_codes` of a portion, and a code in two spellings is in one portion.

        Raises
        ------
        ValueError
            As in `kline`, or a portion of no codes was asked for.
        InvalidInputError, NotFoundError
            See `kline`.
        AmazingDataError
            A call failed; `delivered` of the error are the codes of the portions before, as they
            were asked for, without blanks around them. Every one of them can be used.
        """
        chosen = columns(fields)
        listed, ask = self._bars(
            codes,
            bars_of(start_date, end_date, count) | {"period": period},
            adjust=adjust,
            adjust_anchor=adjust_anchor,
            include=include,
            fields=chosen,
        )
        fitting = codes_at_once(period, day(start_date), day(end_date), count, PORTION_BARS)
        make = partial(KlineResult, fields=chosen, intraday=period in MINUTES)
        return one_by_one(make, listed, portion_size(portion, fitting), ask, progress)

    async def future_kline(
        self,
        codes: str | Iterable[str],
        start_date: DayLike = "",
        end_date: DayLike = "",
        period: Period = "daily",
        *,
        count: int | None = None,
        fields: str | Iterable[str] | None = None,
        progress: Progress = False,
    ) -> KlineResult:
        """Return the bars of futures contracts (`GET /future/kline`).

        Parameters
        ----------
        codes, start_date, end_date, period, count, fields, progress
            See `kline`. A code such as "IF.MAIN" is the main contract of each day, unadjusted, as
            `continuous` returns it.

        Returns
        -------
        KlineResult
            As for `kline`, with settlement price and open interest. Volume and open interest are
            in lots.

        Raises
        ------
        InvalidInputError, NotFoundError
            See `kline`.
        """
        chosen = columns(fields)
        ask = self._futures(bars_of(start_date, end_date, count) | {"period": period}, chosen)
        size = codes_at_once(period, day(start_date), day(end_date), count)
        make = partial(KlineResult, fields=chosen, intraday=period in MINUTES)
        return await in_portions(make, distinct(codes), size, ask, progress)

    async def chart(
        self,
        code: str,
        start_date: DayLike = "",
        end_date: DayLike = "",
        period: Period = "daily",
        *,
        count: int | None = None,
        adjust: Adjust = "none",
        adjust_anchor: DayLike | None = None,
        include: Include | None = None,
    ) -> Chart:
        """Return the bars of one code in the layout of ECharts (`GET /stock/kline/{code}/chart`).

        Parameters
        ----------
        code : str
            A stock, index or fund.
        start_date, end_date, period, count, adjust, adjust_anchor, include
            See `kline`.

        Raises
        ------
        InvalidInputError
            A parameter is invalid; see `errors`.
        NotFoundError
            The code is unknown.
        """
        params = bars_of(start_date, end_date, count) | {"period": period, "adjust": adjust}
        params |= given(adjust_anchor=adjust_anchor and day(adjust_anchor), include=include)
        answer = await self.call("GET", f"/stock/kline/{code}/chart", params=params)
        status = answer.data.get("status")
        return Chart(
            category_data=answer.data["categoryData"],
            values=answer.data["values"],
            volumes=answer.data["volumes"],
            meta=read(Completeness, answer.meta),
            status=read(ChartStatus, status) if status else None,
        )

    def _bars(
        self,
        codes: str | Iterable[str] | None,
        scope: dict[str, Any],
        *,
        adjust: Adjust,
        adjust_anchor: DayLike | None,
        include: Include | None,
        fields: list[str] | None,
        universe: str | None = None,
    ) -> tuple[list[str], Ask]:
        """Return the codes to ask for, and what asks for some of them."""
        listed = named(codes)
        if listed and all(map(is_future, listed)) and not universe:
            if adjust != "none" or adjust_anchor or include:
                raise ValueError("adjust, adjust_anchor and include do not apply to futures")
            return listed, self._futures(scope, fields)
        asked = scope | {"adjust": adjust}
        asked |= given(
            adjust_anchor=adjust_anchor and day(adjust_anchor),
            include=include,
            fields=fields,
            universe=universe,
        )

        def ask(some: list[str]) -> Awaitable[Envelope]:
            body = asked if universe and not some else {"codes": some, **asked}
            return self._rows("POST", "/stock/kline/batch", json=body, repeatable=True)

        return listed, ask

    def _futures(self, scope: dict[str, Any], fields: list[str] | None) -> Ask:
        asked = scope | given(fields=fields and ",".join(fields))

        def ask(some: list[str]) -> Awaitable[Envelope]:
            return self._rows("GET", "/future/kline", params={"codes": ",".join(some), **asked})

        return ask
