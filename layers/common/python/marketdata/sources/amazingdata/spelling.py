"""Asking the SDK for codes as it writes them."""

from collections.abc import Callable
from typing import Any

from marketdata.sources.amazingdata.asking_twice import CallSdk


def spelled(call: CallSdk, spelling: Callable[[str], str]) -> CallSdk:
    """Return a call like `call` that takes codes in our form.

    Parameters
    ----------
    call : CallSdk
        The SDK. Its answers have codes in our form already, see `adapter`.
    spelling : callable
        Returns how the SDK writes a code in our form.
    """

    def ask(operation: str, /, **arguments: Any) -> Any:
        if "codes" in arguments:
            arguments["codes"] = [spelling(code) for code in arguments["codes"]]
        return call(operation, **arguments)

    return ask
