"""What a schema cannot say of a request, told to Schemathesis before it sends one."""

import re
from typing import Any

import schemathesis
from hypothesis import strategies as st

from marketdata.blocks.dataset import Period
from marketdata.catalog.calendar import is_trading_day, next_trading_day
from marketdata.finance.statement import Statement

LOCALHOST = "127.0.0.1"
STRONG = "correct-horse-battery"
DAY = re.compile("2024-?[0-9]{2}-?[0-9]{2}")
BARS = re.compile("/kline(/batch|/[^/]+/chart)?$|/continuous$")
PERIODS = [*Period]
STATEMENTS = [*Statement]
CODES = ["600000.SH", "000001.SZ"]
NO_STOCKS = ("EXTRA_ETF", "EXTRA_INDEX_A")
NO_DAYS = ("00000000", "0000-00-00")
"""What Schemathesis makes of the pattern of a day that need not be given."""

schemathesis.openapi.format(
    "day",
    st.builds(
        "2024{2}{0:02}{2}{1:02}".format,
        st.integers(1, 3),
        st.integers(1, 28),
        st.sampled_from(["", "-"]),
    ),
)


@schemathesis.hook
def before_call(
    context: schemathesis.HookContext, case: schemathesis.Case[Any], kwargs: dict[str, Any]
) -> None:
    """Keep the rules between fields, and every connection on this machine."""
    for place in (case.query, case.body):
        if isinstance(place, dict):
            _exist(place)
            _order(place)
            _agree(place)
            _match(place)
            _fit(case, place)
            asked = case.body if case.path.endswith("/batch") else case.query
            if BARS.search(case.path) and place is asked:
                _bars(place)
    if isinstance(case.body, dict):
        _give_password(case.path, case.body)


def _fit(case: schemathesis.Case[Any], place: dict[str, Any]) -> None:
    """Keep the rules of single calls."""
    if case.path.endswith("/kline/day"):
        _trade(place, "trade_date")
    if case.path == "/index/weights":
        _trade(place, "date")
    if case.path.endswith("/constituents"):
        _choose(place)
    if case.path.startswith("/stock/"):
        _include(place)
    _form(case.path, place)
    if case.path in {"/stock/kline", "/stock/status"}:
        _which(place, codes=",".join(CODES))
    if case.path == "/stock/kline/batch" and place is case.body:
        _which(place, codes=CODES)
    if case.path == "/stock/status":
        _span(place)


def _bars(place: dict[str, Any]) -> None:
    """Ask for a whole range of days or for a number of bars, and for no anchor in vain."""
    if re.fullmatch("[0-9]+", str(place.get("count"))):
        place.pop("start_date", None)
        place.pop("universe", None)
    else:
        for name, day in (("start_date", "20240102"), ("end_date", "20240331")):
            if place.get(name) is None:
                place[name] = day
        _order(place)
    if place.get("adjust") != "forward":
        place.pop("adjust_anchor", None)


def _form(path: str, place: dict[str, Any]) -> None:
    """Ask for columns that there are, and for the line of `meta` in a table only."""
    if place.get("format") != "csv" and str(place.get("meta_line")).lower() == "true":
        del place["meta_line"]
    some = "is_st" if path == "/stock/status" else "close"
    if isinstance(place.get("fields"), str):
        place["fields"] = some
    elif isinstance(place.get("fields"), list) and all(
        isinstance(each, str) for each in place["fields"]
    ):
        place["fields"] = [some]


def _exist(place: dict[str, Any]) -> None:
    """Let days exist."""
    for name, value in place.items():
        if value in NO_DAYS:
            place[name] = "20240103"


def _match(place: dict[str, Any]) -> None:
    """Let the type of data be one that the securities and the period have."""
    data, kind = place.get("data_type"), place.get("security_type")
    daily_stocks = kind == "stock" and place.get("period_type", "daily") == "daily"
    if data in ("bars", "status", "statements") and (
        (data == "statements") is not (kind == "finance") or (data == "status" and not daily_stocks)
    ):
        del place["data_type"]


def _include(place: dict[str, Any]) -> None:
    """Ask for the status of stocks and days only, and for members of an index on days only.

    Values may be of any type, so nothing is looked up in a set.
    """
    if place.get("period", "daily") != "daily" or place.get("security_type") in NO_STOCKS:
        place.pop("include", None)
    if place.get("period") in ("weekly", "monthly"):
        place.pop("universe", None)


def _which(place: dict[str, Any], codes: Any) -> None:
    """Ask for codes or for a universe, not for both or for neither."""
    if place.get("codes") is not None:
        place.pop("universe", None)
    elif place.get("universe") is None and "trade_date" not in place:
        place["codes"] = codes


def _span(query: dict[str, Any]) -> None:
    """Ask for the status of one day of all stocks, or for a whole range."""
    if query.keys() & {"codes", "universe"}:
        query.pop("trade_date", None)
        query.setdefault("start_date", "20240102")
        query.setdefault("end_date", "20240331")
        _order(query)
    elif "trade_date" in query:
        query.pop("start_date", None)
        query.pop("end_date", None)
        _trade(query, "trade_date")


def _trade(query: dict[str, Any], name: str) -> None:
    """Ask for a trading day, if for a day at all: no other is a market day."""
    day = query.get(name)
    if isinstance(day, str) and DAY.fullmatch(day):
        plain = day.replace("-", "")
        if not is_trading_day("SH", plain):
            query[name] = next_trading_day("SH", plain)


def _choose(query: dict[str, Any]) -> None:
    """Ask for a day or for a whole range, and not for both or for half of one."""
    ends = [name for name in ("start_date", "end_date") if name in query]
    if len(ends) == 1:
        del query[ends[0]]
    elif ends:
        query.pop("date", None)


def _give_password(path: str, body: dict[str, Any]) -> None:
    """Give users a password that is hard to guess, and a connection that is moved its password."""
    password = body.get("password")
    if path.startswith("/auth/users") and isinstance(password, str):
        if 10 <= len(password) <= 256 and password.isprintable():
            body["password"] = STRONG
    elif path == "/configs/sdk/{id}" and body.keys() & {"host", "port", "username"}:
        body.setdefault("password", STRONG)


def _order(place: dict[str, Any]) -> None:
    """Let the range go forward."""
    first, last = place.get("start_date"), place.get("end_date")
    if not (isinstance(first, str) and isinstance(last, str)):
        return
    if first.replace("-", "") > last.replace("-", ""):
        place["start_date"], place["end_date"] = last, first


def _agree(place: dict[str, Any]) -> None:
    """Let fields that belong together agree, and stay on this machine."""
    kind, period = place.get("security_type"), place.get("period_type", "daily")
    if isinstance(kind, str) and place.get("contract_type") == "main":
        kind = place["security_type"] = "future"
    if kind == "finance" and period in PERIODS:
        place["period_type"] = "income"
    if kind != "finance" and period in STATEMENTS:
        place["period_type"] = "daily"
    if str(period).startswith("min") and not place.get("codes") and kind:
        # All minutes of a whole market would keep the machine busy for longer than the test lasts.
        place["codes"] = ["600000.SH"]
    if isinstance(place.get("host"), str):
        place["host"] = LOCALHOST
    if "is_active" in place:
        # A new password would end the session that the test itself runs in.
        place.pop("password", None)
