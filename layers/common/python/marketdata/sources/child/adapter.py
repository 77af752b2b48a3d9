"""An adapter as the child process sees it: the code that calls a vendor's package. Pure."""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

type Code = int | str


class Failure(Exception):  # noqa: N818  not an error of this service, but part of a reply
    """An operation failed.

    Parameters
    ----------
    code : int, str or None
        A code that `sources.child.vendor.Vendor.error_of` knows, if there is one.
    what : str
        What happened, in our words: a package's own text may contain a token.
    """

    def __init__(self, code: Code | None, what: str) -> None:
        super().__init__(what)
        self.code = code
        self.what = what


class Printed(Protocol):
    """The text that the process has printed."""

    def forget(self) -> None: ...
    def text(self) -> str: ...


class Adapter(Protocol):
    """Calls a vendor's package.

    An adapter's module has a class `Adapter`, which is made with two arguments: the folder in
    which it may write, a Path, and what is `Printed`. The package itself is imported by the
    operation `load`, so that one that is missing is told as such.
    """

    @property
    def operations(self) -> Mapping[str, Callable[..., Any]]:
        """The operations that the parent may request, by name.

        Each takes JSON types by name, and returns JSON types with one-dimensional float64 arrays
        anywhere in them. It may raise `Failure`. `load` has no arguments, `login` those of
        `sources.child.vendor.VendorLogin`, and `logout`, which is needed only where the limits
        allow for it, has none: it is the last one, and comes without a login too.
        """
