"""The first slice, on a cloud of its own: an empty cache, a fill, a restart."""

import os
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from local.bootstrap import PROCESSES, READ_FUNCTIONS
from tests.e2e.calls import detect, fill, klines, task
from tests.e2e.conftest import LocalCloud, serving
from tests.e2e.real_bars import bars

NO_INTERNET = "HTTPS_PROXY=http://127.0.0.1:9"
"""Nothing listens there; what the local cloud is made of talks plain HTTP."""
JANUARY = {"start_date": "20200101", "end_date": "20200131"}
STOCKS = {"security_type": "stock", "period_type": "daily", **JANUARY}


def january(market_data: Path) -> dict[str, list[dict[str, object]]]:
    """Read what the API should answer for January 2020."""
    file = market_data / "stock/daily/600000.SH.csv"
    return {"600000.SH": [bar for bar in bars(file) if bar["trade_date"].startswith("202001")]}


def test_an_empty_cache_is_filled_and_survives_a_restart_without_internet(
    market_data: Path, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    settings = ("UPSTREAM=files", f"DATA={market_data}", "FIRST_FILL=0")
    with serving(tmp_path, *settings) as cloud:
        started = commands(cloud)
        for name in READ_FUNCTIONS:
            mine = [command for command in started if f"-{name}Function-" in command]
            assert len(mine) == PROCESSES, started
        task_id = _fill_january(cloud.admin, market_data)
        with serving(tmp_path_factory.mktemp("beside"), "FIRST_FILL=0") as beside:
            _is_another_one(cloud, beside)
    with serving(tmp_path, *settings, NO_INTERNET) as again:
        assert task(again.admin, task_id)["status"] == "completed"
        data, meta = klines(again.admin, "/stock/kline", codes="600000.SH", **JANUARY)
        assert data == january(market_data)
        assert meta["source"] == "cache"


def commands(cloud: LocalCloud) -> list[str]:
    """List the commands of the emulator's process group, functions among them."""
    leader, found = int((cloud.state / "cloud.pid").read_text()), []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            if os.getpgid(int(path.parent.name)) == leader:
                found.append(path.read_bytes().replace(b"\0", b" ").decode())
    return found


def _fill_january(client: httpx.Client, market_data: Path) -> int:
    before = detect(client, **STOCKS)
    assert before["missing_count"] == before["total_count"] == 65
    assert before["daily_stats"]["20200102"]["missing"] == 65
    shown = fill(client, **STOCKS)
    assert shown["progress"] == 100
    # 35 stocks of the list have no file.
    assert (shown["total_count"], shown["success_count"], shown["error_count"]) == (65, 30, 35)
    assert shown["bar_count"] == 480
    data, meta = klines(client, "/stock/kline", codes="600000.SH", period="daily", **JANUARY)
    assert data == january(market_data)
    assert meta["source"] == "cache"
    assert meta["complete"]
    task_id: int = shown["id"]
    return task_id


def _is_another_one(cloud: LocalCloud, beside: LocalCloud) -> None:
    """A second instance on another port and state knows nothing of the first."""
    assert beside.url != cloud.url
    assert beside.admin.get("/cache/tasks").json()["data"]["total"] == 0
    assert cloud.admin.get("/cache/tasks").json()["data"]["total"] > 0
