"""Calls for what the cache holds, and for what was set aside instead of being stored."""

from collections.abc import Iterable

from amazingdata_client._async.session import AsyncSession
from amazingdata_client.holding_models import Coverage, Quarantine
from amazingdata_client.questions import day, distinct, given
from amazingdata_client.reading import read
from amazingdata_client.words import DataType, DayLike, StoredPeriod, TaskScope


class AsyncHoldings(AsyncSession):
    """What the cache holds, and what was set aside."""

    async def coverage(
        self,
        security_type: TaskScope,
        start_date: DayLike,
        end_date: DayLike,
        *,
        period_type: StoredPeriod = "daily",
        data_type: DataType = "bars",
        codes: str | Iterable[str] | None = None,
        sort: str = "code",
        page: int = 1,
        page_size: int = 20,
    ) -> Coverage:
        """Return how many days of each code the cache holds, by part (`GET /cache/coverage`).

        Parameters
        ----------
        security_type : str
            "stock", "index", "etf" or "future".
        start_date, end_date : str or date
            First and last day.
        period_type : str
            "daily", "min1", "min5", "min15", "min30" or "min60".
        data_type : str
            "bars", or "status" (of stocks, daily).
        codes : str or iterable of str, optional
            Only these codes, at most 500; default: every code of the type.
        sort : str
            "code", or "missing" for the codes that lack most first, and the totals of all of them.
        page, page_size : int
            Number of the page, from 1, and codes per page, at most 100.
        """
        params = given(
            security_type=security_type,
            start_date=day(start_date),
            end_date=day(end_date),
            period_type=period_type,
            data_type=data_type,
            codes=None if codes is None else ",".join(distinct(codes)),
            sort=sort,
            page=page,
            page_size=page_size,
        )
        answer = await self.call("GET", "/cache/coverage", params=params)
        return read(Coverage, {**answer.data, **answer.meta})

    async def quarantine(
        self,
        dataset: str = "stock.daily",
        code: str | None = None,
        *,
        start_date: DayLike | None = None,
        end_date: DayLike | None = None,
        page: int = 1,
        page_size: int = 20,
    ) -> Quarantine:
        """Return rows that failed a check and were not stored (`GET /cache/quarantine`).

        Parameters
        ----------
        dataset : str
            Such as "stock.daily", "future.min1", "stock.status" or "finance.income".
        code : str, optional
            Only this code; default: all.
        start_date, end_date : str or date, optional
            Only rows of these days, and those of no day.
        page, page_size : int
            Number of the page, from 1, and rows per page, at most 100.
        """
        params = given(
            dataset=dataset,
            code=code,
            start_date=None if start_date is None else day(start_date),
            end_date=None if end_date is None else day(end_date),
            page=page,
            page_size=page_size,
        )
        answer = await self.call("GET", "/cache/quarantine", params=params)
        return read(Quarantine, {**answer.data, **answer.meta})
