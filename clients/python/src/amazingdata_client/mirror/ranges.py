"""Requests for the rest of a file, and the answers to them."""

import re
from pathlib import Path

import httpx

from amazingdata_client.errors import BadAnswerError
from amazingdata_client.mirror import durable

_CONTENT_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+|\*)")
_ASK_ANEW = frozenset({403, 404, 410, 416})
"""Statuses of a link that has expired, or of a range that does not exist."""


def asked_from(position: int) -> dict[str, str]:
    """Return the headers of a request for a file from a position on."""
    headers = {"Accept-Encoding": "identity"}
    return headers | ({"Range": f"bytes={position}-"} if position else {})


def begins_at(response: httpx.Response, asked: int, size: int) -> int:
    """Return the position at which the content of a response belongs.

    Parameters
    ----------
    response : httpx.Response
        A successful one; 200 is the whole file.
    asked : int
        The position that was asked for.
    size : int
        The size of the whole file, in bytes.

    Raises
    ------
    BadAnswerError
        It is another piece than the one that was asked for, or one of another file.
    """
    if response.status_code != httpx.codes.PARTIAL_CONTENT:
        return 0
    said = response.headers.get("Content-Range", "")
    found = _CONTENT_RANGE.fullmatch(said)
    if not found or int(found[1]) != asked or found[3] not in ("*", str(size)):
        raise BadAnswerError(f"asked for bytes {asked}- of {size}, and got {said or 'no range'!r}")
    return asked


def refusal(response: httpx.Response, partial: Path) -> httpx.Response | httpx.TransportError:
    """Return what a failed download means: a new link may help where this one has expired."""
    status = response.status_code
    if status == httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE:
        durable.remove(partial)
    if status in _ASK_ANEW:
        return httpx.ReadError(f"HTTP {status}", request=response.request)
    return response
