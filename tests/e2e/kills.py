"""A fill that is killed with the whole local cloud, and what must be there afterwards."""

import re
import time
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from marketdata.blocks.dataset import Kind
from marketdata.kline.bars import BarDataset
from marketdata.sources.source import BarRequest
from marketdata.sources.synthetic.source import SyntheticSource
from tests.e2e.calls import PATIENCE, ended, fill, klines, ok
from tests.e2e.conftest import LocalCloud
from tests.support.clocks import clock

MARKET = SyntheticSource(clock("2026-11-20T20:00"), "17:00")
START, END = "20240101", "20241231"
PERIOD = "min5"
MINUTE = timedelta(minutes=1)
PASSWORD = "correct horse battery"


def _living() -> list[str]:
    stocks = [each for each in MARKET.list_securities().securities if each.kind is Kind.STOCK]
    return [each.code for each in stocks if each.alive(START, END)]


CODES = _living()[:24]
DAYS = {"start_date": START, "end_date": END}
SCOPE = {"security_type": "stock", "period_type": PERIOD, "codes": CODES, **DAYS}


def register(cloud: LocalCloud, name: str) -> None:
    """Create a user, and wait until a saved state has them."""
    account = {"username": name, "password": PASSWORD, "role": "user"}
    assert ok(cloud.admin.post("/auth/users", json=account))
    created, deadline = datetime.now(UTC), time.monotonic() + PATIENCE
    while max(_saves(cloud.state), default=datetime.min.replace(tzinfo=UTC)) < created:
        assert time.monotonic() < deadline
        time.sleep(0.1)


def check_loss(cloud: LocalCloud, killed: datetime, name: str) -> None:
    """See that the start says from when its state is, and that it has what was there then."""
    said = re.search(
        r"the last run was killed; its state of ([-0-9 :]+) is used",
        (cloud.state / "make-run.log").read_text(),
    )
    assert said
    state_of = datetime.fromisoformat(said[1]).astimezone()
    assert killed - state_of < MINUTE
    login = {"username": name, "password": PASSWORD}
    assert ok(cloud.admin.post("/auth/login", json=login))


def check_complete(cloud: LocalCloud, dead: int) -> None:
    """See that a fill makes everything complete and true, and the killed task ends."""
    shown = fill(cloud.admin, **SCOPE)
    assert shown["error_count"] == 0, shown
    for code in CODES:
        data, meta = klines(cloud.admin, "/stock/kline", codes=code, period=PERIOD, **DAYS)
        assert data[code] == source_bars(code)
        assert (meta["complete"], meta["source"]) == (True, "cache")
    assert ended(cloud.admin, dead)["status"] in {"failed", "completed"}


@cache
def source_bars(code: str) -> list[dict[str, Any]]:
    """Give a code's bars as the source has them; a volume of 0 while prices move is unknown."""
    request = BarRequest(BarDataset.parse(f"stock.{PERIOD}"), (code,), START, END)
    frame = MARKET.fetch_bars(request).frame.drop(columns="code")
    names = list(frame.columns)
    rows = [dict(zip(names, row, strict=True)) for row in frame.itertuples(index=False)]
    unknown = {"volume": None, "amount": None}
    return [
        row | (unknown if not row["volume"] and row["high"] != row["low"] else {}) for row in rows
    ]


def _saves(state: Path) -> list[datetime]:
    log = (state / "logs" / "proxy.log").read_text()
    return [datetime.fromisoformat(text) for text in re.findall(r"'saved_at': '([^']+)'", log)]
