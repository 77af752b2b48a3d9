"""AWS Signature Version 4 of a request without a query string. Pure."""

import hashlib
import hmac
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

ALGORITHM = "AWS4-HMAC-SHA256"
BODY_HASH = "x-amz-content-sha256"


class AccessKey(NamedTuple):
    """What a request is signed with; `token` is empty for a key that does not expire."""

    id: str
    secret: str
    token: str


def signed(
    method: str,
    path: str,
    headers: Mapping[str, str],
    body: bytes,
    *,
    service: str,
    region: str,
    key: AccessKey,
    time: str,
) -> dict[str, str]:
    """Sign a request.

    Parameters
    ----------
    method, path : str
        The method, and the path as it is sent, percent-encoded.
    headers : mapping
        Every header to sign, with its name in lower case; "host" is one of them.
    body : bytes
        The body; S3 wants its hash as the header `BODY_HASH`, and then it is not hashed again.
    service, region : str
        The service as the signature names it, such as "dynamodb", and the region.
    key : AccessKey
        Whose request it is.
    time : str
        The time, UTC, as "YYYYMMDDTHHMMSSZ".

    Returns
    -------
    dict
        `headers`, and those of the signature.
    """
    named = {**headers, "x-amz-date": time}
    if key.token:
        named["x-amz-security-token"] = key.token
    names = sorted(named)
    listed = ";".join(names)
    canonical = "\n".join(
        (
            method,
            path,
            "",
            *(f"{name}:{named[name]}" for name in names),
            "",
            listed,
            headers.get(BODY_HASH) or hashlib.sha256(body).hexdigest(),
        )
    )
    scope = f"{time[:8]}/{region}/{service}/aws4_request"
    text = "\n".join((ALGORITHM, time, scope, hashlib.sha256(canonical.encode()).hexdigest()))
    day_key = _day_key(key.secret, time[:8], region, service)
    named["authorization"] = (
        f"{ALGORITHM} Credential={key.id}/{scope}, "
        f"SignedHeaders={listed}, Signature={_hmac(day_key, text).hex()}"
    )
    return named


@lru_cache(maxsize=8)
def _day_key(secret: str, day: str, region: str, service: str) -> bytes:
    key = f"AWS4{secret}".encode()
    for part in (day, region, service, "aws4_request"):
        key = _hmac(key, part)
    return key


def _hmac(key: bytes, text: str) -> bytes:
    return hmac.digest(key, text.encode(), "sha256")
