"""Connections to AWS, kept between requests."""

import ssl
import time
from collections import defaultdict, deque
from functools import cache
from http.client import HTTPConnection, HTTPSConnection
from select import POLLIN, poll
from typing import NamedTuple

from marketdata.aws.direct.environment import Endpoint

CONNECT_SECONDS = 1.0
READ_SECONDS = 2.0
"""Short, as boto3 follows with its own limits, and API Gateway waits 29 s for all of them."""

KEPT_SECONDS = 20.0
"""A connection that was idle for longer is not used again: while Lambda froze this process, the
other end may have gone without a sign, which would show only after `READ_SECONDS`."""


class Response(NamedTuple):
    """An answer: its status, its headers by lower-case name, and its body."""

    status: int
    headers: dict[str, str]
    body: bytes


class _Kept(NamedTuple):
    connection: HTTPConnection
    used: float


_idle: defaultdict[Endpoint, deque[_Kept]] = defaultdict(deque)


def exchange(
    endpoint: Endpoint, method: str, path: str, headers: dict[str, str], body: bytes
) -> Response:
    """Send a request and return its answer; threads may do so at the same time.

    Raises
    ------
    OSError, http.client.HTTPException
        There is no whole answer.
    """
    connection = _take(endpoint) or _connect(endpoint)
    try:
        connection.request(method, path, body or None, headers)
        response = connection.getresponse()
        answer = Response(
            response.status,
            {name.lower(): value for name, value in response.getheaders()},
            response.read(),
        )
    except BaseException:
        connection.close()
        raise
    if connection.sock is not None:
        # Not the monotonic clock, which may stand still while Lambda freezes this process.
        _idle[endpoint].append(_Kept(connection, time.time()))
    return answer


def forget_connections() -> None:
    """Close the connections kept; for tests."""
    for kept in _idle.values():
        while kept:
            kept.pop().connection.close()


def _take(endpoint: Endpoint) -> HTTPConnection | None:
    """Take the latest connection that is still open."""
    kept = _idle[endpoint]
    while kept:
        try:
            connection, used = kept.pop()
        except IndexError:
            # Another thread took it.
            return None
        if time.time() - used < KEPT_SECONDS and _is_silent(connection):
            return connection
        connection.close()
    return None


def _is_silent(connection: HTTPConnection) -> bool:
    """Check that nothing has come since the last answer, not even the end of the connection."""
    look = poll()
    look.register(connection.sock, POLLIN)
    return not look.poll(0)


def _connect(endpoint: Endpoint) -> HTTPConnection:
    if endpoint.secure:
        connection: HTTPConnection = HTTPSConnection(
            endpoint.host, timeout=CONNECT_SECONDS, context=_tls()
        )
    else:
        connection = HTTPConnection(endpoint.host, timeout=CONNECT_SECONDS)
    connection.connect()
    connection.sock.settimeout(READ_SECONDS)
    return connection


@cache
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()
