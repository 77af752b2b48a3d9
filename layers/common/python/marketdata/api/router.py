"""The router: from an API Gateway event to a typed call, and from its answer back.

API Gateway has already matched the path and names it in `resource`, so finding the route is one
dict lookup. The resolver of Powertools would match it again, and importing it would add a sixth of
boto3's import time to every cold start.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, NamedTuple, Self, overload

from pydantic import BaseModel, ValidationError

from marketdata.api.access import Access
from marketdata.api.answer import Answer
from marketdata.api.bare_codes import needs_exchange
from marketdata.api.call import (
    Call,
    Event,
    Headers,
    Place,
    read_parameters,
    read_path,
    source_address,
)
from marketdata.api.failures import failure, not_allowed, refusal, wrong_fields
from marketdata.api.origins import answer_headers, is_allowed
from marketdata.api.principal import Principal, Role
from marketdata.api.wire import body_size, codings, proxy_response
from marketdata.errors import NotFoundError, UnauthorizedError

__all__ = ["VERSION", "Answer", "Call", "Role", "Route", "Router"]

PREFIX = "/api/v1"
VERSION = "1.0.0"
"""Of the API."""

type Handler[P] = Callable[[Call[P]], Answer]
type Register[P] = Callable[[Handler[P]], Handler[P]]


class Route(NamedTuple):
    """A route; the API's description is generated from these.

    Attributes
    ----------
    method, path : str
        "GET", and the path below `PREFIX` with its variables in braces.
    source : "query", "body" or "raw"
        Where the parameters are.
    model : type or None
        The model of the parameters; None if the route takes none. That of a raw body is for the
        API's description only.
    role : Role or None
        The role that the caller needs; None for a public route.
    summary : str
        One line for the API's description.
    handle : callable
        Answers a `Call` with parameters of the model.
    """

    method: str
    path: str
    source: Place
    model: type[BaseModel] | None
    role: Role | None
    summary: str
    handle: Handler[Any]


class Router:
    """The routes of a function; `handler` is what Lambda calls."""

    def __init__(self) -> None:
        self.routes: dict[tuple[str, str], Route] = {}

    @classmethod
    def of(cls, *routers: "Router") -> Self:
        """Combine the routes of several routers, in their order."""
        made = cls()
        for router in routers:
            made.routes |= router.routes
        return made

    @overload
    def get(
        self, path: str, *, role: Role | None = Role.USER, summary: str = ""
    ) -> Register[None]: ...
    @overload
    def get[P: BaseModel](
        self, path: str, *, query: type[P], role: Role | None = Role.USER, summary: str = ""
    ) -> Register[P]: ...
    def get(
        self,
        path: str,
        *,
        query: type[BaseModel] | None = None,
        role: Role | None = Role.USER,
        summary: str = "",
    ) -> Register[Any]:
        """Register the handler of a GET; see `Route` for the parameters."""
        return lambda handle: self._add(Route("GET", path, "query", query, role, summary, handle))

    @overload
    def post(
        self, path: str, *, role: Role | None = Role.USER, summary: str = ""
    ) -> Register[None]: ...
    @overload
    def post[P: BaseModel](
        self, path: str, *, body: type[P], role: Role | None = Role.USER, summary: str = ""
    ) -> Register[P]: ...
    def post(
        self,
        path: str,
        *,
        body: type[BaseModel] | None = None,
        role: Role | None = Role.USER,
        summary: str = "",
    ) -> Register[Any]:
        """Register the handler of a POST; see `Route` for the parameters."""
        return lambda handle: self._add(Route("POST", path, "body", body, role, summary, handle))

    def post_raw(
        self, path: str, *, body: type[BaseModel], role: Role | None = Role.USER, summary: str = ""
    ) -> Register[bytes]:
        """Register the handler of a POST that reads the body itself; see `Route`."""
        return lambda handle: self._add(Route("POST", path, "raw", body, role, summary, handle))

    def patch[P: BaseModel](
        self, path: str, *, body: type[P], role: Role | None = Role.USER, summary: str = ""
    ) -> Register[P]:
        """Register the handler of a PATCH; see `Route` for the parameters."""
        return lambda handle: self._add(Route("PATCH", path, "body", body, role, summary, handle))

    def delete(
        self, path: str, *, role: Role | None = Role.USER, summary: str = ""
    ) -> Register[None]:
        """Register the handler of a DELETE; see `Route` for the parameters."""
        return lambda handle: self._add(Route("DELETE", path, "query", None, role, summary, handle))

    def _add(self, route: Route) -> Handler[Any]:
        self.routes[route.method, route.path] = route
        return route.handle

    def handler(self, event: Event, _context: object) -> dict[str, Any]:
        """Serve a REST proxy event: Lambda's entry point."""
        return respond(event, partial(self._answer, event))

    def _answer(self, event: Event, headers: Headers, access: Access) -> Answer:
        route = self._find(event["httpMethod"], event["resource"].removeprefix(PREFIX))
        if isinstance(route, Answer):
            return route
        principal = _admit(event, route.role)
        read_as: dict[str, str] = {}
        try:
            path = read_path(event, read_as)
            parameters = read_parameters(event, route.source, route.model, read_as)
        except ValidationError as error:
            return refusal(wrong_fields(error, needs_exchange))
        access.codes = _codes_asked(parameters, path)
        request_id, address = _request_id(event), source_address(event)
        call = Call(principal, parameters, path, headers, request_id, address, read_as)
        return route.handle(call)

    def _find(self, method: str, path: str) -> Route | Answer:
        if route := self.routes.get((method, path)):
            return route
        allowed = ", ".join(known for known, other in self.routes if other == path)
        if not allowed:
            raise NotFoundError("there is no such path", key="unknown_path")
        return not_allowed(method, allowed)


