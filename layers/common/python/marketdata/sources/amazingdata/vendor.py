"""What the room of child processes must know of this vendor: its bundle, account and limits."""

import time
from collections.abc import Callable, Hashable, Mapping
from pathlib import Path
from typing import Any, Protocol

from marketdata.errors import UpstreamError, UpstreamLoginError
from marketdata.sources.amazingdata.error_codes import error_of
from marketdata.sources.child.limits import Limits
from marketdata.sources.child.vendor import Start, Vendor

NAME = "AmazingData"
ADAPTER = "marketdata.sources.amazingdata.adapter"

NATIVE = "tgw/common_linux_lib64"
"""The folder of the SDK's native libraries in the bundle."""

LIMITS = Limits(load=120.0, login=60.0, call=120.0)
"""Up to 37 s were observed for importing the SDK, and up to 50 s for a login."""

REFUSED_SECONDS = 600.0
"""How long a refused account is not tried again, unless it is changed: a fill has many batches, and
after a few wrong passwords the broker locks the account.
"""


class Account(Protocol):
    """The credentials and the server of a login."""

    @property
    def username(self) -> str: ...
    @property
    def password(self) -> str: ...
    @property
    def host(self) -> str: ...
    @property
    def port(self) -> int: ...


class CurrentAccount(Protocol):
    """Provides the account; `sdk_configs.default_account.DefaultAccount` is one."""

    def revision(self) -> Hashable:
        """Return a value that changes when the account does, without its password.

        Raises UpstreamSetupError if there is no account.
        """

    def account(self) -> Account:
        """Return the account; raises an UpstreamError if there is none that may be used."""


class AccountLogin:
    """The login with the current account, which is spared for a while once it was refused.

    Parameters
    ----------
    credentials : CurrentAccount
        The account to log in with.
    """

    def __init__(self, credentials: CurrentAccount) -> None:
        self._credentials = credentials
        self._refused: tuple[Hashable, str, float] = (None, "", 0.0)

    def revision(self) -> Hashable:
        """Return the account's revision; see `CurrentAccount`."""
        return self._credentials.revision()

    def check(self, revision: Hashable) -> None:
        """Raise UpstreamLoginError if this account was refused a while ago."""
        refused, refusal, until = self._refused
        if refused == revision and time.time() < until:
            raise UpstreamLoginError(refusal)

    def arguments(self) -> Mapping[str, Any]:
        """Return the account; see `CurrentAccount`."""
        account = self._credentials.account()
        return {
            "username": account.username,
            "password": account.password,
            "host": account.host,
            "port": account.port,
        }

    def failed(self, revision: Hashable, error: UpstreamError) -> None:
        """Remember an account that was refused."""
        if isinstance(error, UpstreamLoginError):
            # Not the monotonic clock, which may stand still while Lambda freezes this process.
            self._refused = revision, str(error), time.time() + REFUSED_SECONDS


def make_vendor(
    bundle: Callable[[], Path], credentials: CurrentAccount, library_path: str
) -> Vendor:
    """Describe the vendor.

    Parameters
    ----------
    bundle : callable
        Returns the folder of the unpacked bundle; another folder means another bundle.
    credentials : CurrentAccount
        The account to log in with.
    library_path : str
        The search path of Python's own native libraries: this process's `LD_LIBRARY_PATH`.
    """
    return Vendor(
        name=NAME,
        package="the bundle",
        adapter=ADAPTER,
        start=lambda: _start(bundle(), library_path),
        login=AccountLogin(credentials),
        error_of=error_of,
        limits=LIMITS,
    )


def _start(bundle: Path, library_path: str) -> Start:
    # Numba's compiled code is kept for the next process.
    compiled = bundle.parent / f"numba-{bundle.name}"
    compiled.mkdir(exist_ok=True)
    environment = {
        "LD_LIBRARY_PATH": f"{bundle / NATIVE}:{library_path}".rstrip(":"),
        "NUMBA_CACHE_DIR": str(compiled),
    }
    return Start(bundle.parent, (bundle,), environment)
