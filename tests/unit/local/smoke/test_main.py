"""The smoke test against services that misbehave."""

import gzip
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import httpx
import pytest

from local.smoke import content, gateway
from local.smoke.__main__ import CHECKS, Check, run
from local.smoke.service import Service

LOGIN = {"access_token": "abc", "role": "admin", "id": 1}


@dataclass(frozen=True)
class Reply:
    """What a service answers."""

    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)


def in_json(status: int, body: Any) -> Reply:
    headers = {"Content-Type": "application/json", "X-Content-Type-Options": "nosniff"}
    return Reply(status, json.dumps(body).encode(), headers)


def success(data: Any) -> Reply:
    return in_json(200, {"code": 200, "message": "success", "data": data})


type Handler = Callable[[httpx.Request], Reply]


def service(handler: Handler, url: str = "http://service/prod") -> Service:
    """Give a service with a real login, whose other answers are the handler's."""

    def answer(request: httpx.Request) -> httpx.Response:
        mine = request.headers.get("Authorization") == "Bearer abc" and request.method == "GET"
        path = request.url.path
        known = path.endswith("/auth/login") or (path.endswith("/auth/me") and mine)
        reply = success(LOGIN) if known else handler(request)
        return httpx.Response(
            reply.status, headers=reply.headers, stream=httpx.ByteStream(reply.body)
        )

    return Service(url, "admin", "secret", httpx.MockTransport(answer))


def test_every_check_fails_where_a_service_says_the_same_to_everything(
    capsys: pytest.CaptureFixture[str],
) -> None:
    found = set()
    for reply in (success(["600000.SH"]), in_json(502, {"message": "Internal server error"})):
        always = partial(lambda said, _request: said, reply)
        wrong = {check for check in CHECKS if run(service(always), [check])}
        assert run(service(always), CHECKS) == len(wrong)
        found |= wrong
    # These ask for the login alone, which is right.
    assert found == set(CHECKS) - {gateway.wrong_role, gateway.small_answer}
    last = capsys.readouterr().out.splitlines()[-1]
    assert last == f"{len(CHECKS)} checks: {len(wrong)} differ, 1 could not be made"


@pytest.mark.parametrize(
    ("check", "reply"),
    [
        # the gateway's own words in place of the envelope
        (gateway.no_token, in_json(401, {"message": "Unauthorized"})),
        (gateway.no_such_path, in_json(403, {"code": 404, "message": "no", "data": None})),
        (gateway.unknown_coding, in_json(415, {"message": "Unsupported Media Type"})),
        (gateway.five_megabytes, in_json(500, {"message": "Internal server error"})),
        # compression that is not there, and one that should not be
        (gateway.gzip_first, in_json(200, {})),
        (gateway.zstd_first, Reply(200, gzip.compress(b"{}"), {"Content-Encoding": "gzip"})),
        # a HEAD with a body
        (gateway.head, Reply(405, b"no")),
        # a page without its security headers
        (content.console, Reply(200, b"<html></html>", {"Content-Type": "text/html"})),
        (content.console_without_slash, Reply(302, b"", {"Location": "/"})),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_what_differs_is_found(
    check: Check, reply: Reply, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(service(lambda _: reply), [check]) == 1
    assert capsys.readouterr().out.startswith("DIFFERS")


def test_what_cannot_be_checked_is_no_difference(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(service(lambda _: success(LOGIN)), [gateway.wrong_role]) == 0
    assert "1 checks: 0 differ, 1 could not be made" in capsys.readouterr().out


def test_a_lost_connection_is_a_difference(capsys: pytest.CaptureFixture[str]) -> None:
    def lost(_: httpx.Request) -> Reply:
        raise httpx.ReadTimeout("slow")

    assert run(service(lost), [content.documents]) == 1
    assert "ReadTimeout: slow" in capsys.readouterr().out


@pytest.mark.parametrize("suffix", ["", "/", "/api/v1", "/api/v1/"])
def test_the_url_may_be_the_stages_or_the_apis(suffix: str) -> None:
    asked = []

    def handler(request: httpx.Request) -> Reply:
        asked.append(str(request.url))
        return success(["600000.SH"])

    url = "http://service/prod"
    assert service(handler, url + suffix).codes == ["600000.SH"]
    assert asked == [f"{url}/api/v1/base/codes?security_type=EXTRA_STOCK_A"]
