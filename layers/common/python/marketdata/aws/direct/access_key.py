"""Whose requests this process sends: the access key that Lambda gives it."""

import math
import os
import time
from datetime import datetime
from http.client import HTTPConnection
from typing import NamedTuple
from urllib.parse import urlsplit

import orjson

from marketdata.aws.direct.signature import AccessKey

EARLY_SECONDS = 300
"""A key is fetched again so long before it expires."""

SECONDS = 1.0
"""How long to wait for Lambda's own endpoint."""


class _Fetched(NamedTuple):
    key: AccessKey
    until: float


_fetched: dict[str, _Fetched] = {}


def access_key() -> AccessKey | None:
    """Return the access key as it is now.

    It is in the environment; in a process restored from a snapshot an endpoint has it, since that
    of the snapshot has expired.

    Returns
    -------
    AccessKey or None
        None if only boto3 can find one.

    Raises
    ------
    OSError, http.client.HTTPException, ValueError, KeyError
        The endpoint does not answer as it should.
    """
    environ = os.environ
    key, secret = environ.get("AWS_ACCESS_KEY_ID"), environ.get("AWS_SECRET_ACCESS_KEY")
    if key and secret:
        return AccessKey(key, secret, environ.get("AWS_SESSION_TOKEN", ""))
    url = environ.get("AWS_CONTAINER_CREDENTIALS_FULL_URI", "")
    token = environ.get("AWS_CONTAINER_AUTHORIZATION_TOKEN", "")
    return _restored(url, token) if url.startswith("http://") and token else None


def forget_access_keys() -> None:
    """Forget the keys that were fetched; for tests."""
    _fetched.clear()


def _restored(url: str, token: str) -> AccessKey:
    known = _fetched.get(token)
    if known is None or time.time() > known.until:
        known = _fetched[token] = _fetch(url, token)
    return known.key


def _fetch(url: str, token: str) -> _Fetched:
    parts = urlsplit(url)
    connection = HTTPConnection(parts.netloc, timeout=SECONDS)
    try:
        connection.request("GET", parts.path or "/", headers={"Authorization": token})
        found = orjson.loads(connection.getresponse().read())
    finally:
        connection.close()
    expires = found.get("Expiration")
    until = datetime.fromisoformat(expires).timestamp() - EARLY_SECONDS if expires else math.inf
    return _Fetched(
        AccessKey(found["AccessKeyId"], found["SecretAccessKey"], found.get("Token", "")), until
    )
