"""The client's exceptions.

::

    AmazingDataError
    ├── AnswerError              the service responded with an error; see `status`
    │   ├── InvalidInputError        400, `errors` names the parameters; any 4xx not named here
    │   ├── UnauthorizedError        401, no valid login
    │   ├── ForbiddenError           403, not permitted
    │   ├── NotFoundError            404
    │   ├── ConflictError            409, not possible in the current state
    │   ├── TooLargeError            413
    │   ├── TooManyRequestsError     429, wait `retry_after` seconds
    │   ├── ServerError              500 and any other status
    │   ├── UpstreamError            502, the source failed; retrying does not help
    │   └── UnavailableError         503, 504, and a 502 that is not the service's own word
    ├── NotLoggedInError         no token, and no credentials to get one
    ├── NoAnswerError            the service cannot be reached, or the connection was lost
    ├── BadAnswerError           the response does not come from this API
    ├── IncompleteError          `require_complete()` found missing data
    ├── TaskError                a task did not succeed; see `task`
    │   ├── TaskFailedError          it failed, or has codes with errors
    │   ├── TaskCancelledError       it was cancelled
    │   └── TaskTimeoutError         it did not end in time
    └── MirrorError              a mirror's folder cannot be used
        ├── MirrorBusyError          another run works on it
        ├── NotMirroredError         it does not hold what was asked for
        └── PartError                files did not arrive as they were published; see `parts`
"""

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

if TYPE_CHECKING:
    from amazingdata_client.reading import Days
    from amazingdata_client.task_models import Task

    _Ranges = Mapping[str, Sequence[Days]]

D = TypeVar("D")
_NONE: Mapping[str, Any] = MappingProxyType({})

NOT_CONFIRMED = "not confirmed yet: the source gave no bar; it is asked again"
"""What an unconfirmed day is."""


class FieldError(NamedTuple):
    """An invalid parameter: its name in the request, and what is wrong with it.

    Attributes
    ----------
    field : str
        The name.
    reason : str
        What is wrong, in English.
    key : str
        The same for programs; docs/api.md has all keys. Empty if the service does not say.
    params : mapping
        The values that the reason names: texts, whole numbers, lists of texts.
    """

    field: str
    reason: str
    key: str = ""
    params: Mapping[str, Any] = _NONE


class AmazingDataError(Exception):
    """Base class of the client's exceptions.

    Attributes
    ----------
    status : int or None
        HTTP status; None if there was no response.
    errors : tuple of FieldError
        The invalid parameters, for a status of 400.
    key : str
        What went wrong, for programs, if the service says so; docs/api.md has all keys.
    params : mapping
        The values that the key's words name: texts, whole numbers, lists of texts.
    request_id : str or None
        ID of the request in the service's log.
    retryable : bool
        Whether the same call may succeed later.
    retry_after : float or None
        Seconds to wait before trying again, if the service says so.
    delivered : tuple of str
        The codes, as they were asked for, of the portions that had been delivered before.
    """

    status: int | None = None
    errors: tuple[FieldError, ...] = ()
    key: str = ""
    params: Mapping[str, Any] = _NONE
    request_id: str | None = None
    retryable: bool = False
    retry_after: float | None = None
    delivered: tuple[str, ...] = ()


