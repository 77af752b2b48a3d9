"""A small market of futures in CSV files, and what of main contracts must come of it."""

from typing import Any

from marketdata import deployment
from marketdata.futures.main_contracts import Basis
from marketdata.futures.main_history import read_histories
from marketdata.futures.varieties import varieties
from tests.integration.market import DAYS, put_bars, put_securities
from tests.support.events import USER
from tests.support.service import Service

FUTURES = {"security_type": "future", "start_date": "20200101", "end_date": "20200110"}
LISTED = {
    "IF2001.CFE": "沪深300股指2001,future,20191118,20200117",
    "IF2002.CFE": "沪深300股指2002,future,20191223,20200221",
    "IF2003.CFE": "沪深300股指2003,future,20190722,20200320",
    "V2005.DCE": "PVC2005,future,20190520,20200518",
    "V2009.DCE": "PVC2009,future,20190917,20200914",
}
INTEREST: dict[str, list[int | None]] = {
    "IF2001.CFE": [100, 100, 100, 100, 90, 80, 80],
    "IF2002.CFE": [10, 20, 111, 120, 120, 120, 120],
    "IF2003.CFE": [50, 50, 50, 50, 50, 140, 140],
    "V2005.DCE": [None] * 7,
    "V2009.DCE": [9999] * 7,
}
MAINS = {
    # The open interest of IF2003 is the largest in the end, but its month is neither this nor next.
    "IF": [("20200103", "IF2001.CFE"), ("20200107", "IF2002.CFE")],
    "V": [("20200103", "V2005.DCE")],
}


def bars_of(code: str) -> list[dict[str, Any]]:
    """Give the bars of a contract."""
    volume = 9 if code == "V2005.DCE" else 1
    prices = dict.fromkeys(("open", "high", "low", "close"), 10.0)
    return [
        {
            "trade_date": day,
            **prices,
            "volume": volume,
            "amount": None,
            "settle": 10.0,
            "open_interest": interest,
        }
        for day, interest in zip(DAYS, INTEREST[code], strict=True)
    ]


def open_futures_market(service: Service) -> None:
    """Put the whole market where the source finds it."""
    put_securities(service, *(f"{code},{rest}" for code, rest in LISTED.items()))
    for code in LISTED:
        put_bars(service, code, bars_of(code), "future/daily")


def ask_mains(service: Service, **query: str) -> tuple[Any, Any]:
    """Ask for the main contracts; gives data and meta."""
    status, envelope = service.call("GET", "/cache/main-contracts", USER, query=query)
    assert status == 200, envelope
    return envelope["data"], envelope["meta"]


def changes(
    service: Service, basis: Basis = Basis.OPEN_INTEREST
) -> dict[str, list[tuple[str, str | None]]]:
    """Give the stored history of each variety that has one."""
    histories = read_histories(service.blocks, varieties(deployment.catalog()), basis)
    return {
        code: [(row.trade_date, row.contract) for row in history.rows]
        for code, history in histories.items()
        if history.rows
    }
