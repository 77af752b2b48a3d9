"""The local cloud is killed with `kill -9` at ten moments of a fill."""

import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.e2e.calls import PATIENCE, start, task
from tests.e2e.conftest import LocalCloud, kill, serving
from tests.e2e.kills import SCOPE, check_complete, check_loss, register

MOMENTS = 10


@pytest.mark.chaos
def test_kills_at_ten_moments_of_a_fill(tmp_path: Path) -> None:
    dead, killed, running = 0, datetime.now(UTC), 0
    for moment in range(MOMENTS):
        with serving(tmp_path, "FIRST_FILL=0", end=kill) as cloud:
            if dead:
                check_loss(cloud, killed, f"kim{moment - 1}")
                check_complete(cloud, dead)
            register(cloud, f"kim{moment}")
            dead = start(cloud.admin, "cache-all-missing", **SCOPE)["task_id"]
            running += _reach(cloud, dead, moment)
            killed = datetime.now(UTC)
    with serving(tmp_path, "FIRST_FILL=0") as cloud:
        check_loss(cloud, killed, f"kim{MOMENTS - 1}")
        check_complete(cloud, dead)
    assert running > MOMENTS / 2


def _reach(cloud: LocalCloud, task_id: int, moment: int) -> bool:
    """Wait until a part of a task is done, and a moment longer; tell whether it still runs."""
    deadline = time.monotonic() + PATIENCE
    shown = task(cloud.admin, task_id)
    while not shown["batch_count"] or (
        shown["batches_done"] < moment * shown["batch_count"] // MOMENTS
    ):
        assert time.monotonic() < deadline
        shown = task(cloud.admin, task_id)
    time.sleep(moment % 4 / 10)
    still: bool = task(cloud.admin, task_id)["status"] == "running"
    return still
