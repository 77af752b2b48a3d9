"""The whole upstream function where Lambda runs it, from the bundle in the bucket to the bars."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.sandbox import sandboxed, why_not

ROOT = Path(__file__).parents[2]
BARS = "tests/integration/test_amazingdata.py::test_bars_are_stored_as_the_market_has_them"
OF_THIS_RUN = ("COVERAGE_PROCESS_START", "COVERAGE_PROCESS_CONFIG", "PYTEST_XDIST_WORKER")


def test_it_runs_without_dev_shm_and_writes_to_its_own_folder_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if reason := why_not(tmp_path):
        pytest.skip(f"no mount namespaces here: {reason}")
    options = ["-q", "-p", "no:cacheprovider", "--basetemp", str(tmp_path / "nested")]
    pytest_there = [sys.executable, "-m", "pytest", *options, BARS]
    for name in OF_THIS_RUN:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    ended = subprocess.run(
        sandboxed(tmp_path, *pytest_there),
        check=False,
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert "1 passed" in ended.stdout, ended.stdout + ended.stderr
