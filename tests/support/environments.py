"""A Lambda environment: a process with a session over the stand-in, and the child below it.

Lambda freezes both between invocations, and ends them without a word.
"""

import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from marketdata.errors import UpstreamError
from marketdata.sources.child.limits import Limits
from tests.support.faults import wait_until
from tests.support.standins import session, stocks

ROOT = Path(__file__).parents[2]


def freeze(*groups: int) -> None:
    """Stop all processes of some groups, as Lambda does."""
    for group in groups:
        os.killpg(group, signal.SIGSTOP)
        wait_until(lambda group=group: _state(group) == "T")  # type: ignore[misc]


def thaw(*groups: int) -> None:
    """Have the processes of some groups go on."""
    for group in groups:
        os.killpg(group, signal.SIGCONT)


def end(*groups: int) -> None:
    """Kill the processes of some groups, and wait until they are gone."""
    for group in groups:
        os.killpg(group, signal.SIGKILL)
        # A zombie still has its first thread, and what its others hold is not free until they end.
        wait_until(lambda group=group: _state(group) in {"", "Z"} and _threads(group) <= 1)  # type: ignore[misc]


def _state(process: int) -> str:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(") ")[2][0]
    except (FileNotFoundError, ProcessLookupError):
        # The second: it went between the opening of the file and its reading.
        return ""


def _threads(process: int) -> int:
    return len(list(Path(f"/proc/{process}/task").glob("*")))


def variables_of(process: int) -> dict[str, str]:
    """Read what a process was started with as its environment."""
    text = Path(f"/proc/{process}/environ").read_text()
    return dict(each.split("=", 1) for each in text.split("\0") if each)


@dataclass
class Environment:
    """An environment; its end kills whatever it started.

    Parameters
    ----------
    bundle : Path
        The unpacked bundle.
    seconds : float
        The limit of a call to the SDK.
    """

    bundle: Path
    seconds: float = 20
    child: int = 0

    def __post_init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__, str(self.bundle), str(self.seconds)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=ROOT,
            text=True,
            start_new_session=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        end(*(group for group in self.groups if _state(group)))
        for stream in (self._process.stdin, self._process.stdout):
            assert stream
            stream.close()
        self._process.wait()

    @property
    def groups(self) -> tuple[int, ...]:
        """The process and its child, as far as known."""
        return (self._process.pid, *([self.child] if self.child else []))

    def invoke(self) -> str:
        """Have the stocks listed; gives "listed", or the name of the error."""
        self.send()
        return self.answer()

    def send(self) -> None:
        """Have the stocks listed, without waiting."""
        assert self._process.stdin
        self._process.stdin.write("\n")
        self._process.stdin.flush()

    def answer(self) -> str:
        """Wait for the answer."""
        assert self._process.stdout
        outcome, self.child = json.loads(self._process.stdout.readline())
        return str(outcome)


def main(bundle: str, seconds: str) -> None:
    """Answer each line of standard input."""
    opened = session(Path(bundle), limits=Limits(60, 20, float(seconds)))
    for _ in sys.stdin:
        try:
            outcome = "listed" if stocks(opened) else "empty"
        except UpstreamError as error:
            outcome = type(error).__name__
        process = opened._process._process.pid if opened._process else 0
        sys.stdout.write(json.dumps([outcome, process]) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
