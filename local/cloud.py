"""The emulator of AWS: one process group, with its state in a folder."""

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

import httpx

from local.tools import (
    EMULATOR,
    REGION,
    ROOT,
    LocalCloudError,
    claim,
    end,
    kill_group,
    say,
    sign,
    tail,
    uvx,
)

START_SECONDS = 120
"""The first start downloads the emulator."""
STOP_SECONDS = 20
"""The emulator writes its whole state when it ends."""
ENDPOINT = "endpoint"
"""The file in the state folder that holds the URL of the running emulator."""


@dataclass(frozen=True)
class Cloud:
    """A started emulator.

    Attributes
    ----------
    process : subprocess.Popen
        The leader of the emulator's process group.
    port : int
        The port it listens on, on this machine only.
    log : Path
        The file with its output.
    """

    process: subprocess.Popen[bytes]
    port: int
    log: Path

    @property
    def endpoint(self) -> str:
        """The endpoint URL that replaces AWS."""
        return f"http://127.0.0.1:{self.port}"

    def wait_until_ready(self) -> None:
        """Wait until the emulator answers.

        Raises
        ------
        LocalCloudError
            The emulator ended, or did not answer within `START_SECONDS`.
        """
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise LocalCloudError(f"the emulator did not start:\n{tail(self.log)}")
            with suppress(httpx.TransportError):
                httpx.get(f"{self.endpoint}/_ministack/ready")
                return
            time.sleep(0.1)
        raise LocalCloudError(
            f"the emulator did not answer in {START_SECONDS} s:\n{tail(self.log)}"
        )


@contextmanager
def running(state: Path) -> Iterator[Cloud]:
    """Run the emulator on a state folder; at the end it is stopped, which saves the state.

    Raises
    ------
    LocalCloudError
        An emulator left behind by a killed run still uses this state and cannot be ended.
    """
    lock = _claim_from_leftover(state / "cloud.pid")
    sign(lock, 0)
    port = free_port()
    log = state / "logs" / "cloud.log"
    with log.open("ab") as output:
        process = subprocess.Popen(
            uvx(EMULATOR),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env={**os.environ, **_settings(state, port)},
            cwd=ROOT,
            start_new_session=True,
            pass_fds=[lock.fileno()],
        )
    try:
        sign(lock, process.pid)
        lock.close()
        started = Cloud(process, port, log)
        (state / ENDPOINT).write_text(started.endpoint)
        yield started
    finally:
        end(process, STOP_SECONDS)
        (state / ENDPOINT).unlink(missing_ok=True)
        shutil.rmtree(state / "tmp", ignore_errors=True)


def free_port() -> int:
    """Return a TCP port that is unused at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _settings(state: Path, port: int) -> dict[str, str]:
    shutil.rmtree(state / "tmp", ignore_errors=True)
    folders = {
        "STATE_DIR": state / "cloud",
        "S3_DATA_DIR": state / "objects",
        # the functions' code and their /tmp
        "TMPDIR": state / "tmp",
    }
    for folder in folders.values():
        folder.mkdir(parents=True, exist_ok=True)
    return {
        **{name: str(folder) for name, folder in folders.items()},
        "PERSIST_STATE": "1",
        "S3_PERSIST": "1",
        "GATEWAY_PORT": str(port),
        "BIND_HOST": "127.0.0.1",
        "MINISTACK_REGION": REGION,
        "LOG_LEVEL": "WARNING",
        # listeners on fixed ports, which would conflict with a second instance
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
    }


def _claim_from_leftover(path: Path) -> TextIO:
    """Claim the emulator's lock, if necessary from an emulator whose run was killed.

    Only such an emulator can hold it: its run has a lock of its own, which this run holds now.
    """
    if lock := claim(path):
        return lock
    pid = int(path.read_text() or 0)
    if pid > 1:
        say(f"ending the emulator that a killed run left behind (process {pid})")
        with suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGTERM)
        if lock := claim(path, within=STOP_SECONDS):
            return lock
        kill_group(pid)
    if lock := claim(path, within=5):
        return lock
    raise LocalCloudError(f"an emulator of a killed run still uses {path.parent}; end it by hand")
