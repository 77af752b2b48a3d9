"""A call: a request as a handler sees it, and the reading of its parameters."""

import json
from base64 import b64decode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import BaseModel

from marketdata.api.parameters import NoParameters, PathCodes
from marketdata.api.principal import Principal
from marketdata.details import Detail, messages
from marketdata.errors import InvalidInputError, TooLargeError, UnauthorizedError

type Event = Mapping[str, Any]
type Place = Literal["query", "body", "raw"]
"""Where a call has its parameters; "raw" is a body that the handler reads itself."""

BODY_LIMIT = 4 * 2**20
"""Bytes of a request's body. Lambda takes 6 MB of JSON, in which the body is base64."""


REPEATED = "is given more than once"


class Headers(dict[str, str]):
    """Request headers by name, in any case."""

    def __init__(self, headers: Mapping[str, str] | None) -> None:
        super().__init__({name.lower(): value for name, value in (headers or {}).items()})

    def __getitem__(self, name: str) -> str:
        return super().__getitem__(name.lower())

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and super().__contains__(name.lower())

    def get(self, name: str, default: str = "") -> str:  # type: ignore[override]
        """Return a header, or the default if the request does not have it."""
        return super().get(name.lower(), default)


@dataclass(frozen=True, slots=True)
class Call[P]:
    """An authorized request with valid parameters.

    Attributes
    ----------
    principal : Principal or None
        The caller; None on a public route.
    parameters : P
        The validated query or body; None if the route takes neither.
    path : mapping
        The variables of the path; codes are read as ours, others are not validated.
    headers : Headers
        The request's headers.
    request_id : str
        API Gateway's request ID, which the client sees too.
    address : str
        The caller's IP address, see `source_address`.
    codes_read_as : mapping
        Code as it was written → our code, for codes that were not written as ours.
    """

    principal: Principal | None
    parameters: P
    path: Mapping[str, str]
    headers: Headers
    request_id: str
    address: str
    codes_read_as: Mapping[str, str] = field(default_factory=dict)

    def told(self, meta: Mapping[str, Any]) -> dict[str, Any]:
        """Return an answer's `meta` as clients read it.

        What readers tell as `Detail` is there in English and with its keys; beside it stands which
        codes were read as which, if any were.
        """
        said = {**meta}
        if self.codes_read_as:
            said["codes_read_as"] = self.codes_read_as
        if "warnings" in meta:
            said["warnings"] = messages(meta["warnings"])
            said["warning_details"] = [each.told() for each in meta["warnings"]]
        if "adjust" in meta:
            failed: Mapping[str, Detail] = meta["adjust"]["failed"]
            said["adjust"] = meta["adjust"] | {
                "failed": {code: why.message for code, why in failed.items()},
                "failed_keys": {code: why.keyed() for code, why in failed.items()},
            }
        return said

    @property
    def user(self) -> Principal:
        """The principal, who is never missing on a route with a role.

        Raises
        ------
        UnauthorizedError
            Nobody is logged in.
        """
        if self.principal is None:
            raise UnauthorizedError("log in first")
        return self.principal


def source_address(event: Event) -> str:
    """Return the address of the connection that a request came on; empty if the event has none.

    API Gateway names it itself, whereas a client can send any X-Forwarded-For.
    """
    identity = event["requestContext"].get("identity") or {}
    return str(identity.get("sourceIp") or "")


def read_path(event: Event, read_as: dict[str, str]) -> Mapping[str, str]:
    """Return the variables of a request's path, those that are codes read as ours.

    Parameters
    ----------
    event : mapping
        A REST proxy event.
    read_as : dict
        Gets what was written as something else, see `Call.codes_read_as`.

    Raises
    ------
    pydantic.ValidationError
        One that should be a code is none.
    """
    path: Mapping[str, str] = event.get("pathParameters") or {}
    codes = {name: text for name, text in path.items() if name in PathCodes.model_fields}
    if not codes:
        return path
    found = PathCodes.model_validate_strings(codes, context=read_as)
    return {**path, **found.model_dump(exclude_unset=True)}


def read_parameters(
    event: Event, source: Place, model: type[BaseModel] | None, read_as: dict[str, str]
) -> Any:
    """Read and validate the parameters of a request.

    Parameters
    ----------
    event : mapping
        A REST proxy event.
    source : "query", "body" or "raw"
        Where the parameters are. A call that has them in its body takes none in its query.
    model : type or None
        The model of the parameters; None if the call takes none.
    read_as : dict
        Gets the codes that were not written as ours, see `Call.codes_read_as`.

    Returns
    -------
    BaseModel, bytes or None
        An instance of the model; of a raw body its bytes.

    Raises
    ------
    pydantic.ValidationError
        Some are missing, wrong or unknown.
    InvalidInputError
        A parameter is given more than once.
    TooLargeError
        The body is larger than `BODY_LIMIT`.
    """
    query_model = model if model and source == "query" else NoParameters
    query = query_model.model_validate_strings(_query(event), context=read_as)
    if model is None:
        return None
    if source == "query":
        return query
    body = _body(event)
    if source == "raw":
        return body
    found = model.model_validate_json(body, context=read_as)
    # Only now: what is no JSON has been refused. The parser above takes the last of equal names.
    json.loads(body, object_pairs_hook=_once_each)
    return found


def _query(event: Event) -> dict[str, str]:
    values = event.get("multiValueQueryStringParameters") or {}
    for name, given in values.items():
        if len(given) > 1:
            raise InvalidInputError(name, REPEATED, key="given_twice")
    return {name: given[0] for name, given in values.items()}


def _once_each(pairs: Sequence[tuple[str, object]]) -> None:
    seen = set[str]()
    for name, _ in pairs:
        if name in seen:
            raise InvalidInputError(name, REPEATED, key="given_twice")
        seen.add(name)


def _body(event: Event) -> bytes:
    text = str(event.get("body") or "")
    body = b64decode(text) if event.get("isBase64Encoded") else text.encode(errors="replace")
    if len(body) > BODY_LIMIT:
        raise TooLargeError(f"the request is larger than 4 MB ({BODY_LIMIT} bytes)")
    return body
