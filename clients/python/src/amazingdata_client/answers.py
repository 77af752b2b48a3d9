"""HTTP responses: decompression, the envelope, errors."""

import json
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import httpx

from amazingdata_client.errors import (
    BY_STATUS,
    AnswerError,
    BadAnswerError,
    FieldError,
    InvalidInputError,
    ServerError,
    UnavailableError,
)
from amazingdata_client.parsing import loads

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

ACCEPT_ENCODING = "gzip, zstd"
"""gzip comes first because API Gateway compresses plain answers only if the first coding is one
that it knows. The service prefers zstd wherever it is named."""
_ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"
_JOINT = 32
"""At most so many bytes are in a frame between two blocks."""
_SHOWN = 200
_TAGS = re.compile(r"<style.*?</style>|<[^>]*>", re.DOTALL)


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
        content = b"".join(_opened(response.content))
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


def _opened(stream: bytes) -> Iterator[bytes]:
    """Yield what is in each frame of a zstd stream.

    The service's have thousands of frames, and `zstd.decompress` would copy the rest of the stream
    for each of them. Every second one is the same: what stands between two blocks.
    """
    rest = memoryview(stream)
    joints: dict[bytes, bytes] = {}
    while rest:
        size = zstd.get_frame_size(rest)
        frame, rest = rest[:size], rest[size:]
        if size > _JOINT:
            yield zstd.ZstdDecompressor().decompress(frame)
            continue
        joint = frame.tobytes()
        if joint not in joints:
            joints[joint] = zstd.ZstdDecompressor().decompress(joint)
        yield joints[joint]


def envelope(response: httpx.Response, parse: Callable[[bytes], Any] = loads) -> Envelope:
    """Return the content of a successful response.

    Parameters
    ----------
    response : httpx.Response
        The response.
    parse : callable
        What reads its body: `row_text.read` leaves the rows of codes text.

    Raises
    ------
    AnswerError
        The service responded with an error.
    BadAnswerError
        The response does not come from this API.
    """
    if not response.is_success:
        raise error_of(response)
    body = _json(response, parse)
    if not isinstance(body, dict) or "data" not in body:
        raise BadAnswerError(f"unexpected response from {response.url}: {_start(response)}")
    return Envelope(body["data"], body.get("meta"))


def seen_other(response: httpx.Response) -> Any:
    """Return the content of a link (303): its body, and the location that its header names.

    Raises
    ------
    BadAnswerError
        The response does not come from this API.
    """
    data = _fields(response).get("data")
    if not isinstance(data, dict) or "Location" not in response.headers:
        raise BadAnswerError(f"unexpected response from {response.url}: {_start(response)}")
    return {**data, "location": response.headers["Location"]}


def error_of(response: httpx.Response) -> AnswerError:
    """Return the error that a response describes, whoever sent it.

    API Gateway, a firewall or a proxy may answer in the service's place, with JSON of their own,
    with a page, or with nothing.
    """
    fields = _fields(response)
    message = fields.get("message") or fields.get("Message")
    return kind_of(response)(
        str(message or f"HTTP {response.status_code}: {_start(response)}"),
        status=response.status_code,
        errors=_errors(fields.get("errors")),
        **_keyed(fields),
        request_id=fields.get("request_id"),
        retry_after=retry_after(response),
    )


def kind_of(response: httpx.Response) -> type[AnswerError]:
    """Return the class of the error that a response is.

    The service's own 502 means that its source failed for good. Anybody else's, such as the
    gateway's about a function that crashed, means that there was no answer.
    """
    status = response.status_code
    if status == httpx.codes.BAD_GATEWAY and not is_from_service(response):
        return UnavailableError
    rest = InvalidInputError if response.is_client_error else ServerError
    return BY_STATUS.get(status, rest)


def is_from_service(response: httpx.Response) -> bool:
    """Check whether an answer of 500 or above is the service's, which names the request's ID."""
    return "request_id" in _fields(response)


def retry_after(response: httpx.Response) -> float | None:
    """Return the header Retry-After in seconds; None if there is none or it is a date."""
    try:
        return max(0.0, float(response.headers["Retry-After"]))
    except (KeyError, ValueError):
        return None


def _json(response: httpx.Response, parse: Callable[[bytes], Any] = loads) -> Any:
    # orjson reads no half of a surrogate pair, which JSON may have.
    for each in (parse, json.loads):
        with suppress(ValueError):
            return each(response.content)
    return None


def _fields(response: httpx.Response) -> dict[str, Any]:
    body = _json(response)
    return body if isinstance(body, dict) else {}


def _errors(given: Any) -> list[FieldError]:
    named = [each for each in given if isinstance(each, dict)] if isinstance(given, list) else []
    return [
        FieldError(str(each.get("field")), str(each.get("reason")), **_keyed(each))
        for each in named
    ]


def _keyed(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return key and params; empty ones where somebody else answers, or an older service."""
    params = given.get("params")
    return {
        "key": str(given.get("key") or ""),
        "params": params if isinstance(params, dict) else {},
    }


def _start(response: httpx.Response) -> str:
    """Return the beginning of a body as text, without the tags of a page."""
    text = " ".join(_TAGS.sub(" ", response.text).split())
    return text[:_SHOWN] or response.reason_phrase
