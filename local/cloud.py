"""The emulator of AWS: one process group, with its state in a folder."""

import json
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, TextIO

import httpx

from local import generations
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
STOP_SECONDS = 60
"""The emulator writes its whole state when it ends."""
ENDPOINT = "endpoint"
"""The file in the state folder that holds the URL of the running emulator."""
SAVED = "saved"
"""The folder in the state folder that holds the generations of the emulator's state."""
_log = logging.getLogger(__name__)


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


@dataclass
class Reports:
    """What the emulator says of its saves, told at the terminal where something is wrong.

    Attributes
    ----------
    saved_at : datetime
        The time of the newest saved state; None if there is none.
    failure : str
        Why the newest save failed; empty if it did not.
    at_stop : bool
        Whether the state was saved at the stop.
    """

    saved_at: datetime | None
    failure: str = ""
    at_stop: bool = False

    def follow(self, lines: Iterable[str]) -> None:
        """Take reports until the emulator has ended."""
        for line in lines:
            self._take(json.loads(line))

    def _take(self, report: dict[str, Any]) -> None:
        _log.info("save: %s", report)
        failed, self.failure = self.failure, report.get("failed", "")
        if self.failure:
            if self.failure != failed:
                say(f"FAILED TO SAVE the state: {self.failure}. {self._kept()}; trying again")
            return
        self.saved_at = datetime.fromisoformat(report["saved_at"])
        self.at_stop = report.get("stop", False)
        if failed:
            say(f"saved the state again: {_time(self.saved_at)}")

    def check_stop(self) -> None:
        """Raise an error if the state was not saved at the stop."""
        if not self.at_stop:
            why = self.failure or "the emulator did not end by itself"
            raise LocalCloudError(f"FAILED TO SAVE the state at the stop: {why}. {self._kept()}")

    def _kept(self) -> str:
        return f"The state of {_time(self.saved_at)} is kept" if self.saved_at else "None is kept"


@contextmanager
def running(state: Path, calls: int) -> Iterator[Cloud]:
    """Run the emulator on a state folder; it saves the state as it runs, and at the end.

    Parameters
    ----------
    state : Path
        The folder.
    calls : int
        How many processes a function may have at once.

    Raises
    ------
    LocalCloudError
        An emulator left behind by a killed run still uses this state and cannot be ended; or no
        saved state is intact; or, at the end, the state could not be saved.
    """
    lock = _claim_from_leftover(state / "cloud.pid")
    sign(lock, 0)
    generation = _choose(state)
    port = free_port()
    log = state / "logs" / "cloud.log"
    read, written = os.pipe()
    settings = _settings(state, port, generation)
    with log.open("ab") as output:
        process = subprocess.Popen(
            uvx(EMULATOR),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env={**os.environ, **settings, "CALLS": str(calls), "REPORTS": str(written)},
            cwd=ROOT,
            start_new_session=True,
            pass_fds=[lock.fileno(), written],
        )
    os.close(written)
    reports = Reports(generation.saved_at if generation else None)
    thread = threading.Thread(target=_follow, args=[reports, read], daemon=True)
    thread.start()
    started = Cloud(process, port, log)
    try:
        sign(lock, process.pid)
        lock.close()
        (state / ENDPOINT).write_text(started.endpoint)
        yield started
    finally:
        end(process, STOP_SECONDS)
        thread.join(STOP_SECONDS)
        (state / ENDPOINT).unlink(missing_ok=True)
        discard(state / "tmp")
        if isinstance(sys.exception(), SystemExit | None):
            reports.check_stop()


def free_port() -> int:
    """Return a TCP port that is unused at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _follow(reports: Reports, descriptor: int) -> None:
    with os.fdopen(descriptor) as lines:
        reports.follow(lines)


def discard(folder: Path) -> None:
    """Delete a folder in the background, if need be beyond the end of this process.

    Functions leave thousands of files; whoever starts or stops should not wait for them.
    """
    if folder.exists():
        folder.rename(folder.with_name(f"{folder.name}-{time.time_ns()}"))
        doomed = map(str, folder.parent.glob(f"{folder.name}-*"))
        subprocess.run(
            ["sh", "-c", 'rm -rf -- "$@" > /dev/null 2>&1 &', "rm", *doomed],
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            check=True,
        )


def _choose(state: Path) -> generations.Generation | None:
    """Choose the saved state to start from, and say what is lost.

    Raises
    ------
    LocalCloudError
        None is intact.
    """
    saved = state / SAVED
    try:
        generations.adopt(saved, state / "cloud")
        choice = generations.choose(saved)
    except generations.NoIntactGenerationError as error:
        raise LocalCloudError(
            f"every saved state of {state} is damaged:\n{error}\n"
            "Nothing was changed. Put one back from a backup, or begin anew: make run STATE=…"
        ) from error
    found = choice.generation
    for folder, why in choice.damaged.items():
        say(f"A SAVED STATE IS DAMAGED, see {folder}: {why}")
    if found and choice.damaged:
        say(f"the one before it is used, of {_time(found.saved_at)}; what came later is lost")
    elif found and not found.orderly:
        say(
            f"the last run was killed; its state of {_time(found.saved_at)} is used, "
            "what came later is lost"
        )
    return found


def _time(moment: datetime) -> str:
    return f"{moment.astimezone():%Y-%m-%d %H:%M:%S}"


def _settings(state: Path, port: int, generation: generations.Generation | None) -> dict[str, str]:
    discard(state / "tmp")
    folders = {
        "SAVED_DIR": state / SAVED,
        "S3_DATA_DIR": state / "objects",
        # the functions' code and their /tmp
        "TMPDIR": state / "tmp",
    }
    for folder in folders.values():
        folder.mkdir(parents=True, exist_ok=True)
    return {
        **{name: str(folder) for name, folder in folders.items()},
        "STATE_DIR": str(generation.folder if generation else state / SAVED / "none"),
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
