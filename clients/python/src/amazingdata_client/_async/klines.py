"""Calls about K-lines and futures."""

from collections.abc import Awaitable, Iterable
from datetime import date

from amazingdata_client._async.portions import in_portions
from amazingdata_client._async.session import AsyncSession
from amazingdata_client.answers import Envelope
from amazingdata_client.models import Chart, Completeness, MainContracts, Variety
from amazingdata_client.questions import codes_at_once, day, distinct
from amazingdata_client.reading import read
from amazingdata_client.results import KlineResult


class AsyncKlines(AsyncSession):
    """Bars, and which contracts there are."""

    async def kline(
        self,
        codes: str | Iterable[str],
        start_date: str | date,
        end_date: str | date,
        period: str = "daily",
        *,
        adjust: str = "none",
    ) -> KlineResult:
        """Read bars of stocks, indices and funds (`POST /stock/kline/batch`).

        Parameters
        ----------
        codes : str or iterable of str
            As many as you like: the question is cut as the API wants it.
        start_date, end_date : str or date
            First and last day.
        period : str
            daily min1 min5 min15 min30 min60 weekly or monthly.
        adjust : str
            none forward or backward.

        Raises
        ------
        InvalidInputError
            A parameter is wrong; `errors` says which.
        NotFoundError
            Nobody knows any of the codes. One unknown code among others is in
            `meta.unknown_codes`.
        """
        start, end = day(start_date), day(end_date)
        scope = {"start_date": start, "end_date": end, "period": period, "adjust": adjust}

        def ask(some: list[str]) -> Awaitable[Envelope]:
            body = {"codes": some, **scope}
            return self.call("POST", "/stock/kline/batch", json=body, repeatable=True)

        size = codes_at_once(period, start, end)
        return await in_portions(KlineResult, distinct(codes), size, ask)

    async def future_kline(
        self,
        codes: str | Iterable[str],
        start_date: str | date,
        end_date: str | date,
        period: str = "daily",
    ) -> KlineResult:
        """Read bars of futures, with `settle` and `open_interest` (`GET /future/kline`).

        Parameters
        ----------
        codes, start_date, end_date, period
            As for `kline`.
        """
        start, end = day(start_date), day(end_date)
        scope = {"start_date": start, "end_date": end, "period": period}

        def ask(some: list[str]) -> Awaitable[Envelope]:
            return self.call("GET", "/future/kline", params={"codes": ",".join(some), **scope})

        size = codes_at_once(period, start, end)
        return await in_portions(KlineResult, distinct(codes), size, ask)

    async def chart(
        self,
        code: str,
        start_date: str | date,
        end_date: str | date,
        period: str = "daily",
        *,
        adjust: str = "none",
    ) -> Chart:
        """Read the bars of one stock, index or fund for ECharts (`GET /stock/kline/{code}/chart`).

        Parameters
        ----------
        code : str
            One code.
        start_date, end_date, period, adjust
            As for `kline`.
        """
        params = {
            "start_date": day(start_date),
            "end_date": day(end_date),
            "period": period,
            "adjust": adjust,
        }
        answer = await self.call("GET", f"/stock/kline/{code}/chart", params=params)
        return Chart(
            category_data=answer.data["categoryData"],
            values=answer.data["values"],
            volumes=answer.data["volumes"],
            meta=read(Completeness, answer.meta),
        )

    async def varieties(self) -> list[Variety]:
        """List the products that futures are traded in (`GET /cache/future-varieties`)."""
        data = (await self.call("GET", "/cache/future-varieties")).data
        return [read(Variety, each) for each in data["details"]]

    async def main_contracts(self, trade_date: str | date | None = None) -> MainContracts:
        """Give each variety's main contract on a day (`GET /cache/main-contracts`).

        Parameters
        ----------
        trade_date : str or date, optional
            By default the last day whose bars are final.
        """
        params = {} if trade_date is None else {"trade_date": day(trade_date)}
        answer = await self.call("GET", "/cache/main-contracts", params=params)
        return read(MainContracts, {**answer.data, **answer.meta})
