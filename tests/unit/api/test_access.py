"""The access line: one for each request, with these fields and nothing that a client made up."""

import importlib
import io
import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from aws_lambda_powertools import Logger

from functions.console import app as console
from marketdata import errors
from marketdata.api import failures
from marketdata.api.access import Access
from marketdata.api.parameters import Codes, Parameters
from marketdata.api.router import Answer, Call, Router
from marketdata.api.row_answer import answer_rows
from marketdata.details import Detail
from marketdata.kline.rows import RowSet
from tests.support.events import USER, proxy_event

type Capture = pytest.CaptureFixture[str]
API = ("auth", "base", "cache", "configs", "docs", "finance", "future", "mcp", "stock")
META = {"complete": True, "source": "mixed", "returned": 2, "pending": [], "unknown_codes": []}
ROWS = RowSet.of(
    {"600000.SH": b'{"close":1},{"close":2}'}, META | {"warnings": [Detail("source_failed", "渔")]}
)


class Asked(Parameters):
    codes: Codes | None = None


router = Router()


@router.get("/rows", query=Asked)
def read_rows(call: Call[Asked]) -> Answer:
    return answer_rows(call, ROWS)


@router.get("/rows/{code}", role=None)
def read_one(call: Call[None]) -> Answer:
    return Answer.success(call.path["code"])


@router.post("/rows", body=Asked, role=None)
def fail(_call: Call[Asked]) -> Answer:
    raise ZeroDivisionError


def line(capture: Capture) -> dict[str, Any]:
    """Give the only line that was written, without the time that it took."""
    (written,) = capture.readouterr().out.splitlines()
    fields: dict[str, Any] = json.loads(written)
    assert fields.pop("milliseconds") >= 0
    return fields


def send(method: str, resource: str, **event: Any) -> dict[str, Any]:
    return router.handler(proxy_event(method, resource, **event), None)


def test_a_read(capsys: Capture) -> None:
    response = send("GET", "/rows", query={"codes": "600000.SH,600004.SH,000001.SZ"}, user=USER)
    assert line(capsys) == {
        "route": "GET /api/v1/rows",
        "status": 200,
        "codes": 3,
        "bars": 2,
        "bytes": len(response["body"].encode()),
        "source": "mixed",
        "request_id": "request-1",
        "user": "li",
    }


def test_an_answer_that_the_client_has_already(capsys: Capture) -> None:
    etag = {"If-None-Match": "*"}
    assert send("GET", "/rows", headers=etag, user=USER)["statusCode"] == 304
    fields = line(capsys)
    assert (fields["status"], fields["bars"], fields["bytes"]) == (304, 0, 0)
    assert (fields["source"], fields["user"]) == ("mixed", "li")
    assert "codes" not in fields


def test_a_code_in_the_path_is_counted_and_not_named(capsys: Capture) -> None:
    send("GET", "/rows/{code}", path={"code": "600000.SH"})
    assert line(capsys) == {
        "route": "GET /api/v1/rows/{code}",
        "status": 200,
        "codes": 1,
        "bytes": len('{"code":200,"message":"success","data":"600000.SH"}'),
        "request_id": "request-1",
    }


@pytest.mark.parametrize(
    ("method", "resource", "status"),
    [("GET", "/rows", 401), ("PUT", "/rows", 405), ("GET", "/none", 404), ("POST", "/rows", 400)],
)
def test_a_request_that_is_refused(
    method: str, resource: str, status: int, capsys: Capture
) -> None:
    response = send(method, resource)
    assert line(capsys) == {
        "route": f"{method} /api/v1{resource}",
        "status": status,
        "bytes": len(response["body"].encode()),
        "request_id": "request-1",
    }


def test_a_fault_has_its_own_line_beside_it(
    monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    faults = io.StringIO()
    # Powertools keeps one logger, and its stream, for each service's name.
    logger = Logger(service=uuid4().hex, stream=faults)
    monkeypatch.setattr(failures, "_logger", lambda: logger)
    send("POST", "/rows", body={"codes": ["600000.SH"]}, user=USER)
    fields = line(capsys)
    assert (fields["status"], fields["codes"], fields["user"]) == (500, 1, "li")
    assert json.loads(faults.getvalue())["request_id"] == fields["request_id"]


def test_an_error_of_the_source(capsys: Capture) -> None:
    failing = Router()

    @failing.get("/fails", role=None)
    def handle(_call: Call[None]) -> Answer:
        raise errors.UpstreamFaultError("why")

    failing.handler(proxy_event("GET", "/fails"), None)
    assert line(capsys)["status"] == 502


@pytest.mark.parametrize("name", API)
def test_every_function_of_the_api_writes_one(name: str, capsys: Capture) -> None:
    handler: Callable[..., Any] = importlib.import_module(f"functions.{name}.app").handler
    for resource in ("/nowhere", "/{proxy+}"):
        handler(proxy_event("GET", resource, path={"proxy": "no/where"}), None)
        fields = line(capsys)
        assert (fields["route"], fields["status"]) == (f"GET /api/v1{resource}", 404)


@pytest.mark.parametrize(("file", "status"), [(None, 200), ("no.js", 404), (..., 302)])
def test_the_console_writes_one(file: Any, status: int, capsys: Capture) -> None:
    event = proxy_event("GET", "/")
    event["requestContext"]["path"] = "/prod" if file is ... else "/prod/"
    event["pathParameters"] = {"file": file} if isinstance(file, str) else None
    response = console.handler(event, None)
    fields = line(capsys)
    assert (fields["status"], fields["bytes"]) == (status, len(response["body"].encode()))


@pytest.mark.parametrize(
    "text", ['\n{"status": 500}', "\r", '"', "\\", "\x00", "\x1b[31m", "\x85", "\u2028", "\ud800"]
)
def test_no_text_breaks_the_line_or_forges_another(text: str, capsys: Capture) -> None:
    event = proxy_event(f"GET{text}", f"/{text}", user=USER | {"username": text})
    event["requestContext"]["requestId"] = text
    Access(event).write(404, 0)
    fields = line(capsys)
    assert (fields["request_id"], fields["user"], fields["status"]) == (text, text, 404)


def test_what_a_client_sends_is_not_in_it(capsys: Capture) -> None:
    told = {"token": "hunter2-token", "query": "hunter2-query", "body": "hunter2-body"}
    send(
        "POST",
        "/rows/{code}",
        path={"code": "hunter2-path"},
        headers={"Authorization": f"Bearer {told['token']}", "X-Api-Key": "hunter2-key"},
        query={"hunter2-name": told["query"]},
        body={"password": told["body"]},
        user=USER | {"session": "hunter2-session"},
    )
    assert "hunter2" not in capsys.readouterr().out
