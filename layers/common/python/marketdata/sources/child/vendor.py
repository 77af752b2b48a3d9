"""What a vendor tells the room in which its package runs."""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from marketdata.errors import UpstreamError
from marketdata.sources.child.limits import Limits


@dataclass(frozen=True, slots=True)
class Start:
    """How a process is started; as soon as it is another one, so is the process.

    Attributes
    ----------
    folder : Path
        Where processes may write; each creates a folder of its own in there.
    paths : tuple of Path
        From where the process imports first, before our layers.
    environment : mapping
        What it finds in its environment beside `sources.child.process.environment`.
    """

    folder: Path
    paths: tuple[Path, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)


class VendorLogin(Protocol):
    """How a vendor is logged in to."""

    def revision(self) -> Hashable:
        """Return a value that changes when the arguments do, and contains no secret.

        Raises an UpstreamError if there is nothing to log in with.
        """

    def check(self, revision: Hashable) -> None:
        """Raise an UpstreamError if a login must not be tried now."""

    def arguments(self) -> Mapping[str, Any]:
        """Return the arguments of the adapter's `login`, which follows at once.

        Raises an UpstreamError if there are none that may be used.
        """

    def failed(self, revision: Hashable, error: UpstreamError) -> None:
        """Take note of a login that failed."""


@dataclass(frozen=True, slots=True)
class FixedLogin:
    """A login that needs no account.

    Parameters
    ----------
    fixed : mapping
        The arguments.
    before : callable
        Called before each login; raises an UpstreamError if there must be none.
    """

    fixed: Mapping[str, Any]
    before: Callable[[], None]

    def revision(self) -> Hashable:
        """Return the arguments."""
        return tuple(sorted(self.fixed.items()))

    def check(self, revision: Hashable) -> None:
        """Leave it to `before`."""

    def arguments(self) -> Mapping[str, Any]:
        """Return the arguments; raises the errors of `before`."""
        self.before()
        return self.fixed

    def failed(self, revision: Hashable, error: UpstreamError) -> None:
        """Remember nothing: there is no account to spare."""


@dataclass(frozen=True, slots=True)
class Vendor:
    """A vendor, whose package runs in a process of its own.

    Attributes
    ----------
    name : str
        What error texts call it.
    package : str
        What they call that which `load` imports.
    adapter : str
        The dotted name of the module with its `sources.child.adapter.Adapter`.
    start : callable
        Returns how the process is started; raises an UpstreamError if it cannot be.
    login : VendorLogin
        How to log in.
    error_of : callable
        Builds the error for a `Failure` with a code.
    limits : Limits
        The time limits of its operations.
    fragile : bool
        Whether nothing may be asked of a session in which something failed. Its process is then
        killed, and what failed is not asked again here: whether to is for the caller to decide.
    """

    name: str
    package: str
    adapter: str
    start: Callable[[], Start]
    login: VendorLogin
    error_of: Callable[[Any], UpstreamError]
    limits: Limits
    fragile: bool = False
