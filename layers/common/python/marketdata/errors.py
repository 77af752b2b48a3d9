"""The errors that this service raises on purpose.

::

    MarketDataError
    ├── InvalidInputError        the caller sent something wrong; names the field
    ├── UnauthorizedError        no valid login
    ├── ForbiddenError           logged in, but the role does not allow this
    ├── NotFoundError            the requested thing does not exist
    ├── ConflictError            the thing is in a state that does not allow this
    │   └── CalendarEndedError   it passes the last day of the known calendar
    ├── TooLargeError            the request is larger than this service takes
    ├── TooManyRequestsError     come back later; says when
    ├── UpstreamError            the source failed; `retryable` says whether a retry helps
    │   ├── UpstreamBusyError        its only session is in use
    │   │   └── SessionInUseError    the call was not begun: others go first
    │   ├── UpstreamTimeoutError     it did not answer within the limit
    │   ├── UpstreamNetworkError     it cannot be reached
    │   ├── UpstreamSessionLostError it ended our session, and a new login did not help
    │   ├── UpstreamCrashedError     the process that talks to it died
    │   ├── UpstreamClosedError      it does not answer at this hour
    │   ├── UpstreamLoginError       it refused the account or its password
    │   ├── UpstreamQuotaError       the traffic or the requests allowed for now are used up
    │   ├── UpstreamBlacklistedError it refuses this address for hours; says when to try again
    │   ├── UpstreamPermissionError  the account has no permission for this
    │   ├── UpstreamUnsupportedError it has no data of this kind at all
    │   ├── UpstreamSetupError       it is not set up: no bundle, no account
    │   └── UpstreamFaultError       it returned something that cannot be used
    └── StorageError             our own store misbehaved
        ├── BlockCorruptError        a stored payload cannot be decoded
        └── VersionConflictError     another writer changed the block first

`api.failures` maps these to HTTP statuses; nothing identifies an error by its text. Its key does,
which clients word in their own language: `api.schema.keys` has all of them.
"""

from collections.abc import Mapping, Sequence

type Param = str | int | Sequence[str]
"""A value that a message names: what was given, a limit, the codes that it is about."""

NO_PARAMS: Mapping[str, Param] = {}


class MarketDataError(Exception):
    """The base of this service's errors.

    Parameters
    ----------
    message : str
        What went wrong, in English; it may be shown to the caller.
    key : str
        The same for machines, one of `api.schema.keys.ERRORS`; by default that of the class.
    params : Param
        The values that the key's words name.
    """

    key = "internal_error"

    def __init__(self, message: str = "", *, key: str = "", **params: Param) -> None:
        super().__init__(message)
        self.key = key or type(self).key
        self.params: Mapping[str, Param] = params


class InvalidInputError(MarketDataError):
    """A parameter is missing or wrong.

    Parameters
    ----------
    field : str
        The name of the parameter, as the caller wrote it.
    reason : str
        What the value should be.
    key, params
        See `MarketDataError`.
    """

    key = "invalid"

    def __init__(self, field: str, reason: str, *, key: str = "", **params: Param) -> None:
        super().__init__(f"{field}: {reason}", key=key, **params)
        self.field = field
        self.reason = reason


class UnauthorizedError(MarketDataError):
    """The request carries no valid login."""

    key = "not_logged_in"


class ForbiddenError(MarketDataError):
    """The caller's role does not allow this."""

    key = "forbidden"


class NotFoundError(MarketDataError):
    """The requested thing does not exist."""

    key = "not_found"


class ConflictError(MarketDataError):
    """The thing is in a state that does not allow this."""

    key = "conflict"


class CalendarEndedError(ConflictError):
    """What was asked for passes the last day of the known calendar."""

    key = "calendar_ended"


class TooLargeError(MarketDataError):
    """The request is larger than this service takes."""

    key = "request_too_large"


class TooManyRequestsError(MarketDataError):
    """The caller must wait.

    Parameters
    ----------
    message : str
        The reason.
    retry_after : int
        Seconds until a retry is worthwhile.
    key, params
        See `MarketDataError`.
    """

    key = "too_many_requests"

    def __init__(self, message: str, retry_after: int, *, key: str = "", **params: Param) -> None:
        super().__init__(message, key=key, **params)
        self.retry_after = retry_after


class UpstreamError(MarketDataError):
    """The data source failed."""

    key = "upstream_failed"
    retryable = True


class UpstreamBusyError(UpstreamError):
    """The source's only session is in use by another call."""

    key = "upstream_busy"


class SessionInUseError(UpstreamBusyError):
    """Others have the source's sessions or go first; the call was not begun."""


class UpstreamTimeoutError(UpstreamError):
    """The source did not answer within the limit."""

    key = "upstream_timeout"


class UpstreamNetworkError(UpstreamError):
    """The source cannot be reached."""

    key = "upstream_unreachable"


class UpstreamSessionLostError(UpstreamError):
    """The source ended our session, and did so again after a new login."""

    key = "upstream_session_lost"


class UpstreamCrashedError(UpstreamError):
    """The process that talks to the source died; the next call starts a new one."""

    key = "upstream_crashed"


class UpstreamClosedError(UpstreamError):
    """The source does not answer at this hour; a retry helps hours later."""

    key = "upstream_closed"


class UpstreamLoginError(UpstreamError):
    """The source refused the account or its password."""

    key = "upstream_login_refused"
    retryable = False


class UpstreamQuotaError(UpstreamError):
    """The account has used up this week's traffic, or the day's requests are used up."""

    key = "upstream_quota_used_up"
    retryable = False


class UpstreamBlacklistedError(UpstreamError):
    """The source has put this address on its blacklist; the text says when to try again."""

    key = "upstream_blacklisted"
    retryable = False


class UpstreamPermissionError(UpstreamError):
    """The account has no permission for this."""

    key = "upstream_not_permitted"
    retryable = False


class UpstreamUnsupportedError(UpstreamError):
    """The source has no data of this kind at all."""

    key = "upstream_lacks_data"
    retryable = False


class UpstreamSetupError(UpstreamError):
    """The source is not set up: its software or its account is missing."""

    key = "upstream_not_set_up"
    retryable = False


class UpstreamFaultError(UpstreamError):
    """The source returned something that cannot be used."""

    key = "upstream_unusable"
    retryable = False


UPSTREAM_ERRORS: dict[str, type[UpstreamError]] = {
    UpstreamError.__name__: UpstreamError,
    **{error.__name__: error for error in UpstreamError.__subclasses__()},
}
"""Error classes by name: errors arrive from other processes and functions by name alone."""


class StorageError(MarketDataError):
    """Our own store misbehaved."""


class BlockCorruptError(StorageError):
    """A stored payload cannot be decoded."""

    key = "block_damaged"


class VersionConflictError(StorageError):
    """Another writer changed the block after it was read."""

    key = "written_meanwhile"
