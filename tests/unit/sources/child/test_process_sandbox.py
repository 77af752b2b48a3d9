"""The child where Lambda runs it: without /dev/shm, and with one folder that can be written to."""

import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from marketdata.errors import UpstreamError, UpstreamFaultError, UpstreamSetupError
from tests.support.sandbox import sandboxed, why_not
from tests.support.standins import Start, fault, stocks


@pytest.fixture(autouse=True)
def sandbox(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Have children run in there: what stands for Python starts it there."""
    if reason := why_not(tmp_path_factory.getbasetemp()):
        pytest.skip(f"no mount namespaces here: {reason}")
    # Code coverage would be written beside the sources, where nothing can be.
    monkeypatch.delenv("COVERAGE_PROCESS_START", raising=False)
    python = tmp_path / "python"
    python.write_text(f'#!/bin/sh\nexec {shlex.join(sandboxed(tmp_path, sys.executable))} "$@"\n')
    python.chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(python))


def run(program: str) -> str:
    """Run a program in there; gives the last line that it wrote to standard error."""
    ended = subprocess.run(
        [sys.executable, "-c", program], check=False, capture_output=True, text=True
    )
    return "".join(ended.stderr.splitlines()[-1:])


def test_no_lock_can_be_made_and_nothing_be_written_elsewhere(tmp_path: Path) -> None:
    assert "No such file" in run("import multiprocessing; multiprocessing.Lock()")
    assert "Read-only file system" in run("open('/tmp/written', 'w')")
    assert not run(f"open('{tmp_path}/written', 'w').close()")


def test_the_child_needs_none(start: Start) -> None:
    opened, _ = start()
    assert "600000.SH" in stocks(opened)
    process = opened._process
    assert process is not None
    assert not Path(f"/proc/{process._process.pid}/root/dev/shm").exists()


@pytest.mark.parametrize(
    ("call", "kind"), [("get_code_list", UpstreamFaultError), ("load", UpstreamSetupError)]
)
def test_an_sdk_that_needs_one_is_told(start: Start, call: str, kind: type[UpstreamError]) -> None:
    opened, path = start(fault("get_code_list", "lock"))
    if call == "load":
        (path / "tgw/__init__.py").write_text("import multiprocessing\nmultiprocessing.Queue()\n")
    with pytest.raises(kind, match=r"a lock or memory in /dev/shm, .* at synchronize\.py"):
        stocks(opened)
