"""The short way to AWS on moto, which knows boto3's requests only."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import unquote

import orjson
import pytest
from botocore.awsrequest import (  # noqa: TID251  moto takes boto3's requests
    AWSPreparedRequest,
)
from botocore.compat import HTTPHeaders  # noqa: TID251
from moto.core.models import botocore_stubber

from marketdata.aws.direct import connections, requests
from marketdata.aws.direct.connections import Response
from marketdata.aws.direct.environment import Endpoint

type Hear = Callable[[str, dict[str, Any]], None]
"""Is told of each request, by its operation and the parameters that boto3 would take."""

_hearers: list[Hear] = []


@contextmanager
def hearing(hear: Hear) -> Iterator[None]:
    """Have a function told of all requests that do not go through boto3."""
    _hearers.append(hear)
    try:
        yield
    finally:
        _hearers.remove(hear)


def answer_by_moto(patch: pytest.MonkeyPatch) -> None:
    """Have moto answer for AWS; other endpoints, such as those of tests, answer by themselves."""
    send = connections.exchange

    def exchange(
        endpoint: Endpoint, method: str, path: str, headers: dict[str, str], body: bytes
    ) -> Response:
        for hear in tuple(_hearers):
            hear(*_asked(endpoint, method, path, headers, body))
        if not endpoint.own:
            return send(endpoint, method, path, headers, body)
        if not botocore_stubber.enabled:
            raise OSError("nothing may call AWS")
        named = HTTPHeaders.from_dict(headers)
        url = f"https://{endpoint.host}{path}"
        prepared = AWSPreparedRequest(method, url, named, body, False)
        found = botocore_stubber.process_request(prepared)
        assert found is not None
        status, fields, content = found
        return Response(
            status,
            {name.lower(): str(value) for name, value in fields.items()},
            content.encode() if isinstance(content, str) else content,
        )

    patch.setattr(requests, "exchange", exchange)


def _asked(
    endpoint: Endpoint, method: str, path: str, headers: dict[str, str], body: bytes
) -> tuple[str, dict[str, Any]]:
    if target := headers.get("x-amz-target"):
        return target.partition(".")[2], orjson.loads(body)
    bucket, _, _ = endpoint.host.partition(".s3.")
    operation = {"GET": "GetObject", "PUT": "PutObject"}[method]
    return operation, {"Bucket": bucket, "Key": unquote(path.removeprefix("/"))}
