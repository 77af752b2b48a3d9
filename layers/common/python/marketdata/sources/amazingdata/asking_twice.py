"""Asking the SDK, and again where it failed or gave nothing, which it does now and then."""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from marketdata.errors import UpstreamFaultError

GAVE_NOTHING = "AmazingData: it gave nothing at all"

type Reply = Mapping[str, Any]
"""What an operation returns, see `sources.amazingdata.adapter.Adapter`."""


class CallSdk(Protocol):
    """Carries out an operation: `sources.child.session.Session.call` with a deadline."""

    def __call__(self, operation: str, /, **arguments: Any) -> Any: ...


def ask_twice(
    call: CallSdk, operation: str, is_nothing: Callable[[Reply], bool], /, **arguments: Any
) -> Reply:
    """Carry out an operation, and once again if that failed or returned nothing.

    Parameters
    ----------
    call : CallSdk
        The SDK.
    operation : str
        The operation.
    is_nothing : callable
        Whether a reply is nothing, and not to be believed. The second one is returned in any case.
    **arguments : Any
        The operation's arguments.

    Raises
    ------
    UpstreamError
        It failed twice, or in a way of which the SDK says what it is: asking again would not help.
    """
    try:
        reply: Reply = call(operation, **arguments)
        if not is_nothing(reply):
            return reply
    except UpstreamFaultError:
        pass
    again: Reply = call(operation, **arguments)
    return again
