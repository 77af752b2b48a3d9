"""The lives of futures contracts, derived from their codes since the SDK does not have them."""

import re

from marketdata.blocks.days import last_day
from marketdata.catalog.calendar import last_known_day, nth_friday, trading_days
from marketdata.catalog.securities import market_of, variety_of
from marketdata.catalog.sessions import BOND_FUTURES, INDEX_FUTURES
from marketdata.errors import NotFoundError

YEARS_AHEAD = 3
"""No contract is listed earlier before its delivery month; crude oil's are listed this early."""

_DELIVERY = re.compile(r"[A-Z]+([0-9]{3,4})\.")


def delivery_month(code: str, today: str, *, listed: bool) -> str | None:
    """Return a contract's delivery month, "2024-01"; None if the code contains none.

    Zhengzhou's codes carry one digit of the year: a listed contract has the next delivery that
    fits, this month or later, and a delisted one the last that fits, before this month.

    Parameters
    ----------
    code : str
        Such as "IF2401.CFE" or "TA409.CZC".
    today : str
        YYYYMMDD.
    listed : bool
        Whether the contract is listed today.
    """
    found = _DELIVERY.match(code)
    if found is None or not "01" <= found[1][-2:] <= "12":
        return None
    month = found[1][-2:]
    if len(found[1]) == 4:
        return f"20{found[1][:2]}-{month}"
    this_year, this_month = int(today[:4]), today[4:6]
    if listed:
        first = this_year if month >= this_month else this_year + 1
        year = first + (int(found[1][0]) - first) % 10
    else:
        last = this_year if month < this_month else this_year - 1
        year = last - (last - int(found[1][0])) % 10
    return f"{year}-{month}"


def last_trading_day(code: str, delivery: str) -> str:
    """Return a contract's last trading day, YYYYMMDD.

    For CFFEX it is the third Friday of the delivery month, for bond futures the second. Elsewhere
    it differs by product; then it is the last trading day of the delivery month, which no contract
    outlives.

    Parameters
    ----------
    code : str
        The contract's code.
    delivery : str
        The contract's delivery month, "2024-01".
    """
    end = f"{last_day(delivery):%Y%m%d}"
    if end > last_known_day():
        return end
    market, variety = market_of(code), variety_of(code)
    try:
        if market == "CFE" and variety in INDEX_FUTURES:
            return nth_friday(market, delivery, 3)
        if market == "CFE" and variety in BOND_FUTURES:
            return nth_friday(market, delivery, 2)
    except NotFoundError:
        return end
    days = trading_days("SH", f"{delivery.replace('-', '')}01", end)
    return days[-1] if days else end


def surely_listed(last: str) -> tuple[str, str]:
    """Return the first and last day, YYYYMMDD, between which a contract is certainly listed.

    That is the month before its delivery month, without the end, which some products do not reach.

    Parameters
    ----------
    last : str
        The result of `last_trading_day`.
    """
    before = _months_before(last, 1)
    return f"{before}01", f"{before}20"


def may_be_listed_since(last: str) -> str:
    """Return the first day, YYYYMMDD, on which a contract may have been listed."""
    return f"{_months_before(last, 12 * YEARS_AHEAD)}01"


def _months_before(day: str, count: int) -> str:
    year, month = divmod(int(day[:4]) * 12 + int(day[4:6]) - 1 - count, 12)
    return f"{year:04}{month + 1:02}"