def respond(event: Event, handle: Callable[[Headers, Access], Answer]) -> dict[str, Any]:
    """Serve a REST proxy event: every error becomes an answer, every request a line in the log.

    Parameters
    ----------
    event : mapping
        The event.
    handle : callable
        Answers a request, given its headers and what is noted of it.

    Returns
    -------
    dict
        A REST proxy response.
    """
    access = Access(event)
    headers = Headers(event.get("headers"))
    try:
        answer = handle(headers, access)
        response = proxy_response(answer, codings(headers))
    except Exception as error:  # noqa: BLE001
        answer = failure(error, _request_id(event))
        response = proxy_response(answer, "")
    if origin := headers.get("Origin"):
        response["headers"] |= _told_to(origin)
    access.write(response["statusCode"], body_size(response, answer), answer.meta)
    return response


def is_preflight(method: str, headers: Headers) -> bool:
    """Check whether a browser asks what a page of another origin, which is allowed, may send."""
    asks = method == "OPTIONS" and "Access-Control-Request-Method" in headers
    return asks and _is_from_allowed_page(headers.get("Origin"))


def _is_from_allowed_page(origin: str) -> bool:
    # Imported for those requests alone: the function `docs` starts without what it makes.
    from marketdata import deployment  # noqa: PLC0415

    return is_allowed(origin, deployment.settings().allowed_origins)


def _told_to(origin: str) -> dict[str, str]:
    return answer_headers(origin) if _is_from_allowed_page(origin) else {}


def _request_id(event: Event) -> str:
    return str(event["requestContext"].get("requestId", ""))


def _codes_asked(parameters: object, path: Mapping[str, str]) -> int | None:
    if "code" in path:
        return 1
    codes = getattr(parameters, "codes", None)
    return None if codes is None else len(codes)


def _admit(event: Event, role: Role | None) -> Principal | None:
    """Return the caller, or raise an error if the caller lacks the role."""
    principal = Principal.of(event)
    if role is not None:
        if principal is None:
            raise UnauthorizedError("log in first")
        principal.require(role)
    return principal
