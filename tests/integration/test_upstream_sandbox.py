"""The whole upstream function where Lambda runs it, from the bundle in the bucket to the bars."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.sandbox import sandboxed, why_not

ROOT = Path(__file__).parents[2]
BARS = "tests/integration/test_amazingdata.py::test_bars_are_stored_as_the_market_has_them"
OURS = ("COV", "PYTEST")
"""How the names of variables begin that are meant for this run of the tests only."""


def test_it_runs_without_dev_shm_and_writes_to_its_own_folder_only(tmp_path: Path) -> None:
    if reason := why_not(tmp_path):
        pytest.skip(f"no mount namespaces here: {reason}")
    options = ["-q", "-p", "no:cacheprovider", "--basetemp", str(tmp_path / "nested")]
    pytest_there = [sys.executable, "-m", "pytest", *options, BARS]
    environment = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
    ended = subprocess.run(
        sandboxed(tmp_path, *pytest_there),
        env=environment | {"TMPDIR": str(tmp_path)},
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert "1 passed" in ended.stdout, ended.stdout + ended.stderr
