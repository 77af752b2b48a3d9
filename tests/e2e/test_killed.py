"""The local cloud is killed in the middle of a fill, cannot save, or finds its state damaged."""

import os
import resource
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from tests.e2e.calls import PATIENCE, ok, start, task
from tests.e2e.conftest import STOP_SECONDS, kill, serving
from tests.e2e.kills import PASSWORD, SCOPE, check_complete, check_loss, register


def test_after_a_kill_in_a_fill_at_most_a_minute_is_lost(tmp_path: Path) -> None:
    with serving(tmp_path, "FIRST_FILL=0", end=kill) as cloud:
        register(cloud, "kim")
        dead = start(cloud.admin, "cache-all-missing", **SCOPE)["task_id"]
        deadline = time.monotonic() + PATIENCE
        while not task(cloud.admin, dead)["batches_done"]:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        killed = datetime.now(UTC)
    with serving(tmp_path, "FIRST_FILL=0") as again:
        check_loss(again, killed, "kim")
        check_complete(again, dead)
    damaged = max((tmp_path / "saved").glob("2*"))
    os.truncate(damaged / "dynamodb.json", 1000)
    with serving(tmp_path, "FIRST_FILL=0") as third:
        said = (tmp_path / "make-run.log").read_text()
        assert (
            f"A SAVED STATE IS DAMAGED, see {damaged.with_name(f'damaged-{damaged.name}')}" in said
        )
        assert "what came later is lost" in said
        assert third.admin.get("/auth/me").status_code == 200


def test_a_save_that_fails_is_said(tmp_path: Path) -> None:
    """A limit on the size of files stands in for a full disk."""
    with serving(tmp_path, "FIRST_FILL=0", end=stop_unsaved) as cloud:
        register(cloud, "kim")
        for process in emulators(tmp_path):
            _, hard = resource.prlimit(process, resource.RLIMIT_FSIZE)
            resource.prlimit(process, resource.RLIMIT_FSIZE, (2**20, hard))
        cloud.admin.post("/auth/users", json={"username": "lee", "password": PASSWORD})
        log = tmp_path / "make-run.log"
        deadline = time.monotonic() + PATIENCE
        while "FAILED TO SAVE the state: " not in log.read_text():
            assert time.monotonic() < deadline
            time.sleep(0.1)
        assert "File too large" in log.read_text()
    with serving(tmp_path, "FIRST_FILL=0") as again:
        assert ok(again.admin.post("/auth/login", json={"username": "kim", "password": PASSWORD}))


def stop_unsaved(process: subprocess.Popen[bytes], state: Path, log: Path) -> None:
    """End a run that cannot save, which must not look like an orderly end."""
    os.kill(int((state / "run.pid").read_text()), signal.SIGTERM)
    assert process.wait(STOP_SECONDS) != 0
    assert "FAILED TO SAVE the state at the stop: " in log.read_text()


def emulators(state: Path) -> list[int]:
    """List the emulator's processes, without those of the functions."""
    leader = int((state / "cloud.pid").read_text())
    processes = {int(path.parent.name): path.read_bytes() for path in _command_lines(leader)}
    return [pid for pid, command in processes.items() if b"local.emulator" in command]


def _command_lines(group: int) -> Iterator[Path]:
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(ProcessLookupError):
            if os.getpgid(int(path.parent.name)) == group:
                yield path
