"""The calls for futures varieties and their main contracts."""

from marketdata import deployment
from marketdata.api.parameters import Day, Parameters
from marketdata.api.router import Answer, Call, Router
from marketdata.blocks.store import BlockStore
from marketdata.catalog.calendar import SHANGHAI, next_trading_day
from marketdata.catalog.securities import Catalog
from marketdata.errors import InvalidInputError, NotFoundError
from marketdata.futures.main_contracts import main_on
from marketdata.futures.main_history import read_histories
from marketdata.futures.varieties import Variety, varieties

router = Router()


class MainQuery(Parameters):
    """The day to look at; by default the last one whose bars are final."""

    trade_date: Day | None = None


@router.get("/cache/future-varieties", summary="获取期货品种列表")
def list_varieties(_call: Call[None]) -> Answer:
    """List the varieties of futures, and how many contracts of each trade today."""
    today = deployment.now().astimezone(SHANGHAI).strftime("%Y%m%d")
    known = _varieties()
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


@router.get("/cache/main-contracts", query=MainQuery, summary="获取主力合约")
def read_mains(call: Call[MainQuery]) -> Answer:
    """Return each variety's main contract on a day; `meta` lists varieties without a known one."""
    day = _day(call.parameters.trade_date)
    store: BlockStore = deployment.store()
    histories = read_histories(store, _varieties())
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


def _varieties() -> list[Variety]:
    catalog: Catalog = deployment.catalog()
    return varieties(catalog)


def _day(asked: str | None) -> str:
    """Return the requested day, or the last final one if none was requested.

    Raises
    ------
    InvalidInputError
        It is later than the last day whose main contract can be known.
    """
    final = deployment.final_day("future.daily")
    try:
        last = next_trading_day("SH", final)
    except NotFoundError:
        last = final
    if asked and asked > last:
        reason = f"must not be after {last}: main contracts are known one trading day ahead"
        raise InvalidInputError("trade_date", reason, key="day_too_late", last=last)
    return asked or final
