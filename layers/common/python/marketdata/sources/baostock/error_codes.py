"""BaoStock's error codes and what they mean for us. Pure.

The package returns them as text. Some that it has for everything are told apart by the adapter,
which has numbers of its own for that; those are negative.
"""

from marketdata.errors import (
    UpstreamBlacklistedError,
    UpstreamBusyError,
    UpstreamError,
    UpstreamFaultError,
    UpstreamLoginError,
    UpstreamNetworkError,
    UpstreamPermissionError,
    UpstreamSessionLostError,
    UpstreamSetupError,
    UpstreamTimeoutError,
)

PACKAGE, CLIENT = "0.9.4", "00.9.40"
"""The only version of the package that is used, and what it calls itself towards the server."""

NOT_LOGGED_IN, OLD_CLIENT, BLACKLISTED = 10001001, 10001004, 10001011
UNREACHABLE, BROKEN, NO_ANSWER = 10002002, 10002007, 10002008
BAD_ARGUMENT = 10004006

LOGIN_CUT, FOREIGN, MALFORMED, CUT_SHORT, REPEATED = -1, -2, -3, -4, -5
"""The adapter's own: the connection was cut at the login; an answer that belongs to another
question, that cannot be read, whose end was lost, that has a row twice."""

_PIN = f"this source uses the package baostock {PACKAGE}, and a newer one may be needed"
_AGAIN = ", and so it was after a new login"

ERRORS: dict[int, tuple[type[UpstreamError], str]] = {
    NOT_LOGGED_IN: (UpstreamSessionLostError, "it no longer knows our login"),
    10001002: (UpstreamLoginError, "it refused the anonymous account"),
    10001003: (UpstreamLoginError, "it does not find the anonymous account"),
    OLD_CLIENT: (UpstreamSetupError, f"it no longer serves our client: {_PIN}"),
    10001005: (UpstreamBusyError, "the account is logged in too often"),
    10001006: (UpstreamPermissionError, "the account may not do this"),
    10001007: (UpstreamLoginError, "the account is not activated"),
    10001008: (UpstreamLoginError, "the account has no name"),
    10001009: (UpstreamLoginError, "the account has no password"),
    10001010: (UpstreamLoginError, "logging out failed"),
    BLACKLISTED: (UpstreamBlacklistedError, "this address is on its blacklist"),
    10001012: (UpstreamSetupError, "the API key has the wrong form"),
    10001015: (UpstreamPermissionError, "it refuses every question"),
    10002001: (UpstreamNetworkError, "the network failed"),
    UNREACHABLE: (UpstreamNetworkError, "its server cannot be reached"),
    10002003: (UpstreamTimeoutError, "its server could not be reached in time"),
    10002004: (UpstreamNetworkError, "it closed the connection"),
    10002005: (UpstreamNetworkError, "the question could not be sent"),
    10002006: (UpstreamTimeoutError, "the question could not be sent in time"),
    BROKEN: (UpstreamNetworkError, "the connection was lost"),
    # Not a timeout, after which a fill would knock again and again, as at a busy session's door.
    NO_ANSWER: (UpstreamNetworkError, "its server did not answer in time"),
    10005001: (UpstreamError, "its server has an error of its own"),
    LOGIN_CUT: (
        UpstreamSetupError,
        f"it cut the connection at the login, as it does with old clients: {_PIN}",
    ),
    FOREIGN: (UpstreamSessionLostError, f"an answer belonged to another question{_AGAIN}"),
    MALFORMED: (UpstreamSessionLostError, f"an answer could not be read{_AGAIN}"),
    CUT_SHORT: (UpstreamSessionLostError, f"the end of an answer was lost{_AGAIN}"),
    REPEATED: (UpstreamSessionLostError, f"an answer had the same row twice{_AGAIN}"),
}


def error_of(code: int) -> UpstreamError:
    """Build the error that a code stands for.

    Codes from 10004001 on are about the question: it is wrong, and asking again is of no use. So it
    is with codes that nobody knows.
    """
    kind, meaning = ERRORS.get(code, (UpstreamFaultError, "it did not accept the question"))
    return kind(f"BaoStock: {meaning} ({code})" if code > 0 else f"BaoStock: {meaning}")
