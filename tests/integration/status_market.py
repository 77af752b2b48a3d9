"""The status of the small market in CSV files, and what must come of it."""

from collections.abc import Mapping, Sequence
from typing import Any

from tests.integration.market import CODES, DAYS, Row, open_market, put_bars, put_securities, rows
from tests.support.service import Service

COLUMNS = (
    "pre_close",
    "limit_up",
    "limit_down",
    "is_st",
    "suspended",
    "ex_right",
    "ex_dividend",
)
HALTED = {"600004.SH": ("20200107", "20200108")}
"""The days on which a code is suspended: it has a status, and no bar."""


def status_row(code: str, day: str) -> Row:
    """Give the status that a code has on a day."""
    price = 10.0 + CODES.index(code)
    return {
        "trade_date": day,
        "pre_close": price,
        "limit_up": price + 2,
        "limit_down": price - 2,
        "is_st": code == "600006.SH",
        "suspended": day in HALTED.get(code, ()),
        "ex_right": False,
        "ex_dividend": day == DAYS[2],
    }


def status_rows(code: str, days: Sequence[str] = DAYS) -> list[Row]:
    """Give the status of a code on some days."""
    return [status_row(code, day) for day in days]


def traded(code: str) -> list[Row]:
    """Give the bars that a code has."""
    return rows(code, [day for day in DAYS if day not in HALTED.get(code, ())])


def columns(row: Mapping[str, Any]) -> dict[str, Any]:
    """Give the columns of a status without its day."""
    return {name: row[name] for name in COLUMNS}


def put_status(service: Service, code: str, found: Sequence[Row]) -> None:
    """Put a code's status where the source finds it."""
    lines = [",".join(found[0])]
    lines += [",".join("" if each is None else str(each) for each in row.values()) for row in found]
    service.put_file(f"stock/status/{code}.csv", "\n".join(lines) + "\n")


def open_status_market(service: Service) -> None:
    """Put the market and its status where the source finds them, with a fund and a Beijing stock.

    Neither has a status.
    """
    open_market(service)
    put_securities(
        service,
        *(f"{code},{code},stock,19991110," for code in CODES),
        "510300.SH,300ETF,etf,20120528,",
        "830001.BJ,北京,stock,20200102,",
    )
    for code in CODES:
        put_bars(service, code, traded(code))
        put_status(service, code, status_rows(code))
    put_bars(service, "510300.SH", rows(CODES[0]), "etf/daily")
    put_bars(service, "830001.BJ", rows(CODES[0]))
