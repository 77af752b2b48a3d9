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
DAY = re.compile("2024[0-9]{4}")
PERIODS = [*Period]
STATEMENTS = [*Statement]

schemathesis.openapi.format(
    "yyyymmdd",
    st.builds("{}{:02}{:02}".format, st.just(2024), st.integers(1, 3), st.integers(1, 28)),
)


@schemathesis.hook
def before_call(
    context: schemathesis.HookContext, case: schemathesis.Case[Any], kwargs: dict[str, Any]
) -> None:
    """Keep the rules between fields, and every connection on this machine."""
    for place in (case.query, case.body):
        if isinstance(place, dict):
            _order(place)
            _agree(place)
            if case.path.endswith("/kline/day"):
                _trade(place)
    if isinstance(case.body, dict):
        _give_password(case.path, case.body)


def _trade(query: dict[str, Any]) -> None:
    """Ask for a trading day, if for a day at all: no other is a market day."""
    day = query.get("trade_date")
    if isinstance(day, str) and DAY.fullmatch(day) and not is_trading_day("SH", day):
        query["trade_date"] = next_trading_day("SH", day)


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
    if isinstance(first, str) and isinstance(last, str) and first > last:
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
