"""Bundles of the stand-in, accounts, and sessions over them."""

import json
import shutil
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from marketdata.sources.amazingdata.vendor import make_vendor
from marketdata.sources.child.limits import Deadline, Limits
from marketdata.sources.child.session import Session

type Start = Callable[..., tuple[Session, Path]]
"""Starts a session over a stand-in with faults, and gives the bundle's folder as well."""

STANDIN = Path(__file__).parents[1] / "standin"
TODAY = "20251121"
TOKEN = "3f0c9a5e-TOKEN-THAT-MUST-NEVER-BE-SEEN"
PASSWORD = "open sesame"
SHORT = Limits(load=60, login=20, call=20)


def fault(call: str, name: str, *at: int) -> dict[str, Any]:
    """Say what goes wrong with a call, every time or at some of its turns."""
    return {"call": call, "fault": name, **({"at": at} if at else {})}


def bundle(folder: Path, *faults: dict[str, Any], **settings: str) -> Path:
    """Make an unpacked bundle of the stand-in, with faults and other settings of its own."""
    path = folder / "bundle-1"
    shutil.copytree(STANDIN, path, ignore=shutil.ignore_patterns("__pycache__"))
    (path / "standin.json").write_text(json.dumps({"today": TODAY, "faults": faults, **settings}))
    return path


def calls(path: Path, name: str) -> int:
    """Count how often the SDK was called, by all processes."""
    log = path / "calls.log"
    return log.read_text().splitlines().count(name) if log.exists() else 0


def sessions(path: Path, what: str) -> int:
    """Count in all processes what became of the account's session: `login` or `lost`."""
    log = path / "sessions.log"
    found = log.read_text().splitlines() if log.exists() else []
    return sum(line.startswith(what) for line in found)


@dataclass
class Account:
    """An account."""

    username: str = "somebody"
    password: str = PASSWORD
    host: str = "192.0.2.1"
    port: int = 8600


@dataclass
class Accounts:
    """Credentials without a table."""

    current: Account = field(default_factory=Account)

    def revision(self) -> Hashable:
        return (self.current.username, hash(self.current.password))

    def account(self) -> Account:
        return self.current


def session(
    path: Path,
    accounts: Accounts | None = None,
    limits: Limits = SHORT,
    fence: Callable[[], int] = lambda: 1,
) -> Session:
    """Make a session over an unpacked bundle."""
    vendor = make_vendor(lambda: path, accounts or Accounts(), "")
    return Session(replace(vendor, limits=limits), fence)


def stocks(opened: Session, seconds: float = 60) -> Any:
    """Have a session list the stocks."""
    return opened.call("code_list", Deadline(seconds), security_type="EXTRA_STOCK_A")
