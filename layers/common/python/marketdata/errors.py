"""Every error this service raises on purpose.

::

    MarketDataError
    ├── InvalidInputError        the caller sent something wrong; names the field
    ├── UnauthorizedError        no valid login
    ├── ForbiddenError           logged in, but the role may not do this
    ├── NotFoundError            the thing asked for does not exist
    ├── ConflictError            the thing is not in a state that allows this
    ├── TooManyRequestsError     come back later; says when
    ├── UpstreamError            the source failed; `retryable` says if asking again helps
    │   ├── UpstreamBusyError        its only session is in use
    │   ├── UpstreamTimeoutError     it did not answer within the limit
    │   ├── UpstreamNetworkError     it cannot be reached
    │   ├── UpstreamSessionLostError it ended our session, and a new login did not help
    │   ├── UpstreamCrashedError     the process that talks to it died
    │   ├── UpstreamClosedError      it does not answer at this hour
    │   ├── UpstreamLoginError       it refused the account or its password
    │   ├── UpstreamQuotaError       the account has used up what it may fetch this week
    │   ├── UpstreamPermissionError  the account may not ask for this
    │   ├── UpstreamSetupError       it is not set up: no bundle, no account
    │   └── UpstreamFaultError       it answered with something that cannot be used
    └── StorageError             our own store misbehaved
        ├── BlockCorruptError        a stored payload cannot be decoded
        └── VersionConflictError     somebody else wrote the block first

`http/errors.py` maps these to HTTP; nothing matches an error by its text.
"""


class MarketDataError(Exception):
    """Base of every error of this service; its text may be shown to the caller."""


class InvalidInputError(MarketDataError):
    """A parameter is missing or wrong.

    Parameters
    ----------
    field : str
        The parameter's name as the caller wrote it.
    reason : str
        What it should be.
    """

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason


class UnauthorizedError(MarketDataError):
    """There is no valid login behind this request."""


class ForbiddenError(MarketDataError):
    """The caller's role does not allow this."""


class NotFoundError(MarketDataError):
    """What was asked for does not exist."""


class ConflictError(MarketDataError):
    """The thing is not in a state that allows this."""


class TooManyRequestsError(MarketDataError):
    """The caller must wait.

    Parameters
    ----------
    message : str
        Why.
    retry_after : int
        Seconds until it is worth trying again.
    """

    def __init__(self, message: str, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class UpstreamError(MarketDataError):
    """The source of the data failed."""

    retryable = True


class UpstreamBusyError(UpstreamError):
    """The source's only session is in use by another call."""


class UpstreamTimeoutError(UpstreamError):
    """The source did not answer within the limit."""


class UpstreamNetworkError(UpstreamError):
    """The source cannot be reached."""


class UpstreamSessionLostError(UpstreamError):
    """The source ended our session, and once more after a new login."""


class UpstreamCrashedError(UpstreamError):
    """The process that talks to the source died; the next call starts another."""


class UpstreamClosedError(UpstreamError):
    """The source does not answer at this hour; asking again helps hours later."""


class UpstreamLoginError(UpstreamError):
    """The source refused the account or its password."""

    retryable = False


class UpstreamQuotaError(UpstreamError):
    """The account has used up what it may fetch this week."""

    retryable = False


class UpstreamPermissionError(UpstreamError):
    """The account may not ask for this."""

    retryable = False


class UpstreamSetupError(UpstreamError):
    """The source is not set up: its software or its account is missing."""

    retryable = False


class UpstreamFaultError(UpstreamError):
    """The source answered with something that cannot be used."""

    retryable = False


UPSTREAM_ERRORS: dict[str, type[UpstreamError]] = {
    UpstreamError.__name__: UpstreamError,
    **{error.__name__: error for error in UpstreamError.__subclasses__()},
}
"""By name, as an error arrives from another process or another function."""


class StorageError(MarketDataError):
    """Our own store misbehaved."""


class BlockCorruptError(StorageError):
    """A stored payload cannot be decoded."""


class VersionConflictError(StorageError):
    """Somebody else wrote the block since it was read."""
