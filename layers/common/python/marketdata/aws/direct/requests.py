"""The requests: each is sent once, and whatever is not a clean answer is a `NoAnswerError`."""

import base64
import zlib
from datetime import UTC, datetime
from hashlib import sha256
from http.client import HTTPException
from typing import Any
from urllib.parse import quote

import orjson

from marketdata.aws.direct.access_key import access_key
from marketdata.aws.direct.connections import Response, exchange
from marketdata.aws.direct.environment import Endpoint, endpoint
from marketdata.aws.direct.signature import BODY_HASH, signed

NAMES = {"dynamodb": ("DynamoDB_20120810", "1.0"), "secretsmanager": ("secretsmanager", "1.1")}
"""How the services that take JSON name themselves, and the version of their JSON."""

EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
"""The hash of no body."""


class NoAnswerError(Exception):
    """A request has no clean answer, for a reason that boto3 may know how to deal with."""


class NotLambdaError(NoAnswerError):
    """It was not sent: the environment is not Lambda's, or has no access key."""


def ask(service: str, operation: str, request: dict[str, Any]) -> Any:
    """Call an operation of a service that takes JSON.

    Parameters
    ----------
    service : str
        A key of `NAMES`.
    operation : str
        Its operation, such as "GetItem".
    request : dict
        Its parameters; none of them is binary.

    Returns
    -------
    dict
        The answer, in which binary values are still base64 text.

    Raises
    ------
    NoAnswerError
        There was no clean answer.
    """
    name, version = NAMES[service]
    place = _known(service)
    headers = {
        "host": place.host,
        "content-type": f"application/x-amz-json-{version}",
        "x-amz-target": f"{name}.{operation}",
    }
    answer = _send(service, place, "POST", "/", headers=headers, body=orjson.dumps(request))
    try:
        return orjson.loads(_whole(answer))
    except orjson.JSONDecodeError as error:
        raise NoAnswerError(f"{operation}: no JSON") from error


def get_object(bucket: str, key: str) -> bytes:
    """Read an object.

    Raises
    ------
    NoAnswerError
        There was no clean answer, and perhaps no such object.
    """
    place, path = _object(bucket, key)
    headers = {"host": place.host, "x-amz-checksum-mode": "ENABLED", BODY_HASH: EMPTY}
    return _whole(_send("s3", place, "GET", path, headers=headers))


def put_object(bucket: str, key: str, body: bytes, content_type: str, coding: str = "") -> None:
    """Write an object, with a checksum that S3 compares, keeps, and sends to whoever reads it.

    Raises
    ------
    NoAnswerError
        There was no clean answer; perhaps it was written all the same.
    """
    place, path = _object(bucket, key)
    headers = {
        "host": place.host,
        "content-type": content_type,
        "x-amz-checksum-crc32": _checksum(body),
        BODY_HASH: sha256(body).hexdigest(),
    }
    if coding:
        headers["content-encoding"] = coding
    _send("s3", place, "PUT", path, headers=headers, body=body)


def _object(bucket: str, key: str) -> tuple[Endpoint, str]:
    """Return the endpoint of a bucket, and the path of an object at it."""
    place, path = _known("s3"), f"/{quote(key, safe='/~')}"
    if place.own:
        return place._replace(host=f"{bucket}.{place.host}"), path
    return place, f"/{bucket}{path}"


def _known(service: str) -> Endpoint:
    if (place := endpoint(service)) is None:
        raise NotLambdaError(service)
    return place


def _send(
    service: str,
    place: Endpoint,
    method: str,
    path: str,
    *,
    headers: dict[str, str],
    body: bytes = b"",
) -> Response:
    try:
        if (key := access_key()) is None:
            raise NotLambdaError(service)
        named = signed(
            method,
            path,
            headers,
            body,
            service=service,
            region=place.region,
            key=key,
            time=datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ"),
        )
        answer = exchange(place, method, path, named, body)
    except (OSError, HTTPException, ValueError, KeyError) as error:
        raise NoAnswerError(f"{service}: {error!r}") from error
    if answer.status != 200:
        # Not its text: that of a refused signature repeats the request, token included.
        raise NoAnswerError(f"{service} answered {answer.status}")
    return answer


def _whole(answer: Response) -> bytes:
    """Return the body of an answer, which must have its checksum."""
    if not _is_whole(answer):
        raise NoAnswerError("an answer does not have its checksum")
    return answer.body


def _is_whole(answer: Response) -> bool:
    """Check an answer by the checksum that DynamoDB or S3 sent, if it did."""
    if (number := answer.headers.get("x-amz-crc32")) is not None:
        return number == str(zlib.crc32(answer.body))
    # Of an object that was uploaded in parts it is followed by their number, and not of its bytes.
    text = answer.headers.get("x-amz-checksum-crc32", "")
    if text and "-" not in text:
        return text == _checksum(answer.body)
    return True


def _checksum(body: bytes) -> str:
    """Return the CRC-32 of some bytes as S3 writes it."""
    return base64.b64encode(zlib.crc32(body).to_bytes(4)).decode()
