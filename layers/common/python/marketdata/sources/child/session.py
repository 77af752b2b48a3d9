"""The parent's session with a vendor: one process, one login, one call at a time.

The process is started at the first call and logged in once; both last until something goes wrong.
If a call exceeds its limit, the process is killed; if the process dies in a call, the call fails;
the next call starts a new process. A login that the server has forgotten is repeated once, unless
the vendor is one whose sessions do not outlast a failure.

Lambda freezes both processes between calls, for minutes or hours, when no limit runs. In a call,
time passes for its limit even while both are frozen: whoever waits for the answer counts it too.
"""

import logging
import time
from collections.abc import Callable, Hashable, Mapping
from threading import Lock
from typing import Any

from marketdata.errors import (
    UpstreamBusyError,
    UpstreamError,
    UpstreamFaultError,
    UpstreamLoginError,
    UpstreamSessionLostError,
    UpstreamSetupError,
    UpstreamTimeoutError,
)
from marketdata.sources.child.adapter import Code
from marketdata.sources.child.limits import Deadline
from marketdata.sources.child.process import Process
from marketdata.sources.child.vendor import Start, Vendor

_log = logging.getLogger(__name__)


class Session:
    """The only session with a vendor, as long as this process has the lease on it.

    Another process that logs in ends this one's login. So each login is remembered with the
    lease's fencing number, and is made anew once that has changed; without the lease nothing is
    asked, and above all there is no login, which would end the other one's.

    Parameters
    ----------
    vendor : Vendor
        The vendor.
    fence : callable
        Returns the lease's fencing number; raises an UpstreamError if the lease is not held.
    """

    def __init__(self, vendor: Vendor, fence: Callable[[], int]) -> None:
        self._vendor = vendor
        self._limits = vendor.limits
        self._fence = fence
        self._turn = Lock()
        self._process: Process | None = None
        self._loaded: Start | None = None
        self._logged_in: Hashable = None

    def call(self, operation: str, deadline: Deadline, /, **arguments: Any) -> Any:
        """Have the adapter carry out one of its operations; return the result.

        Parameters
        ----------
        operation : str
            One of `sources.child.adapter.Adapter.operations`.
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
                return self._ask(process, operation, arguments, deadline, self._limits.call)
            except UpstreamSessionLostError:
                if self._vendor.fragile:
                    raise
                self._fence()
                self._log_in(process, self._vendor.login.arguments(), deadline)
            try:
                return self._ask(process, operation, arguments, deadline, self._limits.call)
            except UpstreamSessionLostError:
                self._kill()
                raise
        finally:
            self._turn.release()

    def try_login(self, arguments: Mapping[str, Any], deadline: Deadline) -> None:
        """Log in with other arguments; the next call logs in with the vendor's own ones again.

        Raises
        ------
        UpstreamError
            The login failed.
        """
        self._take_turn(deadline)
        try:
            process = self._load(deadline)
            self._fence()
            self._log_in(process, arguments, deadline)
        finally:
            self._logged_in = None
            self._turn.release()

    def close(self) -> None:
        """End the process, logged out if the vendor has a logout."""
        with self._turn:
            self._leave(self._limits.logout)

    def _take_turn(self, deadline: Deadline) -> None:
        if not self._turn.acquire(timeout=self._share(deadline, deadline.seconds)):
            raise UpstreamBusyError(f"{self._vendor.name}: another call is running")

    def _ready(self, deadline: Deadline) -> Process:
        """Return a process that is logged in."""
        process = self._load(deadline)
        login = self._vendor.login
        revision, fence = login.revision(), self._fence()
        if self._logged_in == (revision, fence):
            return process
        login.check(revision)
        try:
            self._log_in(process, login.arguments(), deadline)
        except UpstreamError as error:
            login.failed(revision, error)
            raise
        self._logged_in = revision, fence
        return process

    def _load(self, deadline: Deadline) -> Process:
        """Return a process that has imported the package."""
        start = self._vendor.start()
        if self._process and self._process.alive and self._loaded == start:
            return self._process
        self._leave(min(self._limits.logout, max(deadline.left(), 0.0)))
        self._process = Process(self._vendor, start)
        self._loaded = start
        try:
            self._ask(self._process, "load", {}, deadline, self._limits.load)
        except UpstreamError:
            self._kill()
            raise
        return self._process

    def _log_in(self, process: Process, arguments: Mapping[str, Any], deadline: Deadline) -> None:
        try:
            self._ask(process, "login", arguments, deadline, self._limits.login)
        except UpstreamError:
            # After `exit` in the middle of a login, a package's state is unknown.
            self._kill()
            raise

    def _ask(
        self,
        process: Process,
        operation: str,
        arguments: Mapping[str, Any],
        deadline: Deadline,
        limit: float,
    ) -> Any:
        seconds = self._share(deadline, limit)
        began, outcome = time.monotonic(), "died"
        try:
            reply = process.ask(operation, arguments, seconds)
            outcome = "ok" if "value" in reply else f"{reply['code'] or reply['what']}"
        except TimeoutError as error:
            outcome = "timeout"
            raise UpstreamTimeoutError(
                f"{self._vendor.name}: {operation} gave no answer in {seconds:.0f} s"
            ) from error
        finally:
            _log.info("%s: %s in %.1f s", operation, outcome, time.monotonic() - began)
            if outcome in {"died", "timeout"}:
                self._kill()
        if "value" not in reply:
            if self._vendor.fragile:
                self._kill()
            raise self._error(operation, reply["code"], reply["what"])
        return reply["value"]

    def _share(self, deadline: Deadline, limit: float) -> float:
        """Return the limit, or the time left if that is less.

        Raises
        ------
        UpstreamTimeoutError
            No time is left.
        """
        left = deadline.left()
        if left <= 0:
            raise UpstreamTimeoutError(
                f"{self._vendor.name}: it took longer than {deadline.seconds:g} s"
            )
        return min(limit, left)

    def _error(self, operation: str, code: Code | None, what: str) -> UpstreamError:
        name = self._vendor.name
        if code is not None:
            return self._vendor.error_of(code)
        if operation == "load":
            return UpstreamSetupError(f"{name}: {self._vendor.package} cannot be imported: {what}")
        if operation == "login":
            return UpstreamLoginError(f"{name}: the login was refused; {what}")
        return UpstreamFaultError(f"{name}: {operation} failed: {what}")

    def _leave(self, seconds: float) -> None:
        """End the process without need."""
        if seconds and self._process and self._process.alive:
            began = time.monotonic()
            how = self._process.leave(seconds)
            _log.info("logout: %s in %.1f s", how, time.monotonic() - began)
        self._kill()

    def _kill(self) -> None:
        if self._process:
            self._process.kill()
        self._process, self._loaded, self._logged_in = None, None, None
