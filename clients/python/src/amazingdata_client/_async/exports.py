"""Calls for the whole market: days, published files, releases and changes."""

from collections.abc import Iterable
from typing import Any

import httpx

from amazingdata_client._async.session import AsyncSession
from amazingdata_client.answers import envelope, seen_other
from amazingdata_client.day_result import DayResult
from amazingdata_client.export_models import Changes, DayCompleteness, ExportLink, Exports, Release
from amazingdata_client.questions import DAY_KINDS, columns, day, given
from amazingdata_client.reading import read
from amazingdata_client.words import DayLike, Include, Kind


class AsyncPublications(AsyncSession):
    """Market days, published files, releases and changes."""

    async def day(
        self,
        trade_date: DayLike,
        kind: Kind = "stock",
        *,
        include: Include | None = None,
        fields: str | Iterable[str] | None = None,
    ) -> DayResult:
        """Return all bars of a market day (`GET /stock/kline/day`, `GET /future/kline/day`).

        Parameters
        ----------
        trade_date : str or date
            The trading day.
        kind : str
            "stock", "index", "etf" or "future".
        include : str, optional
            "status" for the columns of `StockStatus` beside those of each bar; not for futures.
        fields : str or iterable of str, optional
            Only these columns, beside `trade_date`.

        Returns
        -------
        DayResult
            The bar of each code, and how complete the day is. A day that is not final yet, or was
            never published, has no rows; see `meta.release.condition`.

        Raises
        ------
        ValueError
            The kind is unknown.
        InvalidInputError
            The day is a holiday, or beyond the service's calendar.
        """
        if kind not in DAY_KINDS:
            raise ValueError(f"kind must be one of {', '.join(DAY_KINDS)}, not {kind!r}")
        security_type = DAY_KINDS[kind]
        path = "/stock/kline/day" if security_type else "/future/kline/day"
        chosen = columns(fields)
        params = given(
            trade_date=day(trade_date),
            security_type=security_type or None,
            include=include,
            fields=chosen and ",".join(chosen),
        )
        answer = await self.call("GET", path, params=params)
        return DayResult(answer.data, read(DayCompleteness, answer.meta), chosen)

    async def exports(self, dataset: str | None = None) -> Exports:
        """Return the published files (`GET /exports`).

        Parameters
        ----------
        dataset : str, optional
            Only files of this dataset, such as "stock.daily"; default: all.

        Raises
        ------
        InvalidInputError
            There is no such dataset.
        """
        answer = await self.call("GET", "/exports", params=given(dataset=dataset))
        return read(Exports, answer.data)

    async def export_link(self, dataset: str, part: str, revision: int | None = None) -> ExportLink:
        """Return a link to a published file (`GET /exports/{dataset}/{part}`).

        Parameters
        ----------
        dataset, part : str
            The file, see `ExportPart`.
        revision : int, optional
            A superseded revision, which is kept for a day; default: the present one.

        Raises
        ------
        NotFoundError
            There is no such file, or not any more.
        """
        path, params = f"/exports/{dataset}/{part}", given(revision=revision)
        response = await self._authorized("GET", path, {"params": params}, repeatable=True)
        if response.status_code == httpx.codes.SEE_OTHER:
            return read(ExportLink, seen_other(response))
        return read(ExportLink, envelope(response).data)

    async def releases(self, dataset: str, start_date: DayLike, end_date: DayLike) -> list[Release]:
        """Return what was published of each trading day (`GET /releases`).

        Parameters
        ----------
        dataset : str
            A dataset of bars, such as "stock.daily".
        start_date, end_date : str or date
            First and last day.

        Returns
        -------
        list of Release
            One for each trading day, in order.

        Raises
        ------
        InvalidInputError
            A parameter is invalid; see `errors`.
        """
        params = {"dataset": dataset, "start_date": day(start_date), "end_date": day(end_date)}
        data = (await self.call("GET", "/releases", params=params)).data
        return [read(Release, each) for each in data["items"]]

    async def changes(self, since: str | None = None) -> Changes:
        """Return what has changed in the published files (`GET /changes`).

        Parameters
        ----------
        since : str, optional
            The `cursor` of an earlier answer; default: from the beginning.

        Returns
        -------
        Changes
            If `more` is true, ask again at once with its `cursor`.
        """
        return read(Changes, (await self.call("GET", "/changes", params=given(since=since))).data)

    async def publish(self, dataset: str | None = None, year: str | int | None = None) -> str:
        """Publish what has changed, and return the execution's name (`POST /cache/publish`).

        It needs the role "admin".

        Parameters
        ----------
        dataset : str, optional
            Only this dataset; default: all.
        year : str or int, optional
            Only this year; default: all.

        Raises
        ------
        InvalidInputError
            A parameter is invalid; see `errors`.
        ForbiddenError
            The user is not an administrator.
        """
        body: dict[str, Any] = given(dataset=dataset, year=None if year is None else str(year))
        answer = await self.call("POST", "/cache/publish", json=body, repeatable=True)
        execution: str = answer.data["execution"]
        return execution
