"""API Gateway's REST proxy events, as a client's request makes them."""

import json
from base64 import b64encode
from collections.abc import Mapping, Sequence
from typing import Any

PREFIX = "/api/v1"
ADMIN = {"user_id": "1", "username": "admin", "role": "admin"}
USER = {"user_id": "7", "username": "li", "role": "user"}
"""Two users, as the authorizer names them."""
ADDRESS = "192.0.2.1"
"""Where requests come from, unless a test says otherwise."""


def proxy_event(
    method: str,
    resource: str,
    *,
    path: Mapping[str, str] | None = None,
    query: Mapping[str, str | Sequence[str]] | None = None,
    body: Any = None,
    raw_body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    user: Mapping[str, str] | None = None,
    address: str = ADDRESS,
) -> dict[str, Any]:
    """Make an event.

    Parameters
    ----------
    method, resource : str
        "GET" and the route's path below `PREFIX`, with its variables in braces.
    path : mapping, optional
        The path's variables.
    query : mapping, optional
        The query's parameters; a sequence is one given several times.
    body : Any
        Sent as JSON; None sends nothing.
    raw_body : bytes, optional
        Sent as it is.
    headers, user : mapping, optional
        The request's headers beside the Accept that every client sends, the authorizer's context.
    address : str
        The address of the connection.
    """
    many = {
        name: [given] if isinstance(given, str) else list(given)
        for name, given in (query or {}).items()
    }
    payload = json.dumps(body).encode() if body is not None else raw_body
    concrete = resource
    for name, value in (path or {}).items():
        concrete = concrete.replace(f"{{{name}}}", value)
    context: dict[str, Any] = {
        "requestId": "request-1",
        "stage": "prod",
        "identity": {"sourceIp": address, "userAgent": "tests"},
    }
    if user:
        context["authorizer"] = {**user, "principalId": user["user_id"]}
    return {
        "resource": PREFIX + resource,
        "path": PREFIX + concrete,
        "httpMethod": method,
        "headers": {"Accept": "*/*", **(headers or {})},
        "queryStringParameters": {name: given[-1] for name, given in many.items()} or None,
        "multiValueQueryStringParameters": many or None,
        "pathParameters": dict(path or {}) or None,
        "requestContext": context,
        # With a binary media type of */* API Gateway encodes every body.
        "body": None if payload is None else b64encode(payload).decode(),
        "isBase64Encoded": payload is not None,
    }


def read(response: Mapping[str, Any]) -> Any:
    """Parse the JSON of a plain answer, strictly: NaN and Infinity are errors."""

    def refuse(constant: str) -> Any:
        raise ValueError(f"{constant} is not JSON")

    return json.loads(response["body"], parse_constant=refuse)
