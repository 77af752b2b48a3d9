"""A vendor without an account, made up: its adapter in the child, and what the room is told of it.

Each operation is written into a log. What goes wrong is in the child's environment.
"""

import os
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from marketdata.errors import UpstreamError, UpstreamFaultError, UpstreamSessionLostError
from marketdata.sources.child.adapter import Failure, Printed
from marketdata.sources.child.limits import Limits
from marketdata.sources.child.vendor import FixedLogin, Start, Vendor

LOST = "10001001"
LOG = "made_up.log"
SERVER = {"host": "192.0.2.1", "port": 10030}


class Adapter:
    """What the child serves."""

    def __init__(self, folder: Path, printed: Printed) -> None:
        self._log = folder.parent / LOG
        self._printed = printed

    @property
    def operations(self) -> dict[str, Callable[..., Any]]:
        own = (self.load, self.login, self.logout, self.double, self.fail, self.hang, self.whoami)
        return {each.__name__: each for each in own}

    def load(self) -> None:
        self._note("load")
        self._fail_as_told("load")

    def login(self, host: str, port: int) -> None:
        self._note(f"login {host}:{port}")
        self._fail_as_told("login")

    def logout(self) -> None:
        self._note("logout")
        self._fail_as_told("logout")
        self._note("logged out")

    def double(self, values: list[float]) -> dict[str, Any]:
        self._note("double")
        return {"doubled": np.array(values, dtype=np.float64) * 2}

    def fail(self, code: str | int | None) -> None:
        self._note("fail")
        raise Failure(code, "told to")

    def hang(self) -> None:
        self._note("hang")
        time.sleep(60)

    def whoami(self) -> list[Any]:
        self._printed.forget()
        sys.stdout.write("secret")
        return [os.getpid(), self._printed.text()]

    def _note(self, line: str) -> None:
        with self._log.open("a") as log:
            log.write(f"{line}\n")

    def _fail_as_told(self, operation: str) -> None:
        told = os.environ  # noqa: TID251  it is the child's, made for it
        match told.get(f"FAIL_{operation.upper()}"):
            case "raise":
                raise ValueError("not to be told")
            case "hang":
                time.sleep(60)
            case None:
                pass
            case code:
                raise Failure(code, "told to")


def error_of(code: str | int) -> UpstreamError:
    kind = UpstreamSessionLostError if code == LOST else UpstreamFaultError
    return kind(f"Made up: it says {code!r}")


def make(folder: Path, before: Callable[[], None] = lambda: None, **options: Any) -> Vendor:
    """Describe the vendor, with other attributes than its usual ones; logs are in the folder."""
    made = Vendor(
        name="Made up",
        package="the package made-up",
        adapter="made_up",
        start=lambda: Start(folder, (Path(__file__).parent,)),
        login=FixedLogin(SERVER, before),
        error_of=error_of,
        limits=Limits(load=60, login=20, call=20, logout=5),
    )
    return replace(made, **options)


def noted(folder: Path) -> list[str]:
    """Give what the vendor was asked, by all processes."""
    return (folder / LOG).read_text().splitlines()
