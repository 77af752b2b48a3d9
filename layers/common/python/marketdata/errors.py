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


class UpstreamFaultError(UpstreamError):
    """The source answered with something that cannot be used."""

    retryable = False


class StorageError(MarketDataError):
    """Our own store misbehaved."""


class BlockCorruptError(StorageError):
    """A stored payload cannot be decoded."""


class VersionConflictError(StorageError):
    """Somebody else wrote the block since it was read."""
