"""The mapping of errors to HTTP statuses and to what a client may read about them."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from marketdata.api.answer import Answer
from marketdata.api.parameters import BARE
from marketdata.errors import (
    ConflictError,
    ForbiddenError,
    InvalidInputError,
    MarketDataError,
    NotFoundError,
    TooLargeError,
    TooManyRequestsError,
    UnauthorizedError,
    UpstreamError,
    UpstreamUnsupportedError,
)

if TYPE_CHECKING:
    from aws_lambda_powertools import Logger
    from pydantic_core import ErrorDetails

STATUS: dict[type[MarketDataError], int] = {
    InvalidInputError: 400,
    UnauthorizedError: 401,
    ForbiddenError: 403,
    NotFoundError: 404,
    ConflictError: 409,
    TooLargeError: 413,
    TooManyRequestsError: 429,
    UpstreamUnsupportedError: 404,
}
"""Errors whose text the client gets unchanged. Any error beside these and `UpstreamError` is a 500.
"""

UPSTREAM_RETRY_SECONDS = 5
MAX_ERRORS = 20
MAX_NAME = 64
MAX_REASON = 200
"""Limits on the wrong fields in one answer and on the text of each, because a body may hold
megabytes of anything.
"""

REASONS = {
    "missing": "is required",
    "extra_forbidden": "is not a parameter of this call",
    "string_type": "must be a string",
    "string_too_short": "must have at least {min_length} characters",
    "string_too_long": "must have at most {max_length} characters",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_parsing_size": "is too large",
    "int_from_float": "must be a whole number",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "enum": "must be {expected}",
    "literal_error": "must be {expected}",
    "greater_than_equal": "must be at least {ge}",
    "less_than_equal": "must be at most {le}",
    "json_invalid": "must be JSON: {error}",
    "model_type": "must be a JSON object",
}
"""Our texts for pydantic's error types; any other type keeps pydantic's own message."""


def failure(error: Exception, request_id: str) -> Answer:
    """Turn any error into an answer.

    Parameters
    ----------
    error : Exception
        An error of this service, or any other, about which the client learns nothing.
    request_id : str
        API Gateway's request ID, logged with unexpected errors and repeated in answers of 500 and
        above, so that the two can be matched.
    """
    match error:
        case InvalidInputError():
            return refusal([(error.field, error.reason)])
        case TooManyRequestsError():
            headers = {"Retry-After": str(error.retry_after)}
            return Answer.failure(429, str(error), headers=headers)
        case UpstreamError(retryable=True):
            headers = {"Retry-After": str(UPSTREAM_RETRY_SECONDS)}
            return Answer.failure(503, str(error), headers=headers, request_id=request_id)
        case UpstreamError() if type(error) not in STATUS:
            return Answer.failure(502, str(error), request_id=request_id)
    for kind, status in STATUS.items():
        if isinstance(error, kind):
            return Answer.failure(status, str(error))
    _logger().error("request failed", exc_info=error, extra={"request_id": request_id})
    return Answer.failure(500, "internal server error", request_id=request_id)


def refusal(errors: Iterable[tuple[str, str]]) -> Answer:
    """Build the 400 answer for wrong parameters, given as (field, reason)."""
    named = [
        {"field": field[:MAX_NAME], "reason": reason[:MAX_REASON]}
        for field, reason in islice(errors, MAX_ERRORS)
    ]
    message = "; ".join(f"{each['field']}: {each['reason']}" for each in named)
    return Answer.failure(400, message, errors=named)


def wrong_fields(
    error: ValidationError, of_bare: Callable[[Sequence[str]], str] | None = None
) -> Iterator[tuple[str, str]]:
    """Yield the wrong fields of a request as (field, reason), each field once.

    An error in the body as a whole counts as one in the field `body`. No reason repeats the value
    unless our own validators put it there, because it may be a password.

    Parameters
    ----------
    error : ValidationError
        What is wrong.
    of_bare : callable, optional
        Returns the reason for codes without their exchange, which may name those that are meant;
        by default, it says how to write one.
    """
    named = set()
    for detail in error.errors(include_url=False, include_input=False):
        context: dict[str, Any] = detail.get("ctx", {})
        location = detail["loc"]
        field = str(context.get("field") or (location[0] if location else "body"))
        if field not in named:
            named.add(field)
            if of_bare and detail["type"] == BARE:
                yield field, of_bare(context["codes"])
            else:
                yield field, _reason(detail, context)


def _reason(detail: "ErrorDetails", context: dict[str, Any]) -> str:
    text = REASONS.get(detail["type"])
    return text.format(**context) if text else detail["msg"]


@cache
def _logger() -> "Logger":
    # Imported at the first failure: it takes 3 % of a cold start, and few processes need it.
    from aws_lambda_powertools import Logger  # noqa: PLC0415

    return Logger()
