"""Every error that the client raises on purpose.

::

    AmazingDataError
    ├── AnswerError              the service answered with an error; `status` says which
    │   ├── InvalidInputError        400, `errors` names the fields
    │   ├── UnauthorizedError        401, no valid login
    │   ├── ForbiddenError           403, the role may not do this
    │   ├── NotFoundError            404
    │   ├── ConflictError            409, the thing is not in a state that allows this
    │   ├── TooLargeError            413
    │   ├── TooManyRequestsError     429, `retry_after` says for how long
    │   ├── ServerError              500 and what else is the service's fault
    │   ├── UpstreamError            502, the source failed, and asking again does not help
    │   └── UnavailableError         503 and 504, the source is busy or silent
    ├── NotLoggedInError         there is neither a token nor a password to get one with
    ├── NoAnswerError            the service cannot be reached, or the connection was lost
    ├── BadAnswerError           the answer is not one of this API
    ├── IncompleteError          `require_complete()` found something missing
    └── TaskError                `task` did not do all it should
        ├── TaskFailedError          it failed, or some codes of it
        ├── TaskCancelledError       somebody cancelled it
        └── TaskTimeoutError         it had not ended in time
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar, NamedTuple

if TYPE_CHECKING:
    from amazingdata_client.reading import Days
    from amazingdata_client.task_models import Task


class FieldError(NamedTuple):
    """A wrong parameter: its name as it was sent, and what it should be."""

    field: str
    reason: str


class AmazingDataError(Exception):
    """Base of every error of this client.

    Attributes
    ----------
    status : int or None
        HTTP status; None where no answer is behind the error.
    errors : tuple of FieldError
        The wrong parameters, of a 400.
    request_id : str or None
        Under which the service's log knows the request.
    retryable : bool
        Whether the same call may succeed later.
    retry_after : float or None
        Seconds until it is worth trying again, where the service said so.
    """

    status: int | None = None
    errors: tuple[FieldError, ...] = ()
    request_id: str | None = None
    retryable: bool = False
    retry_after: float | None = None


class AnswerError(AmazingDataError):
    """The service answered with an error.

    Parameters
    ----------
    message : str
        What the service says.
    status : int
        HTTP status.
    errors, request_id, retry_after
        As in `AmazingDataError`.
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
    """A parameter is missing, wrong or unknown."""


class UnauthorizedError(AnswerError):
    """The token is missing, invalid or expired, or the password is wrong."""


class ForbiddenError(AnswerError):
    """The login may not do this."""


class NotFoundError(AnswerError):
    """What was asked for does not exist."""


class ConflictError(AnswerError):
    """The thing is not in a state that allows this."""


class TooLargeError(AnswerError):
    """The request is larger than the service takes."""


class TooManyRequestsError(AnswerError):
    """The service wants to be asked less often."""


class ServerError(AnswerError):
    """The service made a mistake; its log knows the cause by `request_id`."""


class UpstreamError(AnswerError):
    """The source answered with something that cannot be used."""


class UnavailableError(AnswerError):
    """The source is busy or silent; asking again helps."""


class NotLoggedInError(AmazingDataError):
    """There is no token, and no name and password to get one with."""


class NoAnswerError(AmazingDataError):
    """The service cannot be reached, or the connection was lost before its answer came."""

    retryable = True


class BadAnswerError(AmazingDataError):
    """The answer is not one of this API: perhaps the URL is another service's."""


class IncompleteError(AmazingDataError):
    """An answer lacks something.

    Attributes
    ----------
    missing : mapping
        For each code the ranges of trading days that the cache lacks.
    short : mapping
        For each code the days with fewer minute bars than the session has.
    unknown_codes : tuple of str
        Codes that nobody knows.
    unadjusted : mapping
        For each code of which rows were left out for want of a factor, why.
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
        said = [f"{code} lacks {_joined(map(str, days))}" for code, days in self.missing.items()]
        said += [f"{code} is short on {_joined(days)}" for code, days in self.short.items()]
        said += [f"{code} is unknown" for code in self.unknown_codes]
        said += [f"{code} is not adjusted: {why}" for code, why in self.unadjusted.items()]
        return f"incomplete: {_joined(said, '; ')}"


class TaskError(AmazingDataError):
    """A task did not do all it should.

    Attributes
    ----------
    task : Task
        As it was last seen.
    """

    def __init__(self, message: str, task: "Task") -> None:
        super().__init__(message)
        self.task = task


class TaskFailedError(TaskError):
    """The task failed, or some of its codes did."""


class TaskCancelledError(TaskError):
    """Somebody cancelled the task."""


class TaskTimeoutError(TaskError):
    """The task had not ended when the time was up; it goes on."""


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
"""Any other status is a `ServerError`."""

NAMED = 5
"""So many codes, and so many ranges of each, are named in a message; the attributes have all."""


def _joined(parts: Iterable[str], separator: str = ", ") -> str:
    everything = list(parts)
    rest = len(everything) - NAMED
    named = separator.join(everything[:NAMED])
    return f"{named}{separator}and {rest} more" if rest > 0 else named
