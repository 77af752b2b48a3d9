"""An answer in the form that fits Lambda: plain, gzip, or a link to it. Never cut.

Lambda allows 6,291,556 bytes for the response *as JSON*: the runtime writes the proxy response
once more as JSON, so that in a plain body each quote, backslash and newline weighs a byte more.
Whether it also escapes what is not ASCII depends on the runtime's version (its
`lambda_runtime_marshaller.Encoder` looks at AWS_EXECUTION_ENV), so the worse case is counted.
"""

import gzip
from base64 import b64encode
from hashlib import sha256
from typing import Any

import orjson

from marketdata.aws.objects import Bucket
from marketdata.http.answer import Answer
from marketdata.settings import settings

LAMBDA_LIMIT = 6_291_556
RESERVE = 16_384
"""Bytes kept for everything beside the body: status and headers."""
ROOM = LAMBDA_LIMIT - RESERVE
LINK_SECONDS = 900

SWELLING = b'"\\\n\r\t'
"""Bytes of JSON text that become two in a string inside JSON."""
DELETE = b"\x7f"
"""The one ASCII byte that may become six."""
WIDE = bytes(range(0x80, 0x100))
"""Bytes that may become three each, as parts of a character."""

GZIP_LEVEL = 5

HEADERS = {
    "Content-Type": "application/json; charset=utf-8",
    "Cache-Control": "no-store",
    "Vary": "Accept-Encoding",
}


def proxy_response(answer: Answer, accept_encoding: str) -> dict[str, Any]:
    """Turn an answer into what API Gateway wants of a Lambda function.

    Parameters
    ----------
    answer : Answer
        Of any size.
    accept_encoding : str
        The request's header of that name; empty where it has none.

    Returns
    -------
    dict
        A REST proxy response. Where the answer fits in no form that the client reads, it is a
        303 to a link, good for `LINK_SECONDS`, under which the same JSON lies.
    """
    headers = HEADERS | dict(answer.headers)
    if weight(answer.body) <= ROOM:
        return _response(answer.status, headers, answer.body.decode())
    if accepts(accept_encoding, "gzip"):
        packed = gzip.compress(answer.body, GZIP_LEVEL, mtime=0)
        if len(packed) * 4 // 3 + 4 <= ROOM:
            headers["Content-Encoding"] = "gzip"
            return _response(answer.status, headers, b64encode(packed).decode(), base64=True)
    return _elsewhere(answer.body)


def weight(body: bytes) -> int:
    """Give the bytes that JSON text weighs as a string inside JSON, or an upper bound that fits.

    Counting takes a millisecond for each megabyte, so small answers are spared it.
    """
    plain = body.isascii() and DELETE not in body
    bound = len(body) * (2 if plain else 6)
    if bound <= ROOM:
        return bound
    swelling = len(body) - len(body.translate(None, SWELLING))
    wide = 0 if plain else len(body) - len(body.translate(None, WIDE))
    return len(body) + swelling + 2 * wide + 5 * body.count(DELETE)


def accepts(accept_encoding: str, coding: str) -> bool:
    """Tell whether an Accept-Encoding header (RFC 9110, 12.5.3) allows a content coding."""
    weights: dict[str, bool] = {}
    for part in accept_encoding.lower().split(","):
        name, _, parameter = part.partition(";")
        key, _, value = parameter.partition("=")
        weights[name.strip()] = not (key.strip() == "q" and value.strip(" 0") in {"", "."})
    return weights.get(coding, weights.get("*", False))


def _elsewhere(body: bytes) -> dict[str, Any]:
    link = _park(body)
    envelope = {
        "code": 303,
        "message": "the answer is too large for one response: it is at data.location",
        "data": {"location": link, "expires_in": LINK_SECONDS},
    }
    return _response(303, HEADERS | {"Location": link}, orjson.dumps(envelope).decode())


def _park(body: bytes) -> str:
    """Store a body under its hash and give a link to it."""
    bucket = Bucket(settings().bucket)
    key = f"answers/{sha256(body).hexdigest()}.json"
    bucket.write(key, body)
    return bucket.link(key, LINK_SECONDS)


def _response(
    status: int, headers: dict[str, str], body: str, *, base64: bool = False
) -> dict[str, Any]:
    return {"statusCode": status, "headers": headers, "body": body, "isBase64Encoded": base64}
