"""Payloads as API Gateway treats them and the emulator does not: their codings and sizes.

AWS documents that the coding of highest priority in Accept-Encoding must be one that API Gateway
knows; among equals that is the first one, as its users found out. What is larger than Lambda takes
is refused as others have seen it, see docs/decisions.md.
"""

import gzip
import zlib
from collections.abc import Callable

GATEWAY_LIMIT = 10 * 2**20
"""Bytes of a request's body that API Gateway takes."""
LAMBDA_LIMIT = 6 * 2**20
"""Bytes of JSON that Lambda takes for an invocation; the body is in it as base64."""

PACKERS: dict[str, Callable[[bytes], bytes]] = {"gzip": gzip.compress, "deflate": zlib.compress}
_GZIP_OR_ZLIB = 32 + zlib.MAX_WBITS


def coding_of(accept_encoding: str) -> str:
    """Return the coding in which API Gateway sends a plain answer; "" if it leaves it plain."""
    weights = {}
    for part in accept_encoding.lower().replace(" ", "").split(","):
        name, _, weight = part.partition(";q=")
        try:
            weights[name] = float(weight or 1)
        except ValueError:
            return ""
    first = max(weights, key=weights.__getitem__)
    return first if first in PACKERS and weights[first] else ""


def unpacked(body: bytes, content_encoding: str) -> bytes | None:
    """Return the body of a request without its coding, cut once it passes `GATEWAY_LIMIT`.

    Returns
    -------
    bytes or None
        None if the coding is unknown, or the body is not in it.
    """
    coding = content_encoding.strip().lower()
    if coding in {"", "identity"}:
        return body
    if coding not in PACKERS:
        return None
    try:
        return zlib.decompressobj(_GZIP_OR_ZLIB).decompress(body, GATEWAY_LIMIT + 1)
    except zlib.error:
        return None


def fits_lambda(body: bytes) -> bool:
    """Check whether Lambda takes the event with this body; the rest of it is not counted."""
    return (len(body) + 2) // 3 * 4 <= LAMBDA_LIMIT
