"""The mapping of errors to HTTP statuses and to what a client may read about them."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from pydantic import ValidationError

from marketdata.api.answer import Answer
from marketdata.api.parameters import BARE, MAX_CODES
from marketdata.errors import (
    NO_PARAMS,
    ConflictError,
    ForbiddenError,
    InvalidInputError,
    MarketDataError,
    NotFoundError,
    Param,
    TooLargeError,
    TooManyRequestsError,
    UnauthorizedError,
    UpstreamError,
    UpstreamUnsupportedError,
)

if TYPE_CHECKING:
    from aws_lambda_powertools import Logger
    from pydantic_core import ErrorDetails

    from marketdata.api.bare_codes import Needs

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


class Wrong(NamedTuple):
    """A wrong parameter: its name, what is wrong in English, and the same for machines."""

    field: str
    reason: str
    key: str
    params: Mapping[str, Param] = NO_PARAMS


class Pydantic(NamedTuple):
    """What we say of one of pydantic's types of errors.

    Attributes
    ----------
    key : str
        Our key, see `api.schema.keys`.
    reason : str
        Our text, a template of the error's context; empty for pydantic's own.
    params : mapping
        The name of a value in that context → its name in our `params`.
    """

    key: str
    reason: str = ""
    params: Mapping[str, str] = {}


PYDANTIC = {
    "missing": Pydantic("required", "is required"),
    "extra_forbidden": Pydantic("unknown_parameter", "is not a parameter of this call"),
    "string_type": Pydantic("not_text", "must be a string"),
    "string_too_short": Pydantic(
        "too_short", "must have at least {min_length} characters", {"min_length": "least"}
    ),
    "string_too_long": Pydantic(
        "too_long", "must have at most {max_length} characters", {"max_length": "most"}
    ),
    "string_pattern_mismatch": Pydantic("wrong_form"),
    "int_type": Pydantic("not_a_whole_number", "must be a whole number"),
    "int_parsing": Pydantic("not_a_whole_number", "must be a whole number"),
    "int_parsing_size": Pydantic("not_a_whole_number", "is too large"),
    "int_from_float": Pydantic("not_a_whole_number", "must be a whole number"),
    "bool_type": Pydantic("not_true_or_false", "must be true or false"),
    "bool_parsing": Pydantic("not_true_or_false", "must be true or false"),
    "tuple_type": Pydantic("not_a_list", "must be an array of strings"),
    "enum": Pydantic("not_one_of", "must be {expected}", {"expected": "allowed"}),
    "literal_error": Pydantic("not_one_of", "must be {expected}", {"expected": "allowed"}),
    "greater_than_equal": Pydantic("too_small", "must be at least {ge}", {"ge": "least"}),
    "less_than_equal": Pydantic("too_large", "must be at most {le}", {"le": "most"}),
    "json_invalid": Pydantic("not_json", "must be JSON: {error}"),
    "model_type": Pydantic("not_an_object", "must be a JSON object"),
}
"""By pydantic's type; any other type of its own keeps its message."""


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
            return refusal([Wrong(error.field, error.reason, error.key, error.params)])
        case TooManyRequestsError():
            headers = {"Retry-After": str(error.retry_after)}
            return _told(429, error, headers=headers)
        case UpstreamError(retryable=True):
            headers = {"Retry-After": str(UPSTREAM_RETRY_SECONDS)}
            return _told(503, error, headers=headers, request_id=request_id)
        case UpstreamError() if type(error) not in STATUS:
            return _told(502, error, request_id=request_id)
    for kind, status in STATUS.items():
        if isinstance(error, kind):
            return _told(status, error)
    _logger().error("request failed", exc_info=error, extra={"request_id": request_id})
    return Answer.failure(500, "internal server error", MarketDataError.key, request_id=request_id)


def not_allowed(method: str, allowed: str) -> Answer:
    """Build the 405 answer of a path for a method that it does not have; `allowed` are its own."""
    reason = f"{method} is not allowed here, only {allowed}"
    params, headers = {"allowed": allowed}, {"Allow": allowed}
    return Answer.failure(405, reason, "method_not_allowed", params, headers=headers)


def _told(
    status: int, error: MarketDataError, *, headers: Mapping[str, str] | None = None, **details: str
) -> Answer:
    return Answer.failure(status, str(error), error.key, error.params, headers=headers, **details)


def refusal(errors: Iterable[Wrong]) -> Answer:
    """Build the 400 answer for wrong parameters."""
    named = [
        {
            "field": each.field[:MAX_NAME],
            "reason": each.reason[:MAX_REASON],
            "key": each.key,
            "params": each.params,
        }
        for each in islice(errors, MAX_ERRORS)
    ]
    message = "; ".join(f"{each['field']}: {each['reason']}" for each in named)
    return Answer.failure(400, message, "invalid_parameters", errors=named)


def wrong_fields(
    error: ValidationError, of_bare: Callable[[Sequence[str]], "Needs"] | None = None
) -> Iterator[Wrong]:
    """Yield the wrong fields of a request, each field once.

    An error in the body as a whole counts as one in the field `body`. No reason repeats the value
    unless our own validators put it there, because it may be a password.

    Parameters
    ----------
    error : ValidationError
        What is wrong.
    of_bare : callable, optional
        Returns the reason for codes without their exchange, and the codes that they may mean; by
        default, the reason says how to write one.
    """
    named = set()
    for detail in error.errors(include_url=False, include_input=False):
        context: dict[str, Any] = detail.get("ctx", {})
        location = detail["loc"]
        field = str(context.get("field") or (location[0] if location else "body"))
        if field not in named:
            named.add(field)
            if of_bare and detail["type"] == BARE:
                reason, candidates = of_bare(context["codes"])
                codes = [*islice(dict.fromkeys(context["codes"]), MAX_CODES)]
                if candidates:
                    params = {"codes": codes, "candidates": candidates}
                    yield Wrong(field, reason, "exchange_unclear", params)
                else:
                    yield Wrong(field, reason, BARE, {"codes": codes})
            else:
                yield _wrong(field, detail, context)


def _wrong(field: str, detail: "ErrorDetails", context: dict[str, Any]) -> Wrong:
    kind = detail["type"]
    if kind not in PYDANTIC:
        # Our validators' own type is a key; one of pydantic's that is not listed is told as it is.
        ours = context.get("reason") is not None
        params = {name: context[name] for name in context.keys() - {"field", "reason"}}
        return Wrong(
            field, detail["msg"], *((kind, params) if ours else (InvalidInputError.key, {}))
        )
    said = PYDANTIC[kind]
    params = {ours: context[theirs] for theirs, ours in said.params.items()}
    if "allowed" in params:
        # Pydantic writes them as a sentence: 'daily', 'weekly' or 'monthly'.
        params["allowed"] = str(params["allowed"]).split("'")[1::2]
    reason = said.reason.format(**context) or detail["msg"]
    return Wrong(field, reason, said.key, params)


@cache
def _logger() -> "Logger":
    # Imported at the first failure: it takes 3 % of a cold start, and few processes need it.
    from aws_lambda_powertools import Logger  # noqa: PLC0415

    return Logger()
