"""HTTP responses: decompression, the envelope, errors."""

import json
import sys
from dataclasses import dataclass
from typing import Any

import httpx

from amazingdata_client.errors import (
    BY_STATUS,
    AnswerError,
    BadAnswerError,
    FieldError,
    ServerError,
)

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

ACCEPT_ENCODING = "zstd, gzip"
_ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"
_SHOWN = 200


@dataclass(frozen=True)
class Envelope:
    """The content of a successful response: `data`, and `meta` where data may be incomplete."""

    data: Any
    meta: Any = None


def unpacked(response: httpx.Response) -> httpx.Response:
    """Return a response with its zstd body decompressed.

    httpx decompresses zstd only if the package `zstandard` is installed, and otherwise leaves the
    body as it is. The magic bytes of a zstd frame cannot begin a JSON text, so they tell the two
    cases apart.

    Raises
    ------
    BadAnswerError
        The body is truncated or corrupt.
    """
    if not response.content.startswith(_ZSTD_MAGIC):
        return response
    try:
        content = zstd.decompress(response.content)
    except zstd.ZstdError as error:
        raise BadAnswerError(f"{response.url} sent a corrupt zstd body: {error}") from error
    headers = httpx.Headers(response.headers)
    for name in ("Content-Encoding", "Content-Length"):
        headers.pop(name, None)
    return httpx.Response(
        response.status_code,
        headers=headers,
        content=content,
        request=response.request,
    )


def envelope(response: httpx.Response) -> Envelope:
    """Return the content of a successful response.

    Raises
    ------
    AnswerError
        The service responded with an error.
    BadAnswerError
        The response does not come from this API.
    """
    if not response.is_success:
        raise error_of(response)
    body = _json(response)
    if not isinstance(body, dict) or "data" not in body:
        raise BadAnswerError(f"unexpected response from {response.url}: {_start(response)}")
    return Envelope(body["data"], body.get("meta"))


def error_of(response: httpx.Response) -> AnswerError:
    """Return the error that a response describes, with or without the envelope."""
    body = _json(response)
    fields = body if isinstance(body, dict) else {}
    kind = BY_STATUS.get(response.status_code, ServerError)
    message = fields.get("message") or f"HTTP {response.status_code}: {_start(response)}"
    return kind(
        str(message),
        status=response.status_code,
        errors=[FieldError(each["field"], each["reason"]) for each in fields.get("errors", [])],
        request_id=fields.get("request_id"),
        retry_after=retry_after(response),
    )


def retry_after(response: httpx.Response) -> float | None:
    """Return the header Retry-After in seconds; None if there is none or it is a date."""
    try:
        return max(0.0, float(response.headers["Retry-After"]))
    except (KeyError, ValueError):
        return None


def _json(response: httpx.Response) -> Any:
    try:
        return json.loads(response.content)
    except ValueError:
        return None


def _start(response: httpx.Response) -> str:
    return response.text[:_SHOWN].strip()
