"""The local cloud is killed with `kill -9` at ten moments of a fill."""

import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.e2e.calls import ended, start, task
from tests.e2e.conftest import kill, serving
from tests.e2e.kills import SCOPE, check_complete, check_loss, register

MOMENTS = 10


@pytest.mark.chaos
def test_kills_at_ten_moments_of_a_fill(tmp_path: Path) -> None:
    with serving(tmp_path, "FIRST_FILL=0") as cloud:
        began = time.monotonic()
        ended(cloud.admin, start(cloud.admin, "cache-all-missing", **SCOPE)["task_id"])
        whole = time.monotonic() - began
    dead, killed = 0, datetime.now(UTC)
    running = 0
    for moment in range(MOMENTS + 1):
        last = moment == MOMENTS
        with serving(tmp_path, "FIRST_FILL=0", **({} if last else {"end": kill})) as cloud:
            if dead:
                check_loss(cloud, killed, f"kim{moment - 1}")
                check_complete(cloud, dead)
            if not last:
                register(cloud, f"kim{moment}")
                dead = start(cloud.admin, "cache-all-missing", **SCOPE)["task_id"]
                time.sleep(whole * moment / MOMENTS)
                running += task(cloud.admin, dead)["status"] == "running"
                killed = datetime.now(UTC)
    assert running > MOMENTS / 2
