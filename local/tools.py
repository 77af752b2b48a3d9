"""External tools: the ones outside the project's environment, and how processes are run."""

import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import TextIO

SAM = ("--from", "aws-sam-cli==1.170.0", "--with", "pip", "sam")
EMULATOR = ("--from", "ministack[full]==1.5.33", "python", "-m", "local.emulator")
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
    # sam polls every five seconds by default; the emulator is done within one
    "SAM_CLI_POLL_DELAY": "0.2",
}
_START = time.monotonic()


class LocalCloudError(Exception):
    """The local cloud cannot continue; the text tells the user at the terminal what to do."""


def say(text: str) -> None:
    """Print a line with the seconds since the start, unless standard output is closed."""
    with suppress(BrokenPipeError):
        print(f"[{time.monotonic() - _START:6.1f} s] {text}", flush=True)


def isolate() -> None:
    """Remove everything from this process's environment that could lead to a real account."""
    for name in [name for name in os.environ if name.startswith(_HIDDEN)]:
        del os.environ[name]
    os.environ.update(_LOCAL)


def uvx(tool: Sequence[str], *arguments: str) -> list[str]:
    """Return the command that runs a pinned tool in its own environment.

    The tool runs on this process's Python. The emulator runs the functions with it, so it must be
    the template's runtime; it is given as a path, since a name may mean another version elsewhere.
    What was downloaded before is used as it is, so that no start but the first needs the internet.
    A tool begins with its packages, each as `--from` or `--with` and a value.
    """
    packages = _packages(tool)
    network = ["--offline"] if _is_downloaded(packages) else []
    return [*_uv_tool_run(), *network, *packages, *tool[len(packages) :], *arguments]


def _uv_tool_run() -> list[str]:
    python = str(Path(sys.executable).resolve())
    return [os.environ.get("UV", "uv"), "tool", "run", "--python", python]


def _packages(tool: Sequence[str]) -> tuple[str, ...]:
    """Return the options of a tool that name its packages, each with its value."""
    count = next((at for at in range(0, len(tool), 2) if not tool[at].startswith("--")), len(tool))
    return tuple(tool[:count])


@cache
def _is_downloaded(packages: tuple[str, ...]) -> bool:
    """Check whether an environment of packages can be made of what this machine has."""
    command = [*_uv_tool_run(), "--offline", *packages, "python", "-c", ""]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def run(
    name: str,
    command: Sequence[str],
    log: Path,
    environ: Mapping[str, str] | None = None,
    holding: Sequence[TextIO] = (),
) -> None:
    """Run a command from `uvx` to its end, in its own process group, with its output in a log.

    Parameters
    ----------
    name : str
        The command's name in messages.
    environ : mapping, optional
        Additions to the environment.
    holding : sequence of TextIO, optional
        Claims that must last as long as the command, even if this process is killed.

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
    """End a process with SIGTERM, and after at most `grace` seconds its group with SIGKILL."""
    process.terminate()
    with suppress(subprocess.TimeoutExpired):
        process.wait(grace)
    kill_group(process.pid)
    process.wait()


def kill_group(pid: int) -> None:
    """Send SIGKILL to the process group led by `pid`, if any process of it is left."""
    with suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)


def tail(log: Path, lines: int = 15) -> str:
    """Return the last lines of a log file, and where the rest is."""
    text = log.read_text(errors="replace").replace("\r", "\n").rstrip().splitlines()
    return "\n".join([*(f"  | {line}" for line in text[-lines:]), f"  (all of it: {log})"])


def claim(path: Path, within: float = 0) -> TextIO | None:
    """Lock a file for this process and for the processes that inherit it.

    The lock ends with the last process that holds it, however that one ends, so a locked file
    proves that a holder is alive.

    Parameters
    ----------
    path : Path
        The file, created if necessary.
    within : float
        How many seconds to wait for another holder to release it.

    Returns
    -------
    TextIO or None
        The open file; None if another process holds the lock.
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
    """Write the holder's process id into a claimed file."""
    file.seek(0)
    file.truncate()
    file.write(f"{pid}\n")
    file.flush()
