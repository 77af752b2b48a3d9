"""The client's exceptions.

::

    AmazingDataError
    ├── AnswerError              the service responded with an error; see `status`
    │   ├── InvalidInputError        400, `errors` names the parameters
    │   ├── UnauthorizedError        401, no valid login
    │   ├── ForbiddenError           403, not permitted
    │   ├── NotFoundError            404
    │   ├── ConflictError            409, not possible in the current state
    │   ├── TooLargeError            413
    │   ├── TooManyRequestsError     429, wait `retry_after` seconds
    │   ├── ServerError              500 and any other status
    │   ├── UpstreamError            502, the source failed; retrying does not help
    │   └── UnavailableError         503 and 504, the source is busy or did not respond
    ├── NotLoggedInError         no token, and no credentials to get one
    ├── NoAnswerError            the service cannot be reached, or the connection was lost
    ├── BadAnswerError           the response does not come from this API
    ├── IncompleteError          `require_complete()` found missing data
    └── TaskError                a task did not succeed; see `task`
        ├── TaskFailedError          it failed, or has codes with errors
        ├── TaskCancelledError       it was cancelled
        └── TaskTimeoutError         it did not end in time
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar, NamedTuple

if TYPE_CHECKING:
    from amazingdata_client.reading import Days
    from amazingdata_client.task_models import Task


class FieldError(NamedTuple):
    """An invalid parameter: its name in the request, and what is wrong with it."""

    field: str
    reason: str


class AmazingDataError(Exception):
    """Base class of the client's exceptions.

    Attributes
    ----------
    status : int or None
        HTTP status; None if there was no response.
    errors : tuple of FieldError
        The invalid parameters, for a status of 400.
    request_id : str or None
        ID of the request in the service's log.
    retryable : bool
        Whether the same call may succeed later.
    retry_after : float or None
        Seconds to wait before trying again, if the service says so.
    """

    status: int | None = None
    errors: tuple[FieldError, ...] = ()
    request_id: str | None = None
    retryable: bool = False
    retry_after: float | None = None


class AnswerError(AmazingDataError):
    """The service responded with an error.

    Parameters
    ----------
    message : str
        The service's error message.
    status : int
        HTTP status.
    errors, request_id, retry_after
        See `AmazingDataError`.
    """

    retryable_statuses: ClassVar[frozenset[int]] = frozenset({429, 503, 504})

    def __init__(
        self,
        message: str,
        *,
        status: int,
        errors: Sequence[FieldError] = (),
        request_id: str | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.errors = tuple(errors)
        self.request_id = request_id
        self.retry_after = retry_after
        self.retryable = status in self.retryable_statuses


class InvalidInputError(AnswerError):
    """A parameter is missing, invalid or unknown."""


class UnauthorizedError(AnswerError):
    """The token is missing, invalid or expired, or the password is wrong."""


class ForbiddenError(AnswerError):
    """The user is not permitted to make this call, or has been deactivated."""


class NotFoundError(AnswerError):
    """The requested object does not exist."""


class ConflictError(AnswerError):
    """The call is not possible in the current state, or the name is already taken."""


class TooLargeError(AnswerError):
    """The request is larger than the service accepts."""


class TooManyRequestsError(AnswerError):
    """A rate limit was exceeded."""


class ServerError(AnswerError):
    """An error inside the service; `request_id` identifies it in the service's log."""


class UpstreamError(AnswerError):
    """The source sent a response that cannot be used."""


class UnavailableError(AnswerError):
    """The source is busy or did not respond; try again later."""


class NotLoggedInError(AmazingDataError):
    """There is no token, and no user name and password to get one."""


class NoAnswerError(AmazingDataError):
    """The service cannot be reached, or the connection was lost before it responded."""

    retryable = True


class BadAnswerError(AmazingDataError):
    """The response does not come from this API; the base URL may be wrong."""


class IncompleteError(AmazingDataError):
    """A result is incomplete.

    Attributes
    ----------
    missing : mapping
        For each code, the ranges of trading days that the cache lacks.
    short : mapping
        For each code, the days with fewer minute bars than the session has.
    unknown_codes : tuple of str
        Requested codes that do not exist.
    unadjusted : mapping
        For each code with rows left out because an adjustment factor is missing, the reason.
    """

    def __init__(
        self,
        *,
        missing: "Mapping[str, Sequence[Days]]",
        short: Mapping[str, Sequence[str]],
        unknown_codes: Sequence[str],
        unadjusted: Mapping[str, str],
    ) -> None:
        self.missing = {code: tuple(ranges) for code, ranges in missing.items()}
        self.short = {code: tuple(days) for code, days in short.items()}
        self.unknown_codes = tuple(unknown_codes)
        self.unadjusted = dict(unadjusted)
        super().__init__(self._text())

    def _text(self) -> str:
        gaps = [f"{code} lacks {_joined(map(str, days))}" for code, days in self.missing.items()]
        gaps += [
            f"{code} has too few minute bars on {_joined(days)}"
            for code, days in self.short.items()
        ]
        gaps += [f"{code} is unknown" for code in self.unknown_codes]
        gaps += [f"{code} cannot be adjusted: {why}" for code, why in self.unadjusted.items()]
        return f"incomplete: {_joined(gaps, '; ')}"


class TaskError(AmazingDataError):
    """A task did not succeed.

    Attributes
    ----------
    task : Task
        Its last known state.
    """

    def __init__(self, message: str, task: "Task") -> None:
        super().__init__(message)
        self.task = task


class TaskFailedError(TaskError):
    """The task failed, or has codes with errors."""


class TaskCancelledError(TaskError):
    """The task was cancelled."""


class TaskTimeoutError(TaskError):
    """The task did not end in time; it is still running."""


BY_STATUS: dict[int, type[AnswerError]] = {
    400: InvalidInputError,
    401: UnauthorizedError,
    403: ForbiddenError,
    404: NotFoundError,
    409: ConflictError,
    413: TooLargeError,
    429: TooManyRequestsError,
    502: UpstreamError,
    503: UnavailableError,
    504: UnavailableError,
}
"""Every other status is a `ServerError`."""

NAMED = 5
"""A message names this many codes, and ranges per code; the attributes have them all."""


def _joined(parts: Iterable[str], separator: str = ", ") -> str:
    everything = list(parts)
    rest = len(everything) - NAMED
    named = separator.join(everything[:NAMED])
    return f"{named}{separator}and {rest} more" if rest > 0 else named
