"""The synthetic futures contracts, with the dates on which they are listed and expire."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from marketdata.blocks.dataset import Kind
from marketdata.blocks.days import first_day, last_day
from marketdata.catalog.calendar import last_known_day, next_trading_day, trading_days
from marketdata.catalog.securities import Security
from marketdata.errors import NotFoundError
from marketdata.sources.synthetic.bars import START
from marketdata.sources.synthetic.products import PRODUCTS, Product

YEARS_AHEAD = 3


@dataclass(frozen=True, slots=True)
class Contract:
    """One contract.

    Attributes
    ----------
    security : Security
        The code and its dates. If the calendar does not reach its end, `delist_date` is the date
        that it would be without holidays.
    variety : Product
        The product of the contract.
    delivery : str
        Delivery month, "2024-01".
    nominal_end : int
        Ordinal of the last trading day if there were no holidays. The shape of the open interest
        depends on it, since it does not change when the calendar grows.
    """

    security: Security
    variety: Product
    delivery: str
    nominal_end: int


@cache
def contracts() -> tuple[Contract, ...]:
    """Return all contracts that trade on any day since `START`, ordered by listing date."""
    found = (contract for variety in PRODUCTS for contract in _contracts(variety))
    return tuple(sorted(found, key=lambda each: (each.security.list_date, each.security.code)))


def contracts_by_code(today: str) -> dict[str, Contract]:
    """Return the contracts listed by today; of a code reused after ten years, the later one."""
    return {
        each.security.code: each for each in contracts() if (each.security.list_date or "") <= today
    }


def _contracts(variety: Product) -> Iterator[Contract]:
    last_year = int(last_known_day()[:4]) + YEARS_AHEAD
    for delivery in _months(variety.first_delivery, f"{last_year}-12"):
        if int(delivery[5:]) not in variety.months:
            continue
        ends = _last_trading_day(variety, delivery)
        try:
            begins = _list_date(variety, delivery)
        except NotFoundError:
            return
        if ends >= START:
            yield _contract(variety, delivery, begins, ends)


def _contract(variety: Product, delivery: str, begins: str, ends: str) -> Contract:
    digits = delivery[2:].replace("-", "")
    if variety.market == "CZC":
        digits = digits[1:]
    security = Security(
        code=f"{variety.code}{digits}.{variety.market}",
        name=f"合成{variety.name}{digits}",
        kind=Kind.FUTURE,
        market=variety.market,
        list_date=begins,
        delist_date=ends,
    )
    nominal = variety.ends(_weekdays(_shifted(delivery, -1)), _weekdays(delivery))
    return Contract(security, variety, delivery, date.fromisoformat(nominal).toordinal())


def _list_date(variety: Product, delivery: str) -> str:
    """Return the listing date: the trading day after the end of the contract it replaces.

    Raises
    ------
    NotFoundError
        The calendar does not reach that far.
    """
    consecutive, quarters = variety.listed
    ahead = consecutive
    if quarters and int(delivery[5:]) % 3 == 0:
        ahead += 3 * quarters
    ends = _last_trading_day(variety, _shifted(delivery, -ahead))
    return max(next_trading_day("SH", ends), variety.first_day)


def _last_trading_day(variety: Product, delivery: str) -> str:
    return variety.ends(_trading_days(_shifted(delivery, -1)), _trading_days(delivery))


@cache
def _trading_days(month: str) -> list[str]:
    """Return a month's trading days, or its weekdays if the calendar does not reach it."""
    first, last = (f"{day:%Y%m%d}" for day in (first_day(month), last_day(month)))
    return trading_days("SH", first, last) or _weekdays(month)


@cache
def _weekdays(month: str) -> list[str]:
    first, last = first_day(month), last_day(month)
    days = (first + timedelta(days=later) for later in range((last - first).days + 1))
    return [f"{day:%Y%m%d}" for day in days if day.weekday() < 5]


def _months(first: str, last: str) -> Iterator[str]:
    month = first
    while month <= last:
        yield month
        month = _shifted(month, 1)


def _shifted(month: str, by: int) -> str:
    year, place = divmod(int(month[:4]) * 12 + int(month[5:]) - 1 + by, 12)
    return f"{year}-{place + 1:02}"
