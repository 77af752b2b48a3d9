"""The form of an answer that fits the client and Lambda: zstd, plain, gzip or a link; never cut.

If the client prefers zstd and the answer can be had as zstd, which stored frames make cheap, it is
sent so. API Gateway compresses a plain answer with gzip if that is the first coding that the client
names. Packed bodies are base64, which API Gateway decodes for a request with an Accept header.

Lambda allows 6,291,556 bytes for the response *as JSON*: the runtime writes the proxy response
as JSON once more, so each quote, backslash and newline in a plain body counts one byte more.
Whether it also escapes characters beyond ASCII depends on the runtime's version (its
`lambda_runtime_marshaller.Encoder` looks at AWS_EXECUTION_ENV), so the worse case is counted.
"""

import gzip
import re
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

import orjson
from pybase64 import b64encode_as_string

from marketdata.api.answer import Answer
from marketdata.api.call import Headers

LAMBDA_LIMIT = 6_291_556
RESERVE = 16_384
"""Bytes reserved for everything beside the body: status and headers."""
ROOM = LAMBDA_LIMIT - RESERVE
LINK_SECONDS = 900

SWELLING = b'"\\\n\r\t'
"""Bytes of JSON text that become two in a string inside JSON."""
DELETE = b"\x7f"
"""The one ASCII byte that may become six."""
WIDE = bytes(range(0x80, 0x100))
"""Bytes that may become three each, as parts of a character."""

GZIP_LEVEL = 5

_WEIGHT = re.compile(r"[01]?\.?[0-9]*")

TOLD_WITH_LINKS = ("X-Complete",)
"""Headers of an answer that a link to it has as well."""

HEADERS = {
    "Content-Type": "application/json; charset=utf-8",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    # A browser caches answers by URL, and its next user may be somebody else.
    "Vary": "Accept, Accept-Encoding, Authorization, Origin",
}


def codings(headers: Headers) -> str:
    """Return the Accept-Encoding header of a request whose answer may be packed, otherwise "".

    Without an Accept header API Gateway may pass a base64 body on as text, so such a request gets
    a plain answer or a link, whatever codings it names.
    """
    return headers.get("Accept-Encoding") if headers.get("Accept") else ""


def proxy_response(answer: Answer, accept_encoding: str) -> dict[str, Any]:
    """Turn an answer into a Lambda function's response to API Gateway.

    Parameters
    ----------
    answer : Answer
        An answer of any size.
    accept_encoding : str
        What `codings` returns; empty for a plain answer.

    Returns
    -------
    dict
        A REST proxy response. If the answer does not fit in any form that the client accepts, it
        is a 303 to a link, valid for `LINK_SECONDS`, to the same JSON: as zstd if that is what the
        client prefers, otherwise plain.
    """
    headers = HEADERS | dict(answer.headers)
    content = answer.content
    if prefers_zstd(accept_encoding) and (packed := content.zstd()):
        return _packed(answer.status, headers, packed, "zstd") or _elsewhere(
            packed, headers, "zstd"
        )
    body = content.body()
    if weight(body) <= ROOM:
        return _response(answer.status, headers, body.decode())
    response = None
    if accepts(accept_encoding, "gzip"):
        packed = gzip.compress(body, GZIP_LEVEL, mtime=0)
        response = _packed(answer.status, headers, packed, "gzip")
    return response or _elsewhere(body, headers)


def body_size(response: Mapping[str, Any], answer: Answer) -> int:
    """Return the bytes of a response's body, counted without its base64.

    Parameters
    ----------
    response : mapping
        What `proxy_response` returned.
    answer : Answer
        What it was given.
    """
    body: str = response["body"]
    if response["isBase64Encoded"]:
        return len(body) // 4 * 3 - body.count("=", -2)
    # Encoding a large body only to count it would take longer than all else of the access line.
    return len(body) if body.isascii() else len(answer.content.body())


