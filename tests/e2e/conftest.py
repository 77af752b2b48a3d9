"""Local clouds for the end-to-end tests, each started by the command that users type."""

import os
import re
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from local.cloud import free_port
from tests.support.real_files import REAL

ROOT = Path(__file__).parents[2]
START_SECONDS = 180
STOP_SECONDS = 180
"""Every warm function has its layers unpacked; a busy disk takes its time to delete them."""
MAKE = ["env", "-u", "MAKEFLAGS", "-u", "MAKELEVEL", "-u", "MFLAGS", "make"]
"""A `make` of its own: what `make test` hands down would be settings of this one too."""
LONGEST = ("test_killed", "test_start", "test_faults", "test_real_data")
"""The files that take longest, which come first: else one of two processes waits for the other."""
LOGIN = {"username": "admin", "password": "admin123"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the longest files."""
    places = {stem: place for place, stem in enumerate(LONGEST)}
    items.sort(key=lambda item: places.get(item.path.stem, len(LONGEST)))


@dataclass(frozen=True)
class LocalCloud:
    """A started `make run`.

    Attributes
    ----------
    url : str
        Base URL of the API.
    state : Path
        Its STATE folder.
    admin : httpx.Client
        A client of the API, logged in as the administrator.
    """

    url: str
    state: Path
    admin: httpx.Client


@pytest.fixture(scope="session")
def market_data() -> Path:
    """The folder with the real bars; the tests that compare with it skip where it is absent."""
    if not REAL.is_dir():
        pytest.skip(f"no market data in {REAL}")
    return REAL


@pytest.fixture(scope="session")
def files_cloud(
    market_data: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[LocalCloud]:
    """A local cloud over the real bars, with nothing cached."""
    state = tmp_path_factory.mktemp("files")
    with serving(state, "UPSTREAM=files", f"DATA={market_data}", "FIRST_FILL=0") as started:
        yield started


@pytest.fixture(scope="session")
def synthetic_cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    """A local cloud over the synthetic market, with nothing cached."""
    with serving(
        tmp_path_factory.mktemp("synthetic"), "UPSTREAM=synthetic", "FIRST_FILL=0"
    ) as started:
        # The document's example tries the first one, which no other test may remove, then.
        here = {"name": "first", "username": "me", "password": "secret", "host": "127.0.0.1"}
        assert started.admin.post("/configs/sdk", json=here).json()["data"]["id"] == 1
        yield started


def stop(process: subprocess.Popen[bytes], state: Path, log: Path) -> None:
    """End the run by SIGTERM, as a service manager would, and see that it ends all it started."""
    groups = {process.pid, _pid(state / "cloud.pid")}
    os.kill(_pid(state / "run.pid"), signal.SIGTERM)
    assert process.wait(STOP_SECONDS) == 0, log.read_text()
    assert not (left := alive(groups)), left


def kill(process: subprocess.Popen[bytes], state: Path, _log: Path) -> None:
    """End the run and the emulator with all its functions at once, as a power cut would."""
    os.kill(_pid(state / "run.pid"), signal.SIGKILL)
    os.killpg(_pid(state / "cloud.pid"), signal.SIGKILL)
    process.wait(STOP_SECONDS)


@contextmanager
def serving(
    state: Path, *settings: str, end: Callable[[subprocess.Popen[bytes], Path, Path], None] = stop
) -> Iterator[LocalCloud]:
    """Run `make run`, wait until it is ready, log in; stop it by SIGTERM and see what is left."""
    port = free_port()
    log = state / "make-run.log"
    command = [*MAKE, "run", f"PORT={port}", f"STATE={state}", *settings]
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=ROOT, stdout=output, stderr=output, start_new_session=True
        )
    try:
        wait_until_ready(process, log)
        url = f"http://localhost:{port}/api/v1"
        with closing(logged_in(url)) as admin:
            yield LocalCloud(url, state, admin)
        end(process, state, log)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(STOP_SECONDS)


def wait_until_ready(process: subprocess.Popen[bytes], log: Path) -> None:
    """Return once the READY line is there."""
    deadline = time.monotonic() + START_SECONDS
    while not re.search(r"^READY http://", text := log.read_text(), re.MULTILINE):
        assert process.poll() is None, f"make run ended with {process.returncode}:\n{text}"
        assert time.monotonic() < deadline, f"not ready after {START_SECONDS} s:\n{text}"
        time.sleep(0.1)


def logged_in(url: str) -> httpx.Client:
    """Give a client with the administrator's token."""
    client = httpx.Client(base_url=url, timeout=60)
    answer = client.post("/auth/login", json=LOGIN)
    assert answer.status_code == 200, answer.text
    client.headers["Authorization"] = f"Bearer {answer.json()['data']['access_token']}"
    return client


def alive(groups: set[int]) -> list[str]:
    """Give the processes of some groups that still run, as the kernel lists them."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            text = stat.read_text()
            state, _, group = text.rpartition(")")[2].split()[:3]
            if int(group) in groups and state != "Z":
                found.append(text)
    return found


def _pid(path: Path) -> int:
    return int(path.read_text())
