"""A request as a handler sees it."""

from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel

from marketdata.api.parameters import NoParameters
from marketdata.api.principal import Principal
from marketdata.errors import InvalidInputError, UnauthorizedError

type Event = Mapping[str, Any]
type Place = Literal["query", "body"]


class Headers(dict[str, str]):
    """Headers by name, in whatever case."""

    def __init__(self, headers: Mapping[str, str] | None) -> None:
        super().__init__({name.lower(): value for name, value in (headers or {}).items()})

    def __getitem__(self, name: str) -> str:
        return super().__getitem__(name.lower())

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and super().__contains__(name.lower())

    def get(self, name: str, default: str = "") -> str:  # type: ignore[override]
        """Give a header, or the default where the request has none."""
        return super().get(name.lower(), default)


@dataclass(frozen=True, slots=True)
class Call[P]:
    """A request that may be served.

    Attributes
    ----------
    principal : Principal or None
        Who calls; None on a public route.
    parameters : P
        The validated query or body; None where the route takes neither.
    path : mapping
        The path's variables, as they came.
    headers : Headers
        The request's headers.
    request_id : str
        API Gateway's, which the client sees too.
    """

    principal: Principal | None
    parameters: P
    path: Mapping[str, str]
    headers: Headers
    request_id: str

    @property
    def user(self) -> Principal:
        """The principal, who is certain on a route with a role.

        Raises
        ------
        UnauthorizedError
            Nobody is logged in.
        """
        if self.principal is None:
            raise UnauthorizedError("log in first")
        return self.principal


def read_parameters(event: Event, source: Place, model: type[BaseModel] | None) -> Any:
    """Read and check what a request asks for.

    Parameters
    ----------
    event : mapping
        A REST proxy event.
    source : "query" or "body"
        Where the parameters are. A call that has them in its body takes none in its query.
    model : type or None
        What they must be; None where the call takes none.

    Returns
    -------
    BaseModel or None
        An instance of the model.

    Raises
    ------
    pydantic.ValidationError
        Some are missing, wrong or unknown.
    InvalidInputError
        The request cannot even be read.
    """
    query_model = model if model and source == "query" else NoParameters
    query = query_model.model_validate_strings(_query(event))
    if model is None:
        return None
    return query if source == "query" else model.model_validate_json(_body(event))


def _query(event: Event) -> dict[str, str]:
    values = event.get("multiValueQueryStringParameters") or {}
    for name, given in values.items():
        if len(given) > 1:
            raise InvalidInputError(name, "is given more than once")
    return {name: given[0] for name, given in values.items()}


def _body(event: Event) -> bytes:
    body = event.get("body") or ""
    if event.get("isBase64Encoded"):
        return b64decode(body)
    return str(body).encode(errors="replace")
