"""The parent's session with the SDK: one process, one login, one call at a time.

The process is started at the first call and logged in once; both last until something goes wrong.
If a call exceeds its limit, the process is killed; if the process dies in a call, the call fails;
the next call starts a new process. A login that the server has forgotten is repeated once.

Lambda freezes both processes between calls, for minutes or hours, when no limit runs. In a call,
time passes for its limit even while both are frozen: whoever waits for the answer counts it too.
"""

import logging
import time
from collections.abc import Callable, Hashable
from pathlib import Path
from threading import Lock
from typing import Any, Protocol

from marketdata.errors import (
    UpstreamBusyError,
    UpstreamError,
    UpstreamFaultError,
    UpstreamLoginError,
    UpstreamSessionLostError,
    UpstreamSetupError,
    UpstreamTimeoutError,
)
from marketdata.sources.amazingdata.error_codes import error_of
from marketdata.sources.amazingdata.limits import Deadline, Limits
from marketdata.sources.amazingdata.process import Process

_log = logging.getLogger(__name__)

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


class Session:
    """The only session with the SDK, as long as this process has the lease on it.

    Another process that logs in ends this one's login. So each login is remembered with the
    lease's fencing number, and is made anew once that has changed; without the lease nothing is
    asked, and above all there is no login, which would end the other one's.

    Parameters
    ----------
    bundle : callable
        Returns the folder of the unpacked bundle; another folder means another bundle.
    credentials : CurrentAccount
        The account to log in with.
    library_path : str
        See `Process`.
    limits : Limits
        The time limits of calls.
    fence : callable
        Returns the lease's fencing number; raises an UpstreamError if the lease is not held.
    """

    def __init__(
        self,
        bundle: Callable[[], Path],
        credentials: CurrentAccount,
        library_path: str,
        limits: Limits,
        fence: Callable[[], int],
    ) -> None:
        self._bundle = bundle
        self._credentials = credentials
        self._library_path = library_path
        self._limits = limits
        self._fence = fence
        self._turn = Lock()
        self._process: Process | None = None
        self._loaded: Path | None = None
        self._logged_in: Hashable = None
        self._refused: tuple[Hashable, str, float] = (None, "", 0.0)

    def call(self, operation: str, deadline: Deadline, /, **arguments: Any) -> Any:
        """Have the adapter carry out one of its operations; return the result.

        Parameters
        ----------
        operation : str
            One of `sources.amazingdata.adapter.Adapter.operations`.
        deadline : Deadline
            The limit for everything: start, login, the call, and both again after a lost login.
        **arguments
            The operation's arguments.

        Raises
        ------
        UpstreamError
            Its subclass tells what happened.
        """
        self._take_turn(deadline)
        try:
            process = self._ready(deadline)
            try:
                return self._ask(process, operation, arguments, deadline.share(self._limits.call))
            except UpstreamSessionLostError:
                self._fence()
                self._log_in(process, self._credentials.account(), deadline)
            try:
                return self._ask(process, operation, arguments, deadline.share(self._limits.call))
            except UpstreamSessionLostError:
                self._kill()
                raise
        finally:
            self._turn.release()

    def try_login(self, account: Account, deadline: Deadline) -> None:
        """Log in with another account; the next call logs in with the session's own one again.

        Raises
        ------
        UpstreamError
            The login failed.
        """
        self._take_turn(deadline)
        try:
            process = self._load(deadline)
            self._fence()
            self._log_in(process, account, deadline)
        finally:
            self._logged_in = None
            self._turn.release()

    def close(self) -> None:
        """Kill the process."""
        with self._turn:
            self._kill()

    def _take_turn(self, deadline: Deadline) -> None:
        if not self._turn.acquire(timeout=deadline.share(deadline.seconds)):
            raise UpstreamBusyError("AmazingData: another call is running")

    def _ready(self, deadline: Deadline) -> Process:
        """Return a process that is logged in."""
        process = self._load(deadline)
        revision, fence = self._credentials.revision(), self._fence()
        if self._logged_in == (revision, fence):
            return process
        refused, refusal, until = self._refused
        if refused == revision and time.time() < until:
            raise UpstreamLoginError(refusal)
        try:
            self._log_in(process, self._credentials.account(), deadline)
        except UpstreamLoginError as error:
            # Not the monotonic clock, which may stand still while Lambda freezes this process.
            self._refused = revision, str(error), time.time() + REFUSED_SECONDS
            raise
        self._logged_in = revision, fence
        return process

    def _load(self, deadline: Deadline) -> Process:
        """Return a process that has imported the SDK."""
        bundle = self._bundle()
        if self._process and self._process.alive and self._loaded == bundle:
            return self._process
        self._kill()
        self._process = Process(bundle, bundle.parent, self._library_path)
        self._loaded = bundle
        try:
            self._ask(self._process, "load", {}, deadline.share(self._limits.load))
        except UpstreamError:
            self._kill()
            raise
        return self._process

    def _log_in(self, process: Process, account: Account, deadline: Deadline) -> None:
        arguments = {
            "username": account.username,
            "password": account.password,
            "host": account.host,
            "port": account.port,
        }
        try:
            self._ask(process, "login", arguments, deadline.share(self._limits.login))
        except UpstreamError:
            # After `exit` in the middle of a login, the SDK's state is unknown.
            self._kill()
            raise

    def _ask(
        self, process: Process, operation: str, arguments: dict[str, Any], seconds: float
    ) -> Any:
        began, outcome = time.monotonic(), "died"
        try:
            reply = process.ask(operation, arguments, seconds)
            outcome = "ok" if "value" in reply else f"{reply['code'] or reply['what']}"
        except TimeoutError as error:
            outcome = "timeout"
            raise UpstreamTimeoutError(
                f"AmazingData: {operation} gave no answer in {seconds:.0f} s"
            ) from error
        finally:
            _log.info("%s: %s in %.1f s", operation, outcome, time.monotonic() - began)
            if outcome in {"died", "timeout"}:
                self._kill()
        if "value" not in reply:
            raise _failure(operation, reply["code"], reply["what"])
        return reply["value"]

    def _kill(self) -> None:
        if self._process:
            self._process.kill()
        self._process, self._loaded, self._logged_in = None, None, None


def _failure(operation: str, code: int | None, what: str) -> UpstreamError:
    if code is not None:
        return error_of(code)
    if operation == "load":
        return UpstreamSetupError(f"AmazingData: the bundle cannot be imported: {what}")
    if operation == "login":
        return UpstreamLoginError(f"AmazingData: the login was refused; {what}")
    return UpstreamFaultError(f"AmazingData: {operation} failed: {what}")
