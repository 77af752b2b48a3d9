"""Calls for securities, trading days, the current user, and the state of the service."""

import sys
from itertools import count
from typing import Any

from amazingdata_client._async.session import AsyncSession
from amazingdata_client.models import Security, SecurityInfo, User
from amazingdata_client.questions import MOST_FOUND, day, given, security_type_of
from amazingdata_client.reading import read
from amazingdata_client.service_models import Schedule, ServiceStatus
from amazingdata_client.words import DayLike, SecurityType


class AsyncSecurities(AsyncSession):
    """Securities, trading days, the current user, and the state of the service."""

    async def me(self) -> User:
        """Return the current user (`GET /auth/me`)."""
        return read(User, (await self.call("GET", "/auth/me")).data)

    async def service(self) -> ServiceStatus:
        """Return the state of the service (`GET /status`).

        Returns
        -------
        ServiceStatus
            Who uses the source; for each dataset how complete it is, and its tasks; the size of
            the store. The status of stocks is another thing, see `status`.
        """
        return read(ServiceStatus, (await self.call("GET", "/status")).data)

    async def schedules(self) -> list[Schedule]:
        """Return the schedules, those that run next first (`GET /cache/schedules`)."""
        answer = await self.call("GET", "/cache/schedules")
        return [read(Schedule, each) for each in answer.data["items"]]

    async def codes(self, security_type: SecurityType, date: DayLike | None = None) -> list[str]:
        """Return the codes of a type that are listed on a day (`GET /base/codes`).

        Parameters
        ----------
        security_type : str
            "stock", "index", "etf" or "future"; "EXTRA_STOCK_A" (Shanghai and Shenzhen), "SH_A",
            "SZ_A" or "BJ_A" for some exchanges, or any other name of the vendor's.
        date : str or date, optional
            The day; codes that were delisted since are among those of an earlier one. Default:
            today.
        """
        params = given(
            security_type=security_type_of(security_type), date=None if date is None else day(date)
        )
        found: list[str] = (await self.call("GET", "/base/codes", params=params)).data
        return found

    async def securities(
        self, q: str = "", *, security_type: SecurityType | None = None, limit: int | None = 20
    ) -> list[Security]:
        """Search for securities by code or name (`GET /base/securities`), page by page.

        Parameters
        ----------
        q : str
            Part of a code or name; an empty string matches every security, also those that were
            delisted (`delist_date`).
        security_type : str, optional
            See `codes`.
        limit : int, optional
            Maximum number of results, in as many pages as they need; None for all.

        Returns
        -------
        list of Security
            The best matches first, each once.
        """
        wanted = security_type and security_type_of(security_type)
        size = MOST_FOUND if limit is None else min(limit, MOST_FOUND)
        params = given(q=q, security_type=wanted, limit=size)
        found: dict[str, Security] = {}
        for page in count(1):
            answer = await self.call("GET", "/base/securities", params={**params, "page": page})
            data = answer.data
            found |= {each["code"]: read(Security, each) for each in data["items"]}
            if len(data["items"]) < size or page * size >= (limit or sys.maxsize):
                break
        return list(found.values())[:limit]

    async def calendar(self, market: str, start_date: DayLike, end_date: DayLike) -> list[str]:
        """Return the trading days of a market (`GET /base/calendar`).

        Parameters
        ----------
        market : str
            "SH", "SZ", "BJ", "CFE", "SHF", "DCE", "CZC", "INE" or "GFE".
        start_date, end_date : str or date
            First and last day.

        Returns
        -------
        list of str
            Days as "YYYYMMDD", in order.
        """
        params = {"market": market, "start_date": day(start_date), "end_date": day(end_date)}
        days: list[str] = (await self.call("GET", "/base/calendar", params=params)).data
        return days

    async def info(self, code: str) -> SecurityInfo:
        """Return name, market, type and listings of a code (`GET /base/codes/{code}/info`).

        Raises
        ------
        NotFoundError
            The code is unknown.
        """
        return read(SecurityInfo, (await self.call("GET", f"/base/codes/{code}/info")).data)

    async def openapi(self) -> dict[str, Any]:
        """Return the OpenAPI document of the service (`GET /openapi.json`)."""
        document: dict[str, Any] = (await self.request("GET", "/openapi.json")).json()
        return document
