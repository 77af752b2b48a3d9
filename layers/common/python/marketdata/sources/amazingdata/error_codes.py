"""The SDK's error codes: their meaning, and how to find one in what the SDK prints. Pure.

The SDK's calls seldom raise: they print, and return None or something empty. So for an empty
answer the text printed meanwhile is searched for a known code; no other part of it is used.
"""

import re
from collections.abc import Iterable

from marketdata.errors import (
    UpstreamBusyError,
    UpstreamClosedError,
    UpstreamError,
    UpstreamFaultError,
    UpstreamLoginError,
    UpstreamNetworkError,
    UpstreamPermissionError,
    UpstreamQuotaError,
    UpstreamSessionLostError,
    UpstreamTimeoutError,
)

FAILURE, EMPTY, LOGGED_IN = -100, -76, -90
"""The codes for: something failed; there is no data; the account is logged in already."""

TYPE_REFUSED = frozenset({None, FAILURE, -97, -95, -87})
"""Codes for a security type that the SDK's version does not know or the account may not use."""

ERRORS: dict[int, tuple[type[UpstreamError], str]] = {
    FAILURE: (UpstreamFaultError, "the call failed"),
    -99: (UpstreamSessionLostError, "the SDK is not initialised"),
    -97: (UpstreamFaultError, "it did not accept an argument"),
    -96: (UpstreamNetworkError, "its server cannot be reached"),
    -95: (UpstreamPermissionError, "the account has no permission for this"),
    -94: (UpstreamSessionLostError, "it no longer knows our login"),
    LOGGED_IN: (
        UpstreamBusyError,
        "the account is logged in elsewhere, or an earlier session of ours still counts",
    ),
    -88: (
        UpstreamClosedError,
        "it answers no queries at this hour; what is missing can be fetched later",
    ),
    -87: (UpstreamFaultError, "it does not know a code"),
    -83: (UpstreamTimeoutError, "its server did not answer in time"),
    -82: (UpstreamQuotaError, "the account has used up its traffic for this week"),
    -79: (UpstreamSessionLostError, "the connection was lost"),
    -78: (UpstreamBusyError, "it has too many queries at once"),
    -75: (UpstreamLoginError, "there is no such account"),
    -74: (UpstreamLoginError, "the account or its password is wrong"),
    -73: (UpstreamBusyError, "another call of this account is running"),
}

_NUMBER = re.compile(r"(?<![\w.+-])-(?:100|[7-9][0-9])(?![\w.])")
"""A standalone negative number: not part of a date, a token or a fraction."""


def error_of(code: int) -> UpstreamError:
    """Build the error that a code of `ERRORS` stands for."""
    kind, meaning = ERRORS[code]
    return kind(f"AmazingData: {meaning} ({code})")


def printed_code(text: str) -> int | None:
    """Return the code in a text that best explains a failure; None if there is none."""
    return most_telling(int(found) for found in _NUMBER.findall(text))


def most_telling(codes: Iterable[int]) -> int | None:
    """Return the last known code, and the vague `FAILURE` only if there is no other."""
    known = [code for code in codes if code in ERRORS]
    telling = [code for code in known if code != FAILURE]
    return telling[-1] if telling else FAILURE if known else None
