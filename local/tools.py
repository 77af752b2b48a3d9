"""The tools outside the project's environment, their versions, and how processes are run."""

import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TextIO

SAM = ("--from", "aws-sam-cli==1.170.0", "--with", "pip", "sam")
EMULATOR = ("--from", "ministack[full]==1.5.33", "ministack")
REGION = "ap-southeast-1"
ROOT = Path(__file__).parents[1]

_HIDDEN = ("AWS_", "PYTHON", "VIRTUAL_ENV", "MAKE", "MFLAGS")
_LOCAL = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_DEFAULT_REGION": REGION,
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
    "SAM_CLI_TELEMETRY": "0",
    # sam asks every five seconds by default; the emulator is done within one
    "SAM_CLI_POLL_DELAY": "0.2",
}
_START = time.monotonic()


class LocalCloudError(Exception):
    """The local cloud cannot go on; the text tells the person at the terminal what to do."""


def say(text: str) -> None:
    """Print one line with the seconds since the start, if anybody still reads."""
    with suppress(BrokenPipeError):
        print(f"[{time.monotonic() - _START:6.1f} s] {text}", flush=True)


def isolate() -> None:
    """Take everything out of this process's environment that could lead to a real account."""
    for name in [name for name in os.environ if name.startswith(_HIDDEN)]:
        del os.environ[name]
    os.environ.update(_LOCAL)


def uvx(tool: Sequence[str], *arguments: str) -> list[str]:
    """Give the command that runs a pinned tool in an environment of its own.

    The tool gets this process's Python: the emulator runs the functions with it, so it must be
    the template's runtime, and a path, since a name may mean another version elsewhere.
    """
    python = str(Path(sys.executable).resolve())
    return [os.environ.get("UV", "uv"), "tool", "run", "--python", python, *tool, *arguments]


def run(
    name: str,
    command: Sequence[str],
    log: Path,
    environ: Mapping[str, str] | None = None,
    holding: Sequence[TextIO] = (),
) -> None:
    """Run a command of `uvx` to its end, in a group of its own, its output in a log file.

    Parameters
    ----------
    name : str
        What a message calls the command.
    environ : mapping, optional
        Additions to the environment.
    holding : sequence of TextIO, optional
        Claims that shall last as long as the command does, even if this process is killed.

    Raises
    ------
    LocalCloudError
        The command failed; the text ends with the last lines of its output.
    """
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env={**os.environ, **(environ or {})},
            cwd=ROOT,
            start_new_session=True,
            pass_fds=[file.fileno() for file in holding],
        )
        try:
            code = process.wait()
        finally:
            end(process, grace=2)
    if code:
        raise LocalCloudError(f"{name} failed (exit {code}):\n{tail(log)}")


def end(process: subprocess.Popen[bytes], grace: float) -> None:
    """End a process by SIGTERM, after `grace` seconds by SIGKILL, and all of its group."""
    process.terminate()
    with suppress(subprocess.TimeoutExpired):
        process.wait(grace)
    kill_group(process.pid)
    process.wait()


def kill_group(pid: int) -> None:
    """Send SIGKILL to the process group that `pid` leads, if any of it is left."""
    with suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)


def tail(log: Path, lines: int = 15) -> str:
    """Give the last lines of a log file and where the rest is."""
    text = log.read_text(errors="replace").replace("\r", "\n").rstrip().splitlines()
    return "\n".join([*(f"  | {line}" for line in text[-lines:]), f"  (all of it: {log})"])


def claim(path: Path, within: float = 0) -> TextIO | None:
    """Lock a file for this process and for whoever inherits it.

    The lock ends with the last process that holds it, however that ends; a file that is locked
    proves that its holder lives.

    Parameters
    ----------
    path : Path
        The file; made if need be.
    within : float
        Seconds to wait for another holder.

    Returns
    -------
    TextIO or None
        The open file, None if another process holds it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    file = path.open("a+")
    deadline = time.monotonic() + within
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                file.close()
                return None
            time.sleep(0.1)
        else:
            return file


def sign(file: TextIO, pid: int) -> None:
    """Write into a claimed file who holds it."""
    file.seek(0)
    file.truncate()
    file.write(f"{pid}\n")
    file.flush()
