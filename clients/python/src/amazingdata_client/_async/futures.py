"""Calls for continuous futures, futures products and main contracts."""

from collections.abc import Awaitable, Iterable
from functools import partial

from amazingdata_client._async.portions import in_portions
from amazingdata_client._async.session import AsyncSession
from amazingdata_client.answers import Envelope
from amazingdata_client.future_models import MainContracts, Variety
from amazingdata_client.progress_bar import Progress
from amazingdata_client.questions import (
    MINUTES,
    MOST_VARIETIES,
    bars_of,
    codes_at_once,
    columns,
    day,
    distinct,
    given,
)
from amazingdata_client.reading import read
from amazingdata_client.results import ContinuousResult
from amazingdata_client.words import Adjust, DayLike, Method, Period, Rule


class AsyncFutures(AsyncSession):
    """Continuous futures, futures products and main contracts."""

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
        progress: Progress = False,
    ) -> ContinuousResult:
        """Return the bars of each day's main contract as one series (`GET /future/continuous`).

        Parameters
        ----------
        varieties : str or iterable of str
            Any number of futures products, such as "IF" and "rb", in any case.
        start_date, end_date, period, count, fields, progress
            See `kline`, with products instead of codes.
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
            return self._rows("GET", "/future/continuous", params=params)

        at_once = codes_at_once(period, day(start_date), day(end_date), count)
        size = min(MOST_VARIETIES, at_once)
        named = [each.upper() for each in distinct(varieties)]
        make = partial(ContinuousResult, fields=chosen, intraday=period in MINUTES)
        return await in_portions(make, distinct(named), size, ask, progress)

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
