"""The plug is pulled in the middle of a fill, and nothing is lost."""

import os
import signal
import time
from contextlib import suppress
from pathlib import Path

from tests.e2e.calls import PATIENCE, ended, fill, klines, start, task
from tests.e2e.conftest import LocalCloud
from tests.e2e.real_bars import bars, stocks_with_bars
from tests.support.real_files import REAL

DAYS = {"start_date": "20000101", "end_date": "20251231"}
SCOPE = {"security_type": "stock", "codes": stocks_with_bars(REAL), **DAYS}
KILLS = 3


def workers(state: Path, function: str) -> list[int]:
    """List the processes in which a function of this cloud runs, as the kernel knows them."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            command = (entry / "cmdline").read_bytes().decode(errors="replace")
            if str(state) in command and function in command:
                found.append(int(entry.name))
    return found


def kill_upstream_while_running(cloud: LocalCloud, task_id: int) -> int:
    """Kill the upstream function's processes whenever a batch more is done; gives how often."""
    deadline = time.monotonic() + PATIENCE
    killed, seen = 0, -1
    while killed < KILLS and time.monotonic() < deadline:
        shown = task(cloud.admin, task_id)
        if shown["status"] not in {"pending", "running"}:
            break
        # Not more often than API Gateway lets one user ask.
        time.sleep(0.05)
        if shown["batches_done"] == seen:
            continue
        if victims := workers(cloud.state, "UpstreamFunction"):
            seen = shown["batches_done"]
            for victim in victims:
                with suppress(ProcessLookupError):
                    os.kill(victim, signal.SIGKILL)
            killed += 1
    return killed


def test_killing_the_upstream_function_in_the_middle_of_a_fill_loses_nothing(
    files_cloud: LocalCloud, market_data: Path
) -> None:
    task_id = start(files_cloud.admin, "cache-all-missing", **SCOPE)["task_id"]
    assert kill_upstream_while_running(files_cloud, task_id) > 0
    shown = ended(files_cloud.admin, task_id)
    assert (shown["status"], shown["error_count"]) == ("completed", 0), shown
    assert shown["success_count"] == shown["total_count"]
    assert shown["batches_done"] == shown["batch_count"]
    # The files say nothing of later days, and are asked about them each time.
    assert fill(files_cloud.admin, **SCOPE | {"end_date": "20210930"})["batch_count"] == 0
    for code in ("600000.SH", "300450.SZ", "601318.SH"):
        data, _ = klines(files_cloud.admin, "/stock/kline", codes=code, **DAYS)
        wanted = bars(market_data / f"stock/daily/{code}.csv")
        assert data[code] == [bar for bar in wanted if bar["trade_date"] >= DAYS["start_date"]]
