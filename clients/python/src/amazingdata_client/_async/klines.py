"""Calls for K-lines and main contracts."""

from collections.abc import Awaitable, Iterable
from dataclasses import replace

from amazingdata_client._async.portions import in_portions
from amazingdata_client._async.session import AsyncSession
from amazingdata_client.answers import Envelope
from amazingdata_client.future_models import MainContracts, Variety
from amazingdata_client.models import Chart, Completeness
from amazingdata_client.questions import (
    MOST_VARIETIES,
    bars_of,
    codes_at_once,
    columns,
    day,
    distinct,
    given,
    is_future,
    named,
)
from amazingdata_client.reading import read
from amazingdata_client.results import ContinuousResult, KlineResult
from amazingdata_client.status_models import ChartStatus
from amazingdata_client.words import Adjust, DayLike, Include, Method, Period, Rule


class AsyncKlines(AsyncSession):
    """K-lines of stocks, indices, funds and futures; futures products and main contracts."""

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
        listed = named(codes)
        if listed and all(map(is_future, listed)) and not universe:
            if adjust != "none" or adjust_anchor or include:
                raise ValueError("adjust, adjust_anchor and include do not apply to futures")
            return await self.future_kline(
                listed, start_date, end_date, period, count=count, fields=fields
            )
        chosen = columns(fields)
        scope = bars_of(start_date, end_date, count) | {"period": period, "adjust": adjust}
        scope |= given(
            adjust_anchor=adjust_anchor and day(adjust_anchor),
            include=include,
            fields=chosen,
            universe=universe,
        )

        def ask(some: list[str]) -> Awaitable[Envelope]:
            body = scope if universe and not some else {"codes": some, **scope}
            return self.call("POST", "/stock/kline/batch", json=body, repeatable=True)

        size = codes_at_once(period, day(start_date), day(end_date), count)
        return replace(await in_portions(KlineResult, listed, size, ask), fields=chosen)

    async def future_kline(
        self,
        codes: str | Iterable[str],
        start_date: DayLike = "",
        end_date: DayLike = "",
        period: Period = "daily",
        *,
        count: int | None = None,
        fields: str | Iterable[str] | None = None,
    ) -> KlineResult:
        """Return the bars of futures contracts (`GET /future/kline`).

        Parameters
        ----------
        codes, start_date, end_date, period, count, fields
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
        scope = bars_of(start_date, end_date, count) | {"period": period}
        scope |= given(fields=chosen and ",".join(chosen))

        def ask(some: list[str]) -> Awaitable[Envelope]:
            return self.call("GET", "/future/kline", params={"codes": ",".join(some), **scope})

        size = codes_at_once(period, day(start_date), day(end_date), count)
        return replace(await in_portions(KlineResult, distinct(codes), size, ask), fields=chosen)

    async def continuous(
        self,
        varieties: str | Iterable[str],
        start_date: DayLike = "",
        end_date: DayLike = "",
        *,
        period: Period = "daily",
        count: int | None = None,
        rule: Rule = "oi",
        adjust: Adjust = "none",
        method: Method = "ratio",
        fields: str | Iterable[str] | None = None,
    ) -> ContinuousResult:
        """Return the bars of each day's main contract as one series (`GET /future/continuous`).

        Parameters
        ----------
        varieties : str or iterable of str
            Any number of futures products, such as "IF" and "rb", in any case.
        start_date, end_date, period, count, fields
            See `kline`.
        rule : str
            What decides who is main: "oi" (open interest) or "volume".
        adjust : str
            "none", "forward" (prices of the last known main contract unchanged) or "backward"
            (those of the first one).
        method : str
            How the prices of two contracts are joined: "ratio" keeps every day's return,
            "difference" every day's change in points.

        Returns
        -------
        ContinuousResult
            For each series, such as "IF.MAIN", its bars in order of time, each with its `contract`.
            `meta.rolls` has the changes, and `meta.no_main` the days whose main contract is not
            known, which are missing.

        Raises
        ------
        InvalidInputError
            A parameter is invalid; see `errors`.
        NotFoundError
            Every product is unknown.
        """
        chosen = columns(fields)
        scope = bars_of(start_date, end_date, count) | {"period": period, "rule": rule}
        scope |= {"adjust": adjust, "method": method}
        scope |= given(fields=chosen and ",".join(chosen))

        def ask(some: list[str]) -> Awaitable[Envelope]:
            params = {"varieties": ",".join(some), **scope}
            return self.call("GET", "/future/continuous", params=params)

        at_once = codes_at_once(period, day(start_date), day(end_date), count)
        size = min(MOST_VARIETIES, at_once)
        named = [each.upper() for each in distinct(varieties)]
        found = await in_portions(ContinuousResult, distinct(named), size, ask)
        return replace(found, fields=chosen)

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

    async def varieties(self) -> list[Variety]:
        """Return all futures products (`GET /cache/future-varieties`)."""
        data = (await self.call("GET", "/cache/future-varieties")).data
        return [read(Variety, each) for each in data["details"]]

    async def main_contracts(self, trade_date: DayLike | None = None) -> MainContracts:
        """Return the main contract of every futures product (`GET /cache/main-contracts`).

        Parameters
        ----------
        trade_date : str or date, optional
            The trading day; default: the last one whose bars are final.
        """
        params = {} if trade_date is None else {"trade_date": day(trade_date)}
        answer = await self.call("GET", "/cache/main-contracts", params=params)
        return read(MainContracts, {**answer.data, **answer.meta})
