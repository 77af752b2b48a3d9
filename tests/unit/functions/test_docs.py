"""The page that shows the description: unchanged files of Swagger UI, nothing from elsewhere."""

import gzip
import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from functions.docs import app
from local.openapi.document import Key
from marketdata import deployment
from marketdata.api.schema import OPERATIONS
from marketdata.api.wire import LAMBDA_LIMIT
from tests.support.events import proxy_event, read

VIEWER = Path(app.__file__).parent / "viewer"
CHECKSUMS = {
    "swagger-ui-bundle.js": "e6a898692f2d768e807c3ba4626068a69a2c5dd960dd6c76f3e4d3a3de180af2",
    "swagger-ui.css": "5ed08757e53da3e026d6cbecc61fe5d43585c9560b302d534ad56692519a273d",
}
"""SHA-256 of the files of the npm package swagger-ui-dist 5.35.0."""

MOST_SENT = 500_000
"""Bytes of all scripts and styles, packed by gzip."""


def get(resource: str, **path: str) -> dict[str, Any]:
    return app.handler(proxy_event("GET", resource, path=path), None)


def elsewhere(method: str, path: str) -> tuple[int, str | None, Any]:
    event = proxy_event(method, "/{proxy+}", path={"proxy": path})
    response = app.handler(event, None)
    return response["statusCode"], response["headers"].get("Allow"), read(response)


@pytest.mark.parametrize("name", CHECKSUMS)
def test_swagger_ui_is_unchanged(name: str) -> None:
    assert hashlib.sha256((VIEWER / name).read_bytes()).hexdigest() == CHECKSUMS[name]


def test_the_page_needs_nothing_from_elsewhere() -> None:
    response = get("/docs")
    policy = response["headers"]["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "http" not in policy
    assert "unsafe-inline" not in policy.split("style-src")[0]
    assert "http" not in response["body"].replace("<!doctype html>", "")
    for name in re.findall('(?:src|href)="docs/([^"]+)"', response["body"]):
        assert get("/docs/{asset}", asset=name)["statusCode"] == 200
    assert 'url: "openapi.json"' in get("/docs/{asset}", asset="start.js")["body"]


def test_the_page_is_no_more_to_transfer_than_it_has_to_be() -> None:
    """Packed, as API Gateway packs it, and once a day."""
    files = [get("/docs/{asset}", asset=name) for name in app.ASSETS]
    assert all("max-age" in file["headers"]["Cache-Control"] for file in files)
    assert sum(len(gzip.compress(file["body"].encode())) for file in files) <= MOST_SENT


@pytest.mark.parametrize("name", app.ASSETS)
def test_a_file_comes_as_it_is(name: str) -> None:
    response = get("/docs/{asset}", asset=name)
    assert response["headers"]["Content-Type"] == app.ASSETS[name]
    assert response["body"] == (VIEWER / name).read_text()
    assert len(response["body"]) < LAMBDA_LIMIT / 2


@pytest.mark.parametrize(
    "key", [key for key, said in OPERATIONS.items() if said.content], ids=" ".join
)
def test_the_types_that_are_promised_are_those_that_are_served(key: Key) -> None:
    requests = [{"asset": name} for name in app.ASSETS] if "{asset}" in key[1] else [{}]
    served = {get(key[1], **path)["headers"]["Content-Type"].partition(";")[0] for path in requests}
    assert served == set(OPERATIONS[key].content)


@pytest.mark.parametrize("name", ["README.md", "..%2fapp.py", "index.html", ""])
def test_no_other_file_is_given(name: str) -> None:
    assert get("/docs/{asset}", asset=name)["statusCode"] == 404


def test_the_description_is_served() -> None:
    response = get("/openapi.json")
    assert response["body"] == app.DOCUMENT.read_text()


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("POST", "stock/kline", "GET"),
        ("DELETE", "stock/kline/600000.SH/chart", "GET"),
        ("PUT", "configs/sdk/7", "GET, PATCH, DELETE"),
        ("OPTIONS", "auth/login", "POST"),
    ],
)
def test_a_method_that_a_path_does_not_have(method: str, path: str, allowed: str) -> None:
    status, allow, envelope = elsewhere(method, path)
    assert (status, allow, envelope["code"], envelope["data"]) == (405, allowed, 405, None)


@pytest.mark.parametrize("path", ["", "stock", "stock/kline/600000.SH", "auth/signup"])
def test_a_path_that_is_not_there(path: str) -> None:
    assert elsewhere("GET", path)[:2] == (404, None)


PREFLIGHT = {"Access-Control-Request-Method": "GET", "Origin": "https://charts.example.com"}


def preflight(path: str, **changes: str) -> dict[str, Any]:
    headers = {name: value for name, value in (PREFLIGHT | changes).items() if value}
    event = proxy_event("OPTIONS", "/{proxy+}", path={"proxy": path}, headers=headers)
    return app.handler(event, None)


@pytest.fixture
def allowing(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("MARKET_TABLE", "CONTROL_TABLE", "BUCKET"):
        monkeypatch.setenv(name, "x")
    monkeypatch.setenv("ALLOWED_ORIGINS", PREFLIGHT["Origin"])
    deployment.reset()
    yield
    deployment.reset()


@pytest.mark.usefixtures("allowing")
def test_a_browser_is_told_what_a_page_may_send() -> None:
    response = preflight("configs/sdk/7")
    assert (response["statusCode"], response["body"]) == (204, "")
    headers = response["headers"]
    assert headers["Access-Control-Allow-Origin"] == PREFLIGHT["Origin"]
    assert headers["Access-Control-Allow-Methods"] == "GET, PATCH, DELETE"
    assert {"Authorization", "Content-Type", "If-None-Match"} <= {
        *headers["Access-Control-Allow-Headers"].split(", ")
    }


@pytest.mark.usefixtures("allowing")
@pytest.mark.parametrize(
    "changes",
    [
        {"Origin": "https://evil.example"},
        {"Origin": ""},
        {"Access-Control-Request-Method": ""},
    ],
)
def test_what_is_no_question_of_an_allowed_page_is_refused(changes: dict[str, str]) -> None:
    response = preflight("stock/kline", **changes)
    assert response["statusCode"] == 405
    assert "Access-Control-Allow-Methods" not in response["headers"]


@pytest.mark.usefixtures("allowing")
def test_there_is_no_preflight_of_a_path_that_is_not_there() -> None:
    assert preflight("stock/nonsense")["statusCode"] == 404
