"""A stand-in for the Lambda runtime: calls a function with JSON in and JSON out."""

import gzip
import importlib
import json
import os
from base64 import b64decode
from collections.abc import Callable
from typing import Any, Self

from backports import zstd

REGION = "ap-southeast-1"
MARKET, CONTROL, BUCKET = "market", "control", "bucket"

HEADERS = {
    "Accept": "*/*",
    "Accept-Encoding": "gzip, deflate, br",
    "Authorization": "Bearer " + 200 * "x",
    "Host": "abcdefghij.execute-api.ap-southeast-1.amazonaws.com",
    "User-Agent": "python-httpx/0.28.1",
    "X-Amzn-Trace-Id": "Root=1-69000000-000000000000000000000000",
    "X-Forwarded-For": "203.0.113.7",
    "X-Forwarded-Port": "443",
    "X-Forwarded-Proto": "https",
}
"""The headers that API Gateway passes on from a call by httpx."""

ZSTD = "gzip, deflate, br, zstd"
"""The Accept-Encoding of a client with zstd: Chromium, Firefox, httpx with its extra `zstd`."""


def surroundings(port: int) -> dict[str, str]:
    """Return the environment variables of a function whose AWS is a port of this machine."""
    return {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        # As long as Lambda's, since it is signed and sent with every request.
        "AWS_SESSION_TOKEN": 1000 * "x",
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
        # The runtime's JSON encoder depends on it.
        "AWS_EXECUTION_ENV": "AWS_Lambda_python3.13",
        "MARKET_TABLE": MARKET,
        "CONTROL_TABLE": CONTROL,
        "BUCKET": BUCKET,
        "UPSTREAM_FUNCTION": "upstream",
        "PYDANTIC_DISABLE_PLUGINS": "__all__",
    }


class Function:
    """One of `functions/`, loaded as Lambda does it and called through the runtime's own JSON.

    Parameters
    ----------
    name : str
        The name of its folder.
    """

    def __init__(self, name: str) -> None:
        # The runtime's other modules import its native client; only its JSON is needed here.
        marshaller = importlib.import_module("awslambdaric.lambda_runtime_marshaller")
        self._marshaller = marshaller.LambdaMarshaller()
        self._handler = importlib.import_module(f"functions.{name}.app").handler

    def call(self, event: bytes) -> str:
        """Return the response to an event; this is all that a warm environment does for a call."""
        request = self._marshaller.unmarshal_request(event)
        answer, _ = self._marshaller.marshal_response(self._handler(request, None))
        return str(answer)


class Answered:
    """A proxy response as a client gets it.

    Attributes
    ----------
    status : int
        HTTP status.
    encoding : str
        The Content-Encoding; empty if there is none.
    wire : bytes
        The body as it goes over the wire, before API Gateway compresses a plain one.
    """

    def __init__(self, answer: str) -> None:
        response = json.loads(answer)
        body = response["body"]
        self.status: int = response["statusCode"]
        self.encoding: str = response["headers"].get("Content-Encoding", "")
        self.wire: bytes = b64decode(body) if response["isBase64Encoded"] else body.encode()

    def unpacked(self) -> bytes:
        """Return the body, decompressed as the client does it."""
        match self.encoding:
            case "zstd":
                return zstd.decompress(self.wire)
            case "gzip":
                return gzip.decompress(self.wire)
        return self.wire

    @property
    def wire_bytes(self) -> int:
        """The body's length on the wire, where API Gateway compresses a plain one with gzip."""
        return len(self.wire if self.encoding else gzip.compress(self.wire, mtime=0))

    @classmethod
    def by(cls, call: Callable[[bytes], str], event: bytes) -> Self:
        """Call a function and read its answer."""
        return cls(call(event))


def get_event(path: str, query: dict[str, str], accept_encoding: str = "") -> bytes:
    """Build the REST proxy event of a GET, as API Gateway does.

    Parameters
    ----------
    path : str
        The path below /api/v1, such as "/stock/kline".
    query : dict
        The parameters.
    accept_encoding : str
        The client's Accept-Encoding; if empty, the one in `HEADERS`.

    Returns
    -------
    bytes
        The event as JSON.
    """
    headers = HEADERS | ({"Accept-Encoding": accept_encoding} if accept_encoding else {})
    event: dict[str, Any] = {
        "resource": f"/api/v1{path}",
        "path": f"/api/v1{path}",
        "httpMethod": "GET",
        "headers": headers,
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "queryStringParameters": query,
        "multiValueQueryStringParameters": {name: [value] for name, value in query.items()},
        "pathParameters": None,
        "stageVariables": None,
        "requestContext": {
            "resourceId": "abc123",
            "authorizer": {
                "principalId": "1",
                "user_id": "1",
                "username": "admin",
                "role": "admin",
                "integrationLatency": 0,
            },
            "resourcePath": f"/api/v1{path}",
            "httpMethod": "GET",
            "extendedRequestId": "AAAAAAAAAAAAAAA=",
            "requestTime": "22/Nov/2026:09:30:00 +0000",
            "path": f"/prod/api/v1{path}",
            "accountId": "123456789012",
            "protocol": "HTTP/1.1",
            "stage": "prod",
            "requestTimeEpoch": 1795339800000,
            "requestId": "00000000-0000-4000-8000-000000000000",
            "identity": {"sourceIp": "203.0.113.7", "userAgent": HEADERS["User-Agent"]},
            "domainName": HEADERS["Host"],
            "apiId": "abcdefghij",
        },
        "body": None,
        "isBase64Encoded": False,
    }
    return json.dumps(event).encode()
