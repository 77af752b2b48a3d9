"""A function as the Lambda runtime calls it: JSON in, handler, JSON out."""

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
"""What API Gateway hands over of a call by httpx."""

ZSTD = "gzip, deflate, br, zstd"
"""What Chromium, Firefox and httpx with its extra accept."""


def surroundings(port: int) -> dict[str, str]:
    """Give the environment variables of a function whose AWS is at a port of this machine."""
    return {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": REGION,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
        # The runtime's JSON encoder looks at it.
        "AWS_EXECUTION_ENV": "AWS_Lambda_python3.13",
        "MARKET_TABLE": MARKET,
        "CONTROL_TABLE": CONTROL,
        "BUCKET": BUCKET,
        "UPSTREAM_FUNCTION": "upstream",
        "PYDANTIC_DISABLE_PLUGINS": "__all__",
    }


class Function:
    """One of `functions/`, loaded as Lambda does and called through the runtime's own JSON.

    Parameters
    ----------
    name : str
        The folder.
    """

    def __init__(self, name: str) -> None:
        # The runtime's modules import its native client; only its JSON is wanted here.
        marshaller = importlib.import_module("awslambdaric.lambda_runtime_marshaller")
        self._marshaller = marshaller.LambdaMarshaller()
        self._handler = importlib.import_module(f"functions.{name}.app").handler

    def call(self, event: bytes) -> str:
        """Answer an event; this is all that a warm environment does for one call."""
        request = self._marshaller.unmarshal_request(event)
        answer, _ = self._marshaller.marshal_response(self._handler(request, None))
        return str(answer)


class Answered:
    """What a client gets of a proxy response.

    Attributes
    ----------
    status : int
        HTTP status.
    encoding : str
        Its Content-Encoding; empty for none.
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
        """Unpack the body as the client does."""
        match self.encoding:
            case "zstd":
                return zstd.decompress(self.wire)
            case "gzip":
                return gzip.decompress(self.wire)
        return self.wire

    @property
    def wire_bytes(self) -> int:
        """The body's length on the wire: API Gateway compresses a plain one, by gzip."""
        return len(self.wire if self.encoding else gzip.compress(self.wire, mtime=0))

    @classmethod
    def by(cls, call: Callable[[bytes], str], event: bytes) -> Self:
        """Call a function and read its answer."""
        return cls(call(event))


def get_event(path: str, query: dict[str, str], accept_encoding: str = "") -> bytes:
    """Write the REST proxy event of a GET, as API Gateway does.

    Parameters
    ----------
    path : str
        Below /api/v1, such as "/stock/kline".
    query : dict
        Its parameters.
    accept_encoding : str
        What the client accepts; that of `HEADERS` where empty.
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
