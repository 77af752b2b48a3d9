"""Calls about securities, the calendar, and who is logged in."""

from datetime import date
from typing import Any

from amazingdata_client._async.session import AsyncSession
from amazingdata_client.models import Security, User
from amazingdata_client.questions import day, given
from amazingdata_client.reading import read


class AsyncSecurities(AsyncSession):
    """What there is."""

    async def me(self) -> User:
        """Say who is logged in (`GET /auth/me`)."""
        return read(User, (await self.call("GET", "/auth/me")).data)

    async def codes(self, security_type: str) -> list[str]:
        """List the codes of a type that are listed today (`GET /base/codes`).

        Parameters
        ----------
        security_type : str
            "EXTRA_STOCK_A", "EXTRA_FUTURE", "EXTRA_ETF" or "EXTRA_INDEX_A".
        """
        params = {"security_type": security_type}
        found: list[str] = (await self.call("GET", "/base/codes", params=params)).data
        return found

    async def securities(
        self, q: str = "", *, security_type: str | None = None, limit: int = 20
    ) -> list[Security]:
        """Find securities by part of a code or a name (`GET /base/securities`).

        Parameters
        ----------
        q : str
            Part of a code or of a name; an empty one finds everything.
        security_type : str, optional
            As for `codes`.
        limit : int
            How many to give at most, the likeliest first; at most 500.
        """
        params = given(q=q, security_type=security_type, limit=limit)
        data = (await self.call("GET", "/base/securities", params=params)).data
        return [read(Security, each) for each in data["items"]]

    async def calendar(
        self, market: str, start_date: str | date, end_date: str | date
    ) -> list[str]:
        """List the trading days of a market (`GET /base/calendar`).

        Parameters
        ----------
        market : str
            SH SZ BJ CFE SHF DCE CZC INE or GFE.
        start_date, end_date : str or date
            First and last day.

        Returns
        -------
        list of str
            "YYYYMMDD".
        """
        params = {"market": market, "start_date": day(start_date), "end_date": day(end_date)}
        days: list[str] = (await self.call("GET", "/base/calendar", params=params)).data
        return days

    async def info(self, code: str) -> Security:
        """Give name, market, type and life of a code (`GET /base/codes/{code}/info`).

        Raises
        ------
        NotFoundError
            Nobody knows the code.
        """
        return read(Security, (await self.call("GET", f"/base/codes/{code}/info")).data)

    async def openapi(self) -> dict[str, Any]:
        """Give the API as a machine reads it (`GET /openapi.json`)."""
        document: dict[str, Any] = (await self.request("GET", "/openapi.json")).json()
        return document
