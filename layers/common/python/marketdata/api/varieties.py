"""The calls about futures varieties and their main contracts."""

from datetime import UTC, datetime
from functools import cache

from marketdata.api.parameters import Day, Parameters
from marketdata.api.router import Answer, Call, Router
from marketdata.aws.objects import Bucket
from marketdata.aws.tables import Table
from marketdata.blocks.store import BlockStore
from marketdata.catalog.calendar import SHANGHAI, last_final_day, next_trading_day
from marketdata.catalog.catalog_store import load_catalog
from marketdata.errors import InvalidInputError, NotFoundError
from marketdata.futures.main_contracts import main_on
from marketdata.futures.main_history import read_histories
from marketdata.futures.varieties import varieties
from marketdata.settings import settings


class MainQuery(Parameters):
    """On which day; without one on the last whose bars are final."""

    trade_date: Day | None = None


def add_routes(router: Router) -> None:
    """Register the calls of this module."""
    router.get("/cache/future-varieties", summary="获取期货品种列表")(list_varieties)
    router.get("/cache/main-contracts", query=MainQuery, summary="获取主力合约")(read_mains)


def list_varieties(_call: Call[None]) -> Answer:
    """Give the varieties of futures, and how many contracts of each trade today."""
    today = datetime.now(SHANGHAI).strftime("%Y%m%d")
    known = varieties(load_catalog())
    details = [
        {
            "variety": variety.code,
            "name": variety.name,
            "market": variety.market,
            "contracts": len(variety.alive(today, today)),
        }
        for variety in known
    ]
    return Answer.success({"varieties": [each.code for each in known], "details": details})


def read_mains(call: Call[MainQuery]) -> Answer:
    """Give each variety's main contract on a day; those of which it is not known are in `meta`."""
    day = _day(call.parameters.trade_date)
    histories = read_histories(_store(), varieties(load_catalog()))
    mains = {code: main_on(history, day) for code, history in histories.items()}
    details = {
        code: {"contract": main.contract, "since": main.trade_date, "basis": main.basis}
        for code, main in mains.items()
        if main
    }
    known = {
        code: {"from": history.rows[0].trade_date, "until": history.known_until}
        for code, history in histories.items()
        if history.rows
    }
    return Answer.success(
        {
            "main_contracts": {code: main["contract"] for code, main in details.items()},
            "details": details,
            "trade_date": day,
        },
        meta={"unknown": [code for code, main in mains.items() if not main], "known": known},
    )


@cache
def _store() -> BlockStore:
    return BlockStore(Table(settings().market_table), Bucket(settings().bucket))


def _day(asked: str | None) -> str:
    """Give the day in question.

    Raises
    ------
    InvalidInputError
        It is later than anything that can be known.
    """
    final = last_final_day(datetime.now(UTC), settings().final_time)
    try:
        last = next_trading_day("SH", final)
    except NotFoundError:
        last = final
    if asked and asked > last:
        reason = f"must not be after {last}: main contracts are known one trading day ahead"
        raise InvalidInputError("trade_date", reason)
    return asked or final