def _packed(
    status: int, headers: dict[str, str], packed: bytes, coding: str
) -> dict[str, Any] | None:
    """Return the response with a packed body; None if it does not fit."""
    if len(packed) * 4 // 3 + 4 > ROOM:
        return None
    text = b64encode_as_string(packed)
    return _response(status, headers | {"Content-Encoding": coding}, text, base64=True)


def weight(body: bytes) -> int:
    """Return the bytes that JSON text takes as a string inside JSON, or an upper bound that fits.

    Counting takes a millisecond per megabyte, which small answers are spared.
    """
    plain = body.isascii() and DELETE not in body
    bound = len(body) * (2 if plain else 6)
    if bound <= ROOM:
        return bound
    swelling = len(body) - len(body.translate(None, SWELLING))
    wide = 0 if plain else len(body) - len(body.translate(None, WIDE))
    return len(body) + swelling + 2 * wide + 5 * body.count(DELETE)


def accepts(accept_encoding: str, coding: str) -> bool:
    """Check whether an Accept-Encoding header (RFC 9110, 12.5.3) allows a content coding."""
    wanted = weights(accept_encoding)
    return wanted.get(coding, wanted.get("*", 0)) > 0


def prefers_zstd(accept_encoding: str) -> bool:
    """Check whether a client names zstd and prefers none of our other forms to it.

    An asterisk is not enough: a client that sends one means gzip.
    """
    wanted = weights(accept_encoding)
    zstd = wanted.get("zstd", 0)
    return 0 < zstd >= max(wanted.get("gzip", 0), wanted.get("identity", 0))


def weights(accepted: str) -> dict[str, float]:
    """Parse an Accept or Accept-Encoding header into a weight for each thing that it names."""
    found = {}
    for part in accepted.lower().split(","):
        name, *parameters = part.split(";")
        given = dict(each.strip().partition("=")[::2] for each in parameters)
        found[name.strip()] = _weight(given["q"].strip()) if "q" in given else 1
    return found


def _weight(text: str) -> float:
    """Parse a q-value; an empty one counts as 0, and a malformed one as 1."""
    if text.strip("0") in {"", "."}:
        return 0
    return float(text) if _WEIGHT.fullmatch(text) else 1


def _elsewhere(body: bytes, headers: Mapping[str, str], coding: str = "") -> dict[str, Any]:
    link = park(body, headers["Content-Type"], coding)
    envelope = {
        "code": 303,
        "message": "the answer is too large for one response: it is at data.location",
        "data": {"location": link, "expires_in": LINK_SECONDS},
    }
    kept = {name: headers[name] for name in TOLD_WITH_LINKS if name in headers}
    return _response(303, HEADERS | kept | {"Location": link}, orjson.dumps(envelope).decode())


def park(body: bytes, content_type: str, coding: str = "") -> str:
    """Store a body under its coding and hash, and return a link to it.

    Parameters
    ----------
    body : bytes
        The body, packed if there is a coding.
    content_type, coding : str
        The headers Content-Type and Content-Encoding under which the bucket gives it out; an object
        has one coding, whatever else the request for it accepts.

    Returns
    -------
    str
        The link, valid for `LINK_SECONDS`.
    """
    # Imported only for the few answers that are parked: the function `docs` starts without boto3.
    from marketdata import deployment  # noqa: PLC0415

    bucket = deployment.bucket()
    ending = "json" if content_type == HEADERS["Content-Type"] else "csv"
    name = f"{sha256(body).hexdigest()}.{ending}"
    key = f"answers/{coding}/{name}" if coding else f"answers/{name}"
    bucket.write(key, body, content_type, coding)
    return bucket.link(key, LINK_SECONDS)


def _response(
    status: int, headers: dict[str, str], body: str, *, base64: bool = False
) -> dict[str, Any]:
    return {"statusCode": status, "headers": headers, "body": body, "isBase64Encoded": base64}