class AnswerError(AmazingDataError):
    """The service responded with an error.

    Parameters
    ----------
    message : str
        The service's error message.
    status : int
        HTTP status.
    errors, key, params, request_id, retry_after
        See `AmazingDataError`.
    """

    def __init__(
        self,
        message: str,
        *,
        status: int,
        errors: Sequence[FieldError] = (),
        key: str = "",
        params: Mapping[str, Any] = _NONE,
        request_id: str | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.errors = tuple(errors)
        self.key = key
        self.params = params
        self.request_id = request_id
        self.retry_after = retry_after


class InvalidInputError(AnswerError):
    """A parameter is missing, invalid or unknown, or the request has a form that nobody reads."""


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

    retryable = True


class ServerError(AnswerError):
    """An error inside the service; `request_id` identifies it in the service's log."""


class UpstreamError(AnswerError):
    """The source sent a response that cannot be used."""


class UnavailableError(AnswerError):
    """The source is busy, or the service did not respond in time; try again later."""

    retryable = True


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
    unconfirmed : mapping
        For each code, the ranges of days on which the source gave no bar, which is not believed
        yet.
    unknown_sessions : mapping
        For each code, the ranges of days with minute bars that may or may not be all.
    no_bar : mapping
        For each code, the ranges of days whose lack of a bar nobody explains; only if the check
        was strict.
    unknown_codes : tuple of str
        Requested codes that do not exist.
    unadjusted : mapping
        For each code with rows left out because an adjustment factor is missing, the reason.
    without_status : mapping
        For each code, the ranges of days whose status is missing or unconfirmed; only for bars
        that were asked for with it.
    pending, unfinished : tuple of Days
        Days that are not final yet or beyond the service's calendar, and those of a week or month
        that has later trading days, too. They alone need not make a result incomplete.
    warnings : tuple of str
        What the service says besides, such as that its calendar ends within the range.
    """

    def __init__(
        self,
        *,
        missing: "_Ranges",
        short: Mapping[str, Sequence[str]] = _NONE,
        unconfirmed: "_Ranges" = _NONE,
        unknown_sessions: "_Ranges" = _NONE,
        no_bar: "_Ranges" = _NONE,
        unknown_codes: Sequence[str] = (),
        unadjusted: Mapping[str, str] = _NONE,
        without_status: "_Ranges" = _NONE,
        pending: "Sequence[Days]" = (),
        unfinished: "Sequence[Days]" = (),
        warnings: Sequence[str] = (),
    ) -> None:
        self.missing = _tuples(missing)
        self.short = _tuples(short)
        self.unconfirmed = _tuples(unconfirmed)
        self.unknown_sessions = _tuples(unknown_sessions)
        self.no_bar = _tuples(no_bar)
        self.unknown_codes = tuple(unknown_codes)
        self.unadjusted = dict(unadjusted)
        self.without_status = _tuples(without_status)
        self.pending = tuple(pending)
        self.unfinished = tuple(unfinished)
        self.warnings = tuple(warnings)
        super().__init__(self._text())

    def _text(self) -> str:
        gaps = [
            *_by_code("lacks {}", self.missing),
            *_by_code("has too few minute bars on {}", self.short),
            *_by_code(f"on {{}} is {NOT_CONFIRMED}", self.unconfirmed),
            *_by_code("has sessions on {} that nobody knows", self.unknown_sessions),
            *_by_code("has no bar on {}, and nobody says why", self.no_bar),
            *_named([f"{code} is unknown" for code in self.unknown_codes]),
            *_named([f"{code} cannot be adjusted: {why}" for code, why in self.unadjusted.items()]),
            *_by_code("has no status on {}", self.without_status),
        ]
        if not gaps:
            pending = [f"{_joined(map(str, self.pending))} not final yet"] if self.pending else []
            gaps = _named(self.warnings) or pending or ["the service does not say why"]
        if self.unfinished:
            gaps.append(unfinished_text(self.unfinished))
        return f"incomplete: {'; '.join(gaps)}"


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


class MirrorError(AmazingDataError):
    """The folder of a mirror cannot be used."""


class MirrorBusyError(MirrorError):
    """Another run works on the folder."""

    retryable = True


class NotMirroredError(MirrorError):
    """The mirror does not hold what was asked for."""


class PartError(MirrorError):
    """Published files did not arrive as they were published, not even when asked for anew.

    Attributes
    ----------
    parts : mapping
        For each file, as "stock.daily 2024", what is wrong with it.
    """

    retryable = True

    def __init__(self, parts: Mapping[str, str]) -> None:
        self.parts = dict(parts)
        text = "; ".join(_named(f"{part}: {why}" for part, why in parts.items()))
        super().__init__(f"cannot mirror {text}")


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
"""Every other 4xx is an `InvalidInputError`, and every other status a `ServerError`. A 502 that is
not the service's own word is an `UnavailableError`, see `answers.kind_of`."""

NAMED = 5
"""A message names this many codes of each kind of gap, and ranges per code; the attributes have
them all."""


def unfinished_text(days: "Iterable[Days]") -> str:
    """Say that the last week or month of a result has later trading days, too."""
    return f"the last week or month is unfinished ({_joined(map(str, days))})"


def _by_code(text: str, days: "Mapping[str, Sequence[Days | str]]") -> list[str]:
    return _named(f"{code} {text.format(_joined(map(str, each)))}" for code, each in days.items())


def _joined(parts: Iterable[str]) -> str:
    return ", ".join(_named(parts))


def _named(parts: Iterable[str]) -> list[str]:
    everything = list(parts)
    rest = len(everything) - NAMED
    return [*everything[:NAMED], *([f"and {rest} more"] if rest > 0 else [])]


def _tuples(days: Mapping[str, Sequence[D]]) -> dict[str, tuple[D, ...]]:
    return {code: tuple(each) for code, each in days.items()}
