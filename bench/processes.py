"""Child processes: each measurement has its own, in a clean environment."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from bench.runtime import surroundings

ROOT = Path(__file__).parents[1]
PLACE = ROOT / ".bench"
"""The folder for everything that is made once and kept."""

CLEARED = ("AWS_", "PYTHON", "OPENBLAS_", "NVPL_", "OMP_", "MKL_", "COVERAGE_")
"""The beginnings of variables that would make measured processes differ from a user's."""


def environment(**more: str) -> dict[str, str]:
    """Return the environment of a measured process, with `more` variables."""
    kept = {name: text for name, text in os.environ.items() if not name.startswith(CLEARED)}
    paths = f"{ROOT}{os.pathsep}{ROOT / 'layers/common/python'}"
    return kept | {"PYTHONPATH": paths, "PYTHONWARNINGS": "ignore"} | more


def run(module: str, *arguments: object, port: int | None = None) -> Any:
    """Run a module in its own process and return the JSON on its last line of output."""
    command = [sys.executable, "-m", module, *map(str, arguments)]
    more = surroundings(port) if port else {}
    done = subprocess.run(
        command, env=environment(**more), cwd=ROOT, stdout=subprocess.PIPE, check=True
    )
    return json.loads(done.stdout.splitlines()[-1])


def endpoint(contents: Path) -> AbstractContextManager[int]:
    """Serve what `bench.contents.Contents.save` wrote; gives the port."""
    return _serving("bench.endpoint", str(contents))


def gateway(port: int) -> AbstractContextManager[int]:
    """Serve the functions in front of an endpoint; gives the gateway's own port."""
    return _serving("bench.gateway", **surroundings(port))


@contextmanager
def _serving(module: str, *arguments: str, **more: str) -> Iterator[int]:
    """Run a module that prints its port, until the end."""
    with subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        env=environment(**more),
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdin
        assert process.stdout
        try:
            yield int(process.stdout.readline())
        finally:
            process.stdin.close()


class Worker:
    """A process that answers questions one at a time, see `bench.worker`.

    Parameters
    ----------
    command : sequence of str
        The command that starts it.
    port : int, optional
        The port of the endpoint that it uses as AWS.
    """

    def __init__(self, command: Sequence[str], port: int | None = None) -> None:
        self._process = subprocess.Popen(
            command,
            env=environment(**(surroundings(port) if port else {})),
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._process.__exit__(kind, error, at)

    def ask(self, order: dict[str, Any]) -> Any:
        """Send an order and wait for its result."""
        assert self._process.stdin
        assert self._process.stdout
        print(json.dumps(order), file=self._process.stdin, flush=True)
        answer = self._process.stdout.readline()
        if not answer:
            raise RuntimeError(f"{self._process.args!r} ended")
        return json.loads(answer)
