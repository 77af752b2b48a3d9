"""Schemathesis against the description and a local cloud: it must find nothing.

Every check, in every phase; what is sent is the same each time, see `schemathesis.toml`.
"""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.conftest import ROOT, serving

HERE = Path(__file__).parent
SECONDS = 900


def test_schemathesis_finds_nothing(tmp_path_factory: pytest.TempPathFactory) -> None:
    state = tmp_path_factory.mktemp("schemathesis")
    with serving(state, "UPSTREAM=synthetic", "FIRST_FILL=0") as cloud:
        # Schemathesis waits 10 s for the description, whose function may take longer to start.
        assert cloud.admin.get("/openapi.json").is_success
        token = cloud.admin.headers["Authorization"]
        command = [
            str(Path(sys.executable).with_name("schemathesis")),
            *("--config-file", str(HERE / "schemathesis.toml")),
            *("run", f"{cloud.url}/openapi.json", "--url", cloud.url),
            *("--header", f"Authorization: {token}"),
        ]
        found = subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, timeout=SECONDS, check=False
        )
        assert found.returncode == 0, found.stdout + found.stderr
