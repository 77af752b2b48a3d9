"""Calls for the members of indices and industries."""

from typing import Any

from amazingdata_client._async.session import AsyncSession
from amazingdata_client.member_models import Constituents, Industries, Weights
from amazingdata_client.questions import day, given
from amazingdata_client.reading import read
from amazingdata_client.words import DayLike


class AsyncMemberships(AsyncSession):
    """Members of indices and industries, and the weights of an index."""

    async def constituents(
        self,
        index: str,
        date: DayLike | None = None,
        *,
        start_date: DayLike | None = None,
        end_date: DayLike | None = None,
    ) -> Constituents:
        """Return the members of an index (`GET /index/constituents`).

        Parameters
        ----------
        index : str
            Such as "000300.SH".
        date : str or date, optional
            The day whose members to return; without any day, the last final one.
        start_date, end_date : str or date, optional
            Instead of a day: every membership in a range.

        Raises
        ------
        InvalidInputError
            A parameter is invalid; see `errors`.
        NotFoundError
            The index is unknown.
        """
        days = {"date": date, "start_date": start_date, "end_date": end_date}
        return await self._constituents("/index/constituents", {"code": index}, days)

    async def weights(self, index: str, date: DayLike) -> Weights:
        """Return the weights of an index on a trading day (`GET /index/weights`).

        Parameters
        ----------
        index : str
            Such as "000300.SH".
        date : str or date
            The trading day.

        Returns
        -------
        Weights
            In percent; not `complete` if the source has none of that day, or not all.

        Raises
        ------
        InvalidInputError
            The day is a holiday, or another parameter is invalid.
        NotFoundError
            The index is unknown.
        """
        params = {"code": index, "date": day(date)}
        answer = await self.call("GET", "/index/weights", params=params)
        return read(Weights, {**answer.data, **answer.meta})

    async def industries(self) -> Industries:
        """Return the industries that stocks are classified by (`GET /base/industries`)."""
        answer = await self.call("GET", "/base/industries")
        return read(Industries, {**answer.data, **answer.meta})

    async def industry_constituents(
        self,
        industry: str,
        date: DayLike | None = None,
        *,
        start_date: DayLike | None = None,
        end_date: DayLike | None = None,
    ) -> Constituents:
        """Return an industry's members (`GET /base/industries/{industry}/constituents`).

        Parameters
        ----------
        industry : str
            Its code, such as "801780.SI".
        date, start_date, end_date : str or date, optional
            See `constituents`.

        Raises
        ------
        InvalidInputError
            A parameter is invalid; see `errors`.
        NotFoundError
            The industry is unknown.
        """
        path = f"/base/industries/{industry}/constituents"
        days = {"date": date, "start_date": start_date, "end_date": end_date}
        return await self._constituents(path, {}, days)

    async def _constituents(
        self, path: str, params: dict[str, str], days: dict[str, Any]
    ) -> Constituents:
        asked = {name: None if each is None else day(each) for name, each in days.items()}
        answer = await self.call("GET", path, params={**params, **given(**asked)})
        return read(Constituents, {**answer.data, **answer.meta})
