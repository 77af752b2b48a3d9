"""The console's files: what the page names is there, kept for good, and nothing else is given."""

import re
from pathlib import Path
from typing import Any

import pytest

from functions.console import app
from marketdata.api.wire import LAMBDA_LIMIT

ASSETS = sorted(path.name for path in (app.STATIC / "assets").iterdir())


def get(file: str | None = None, path: str = "/") -> dict[str, Any]:
    event: dict[str, Any] = {
        "httpMethod": "GET",
        "resource": "/" if file is None else "/assets/{file}",
        "pathParameters": None if file is None else {"file": file},
        "requestContext": {"requestId": "request-1", "path": path},
    }
    return app.handler(event, None)


def test_the_page_is_asked_for_anew_and_runs_nothing_but_its_own_files() -> None:
    response = get()
    assert response["statusCode"] == 200
    assert response["headers"]["Cache-Control"] == "no-cache"
    policy = response["headers"]["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy
    assert "<style" not in response["body"]
    assert not re.search(r"<script(?![^>]* src=)", response["body"])


def test_everything_that_the_page_names_lies_beside_it() -> None:
    named = re.findall(r'(?:src|href)="([^"]+)"', get()["body"])
    assert named
    for name in named:
        assert name.startswith("./assets/")
        assert get(name.removeprefix("./assets/"))["statusCode"] == 200


@pytest.mark.parametrize("name", ASSETS)
def test_a_file_is_kept_for_good_under_a_name_that_changes_with_it(name: str) -> None:
    response = get(name)
    assert re.search(r"-[\w-]{8}\.", name)
    assert "immutable" in response["headers"]["Cache-Control"]
    assert response["headers"]["X-Content-Type-Options"] == "nosniff"
    assert response["headers"]["Content-Type"] == app.TYPES[Path(name).suffix]
    assert response["body"] == (app.STATIC / "assets" / name).read_text()
    assert len(response["body"]) < LAMBDA_LIMIT / 4


@pytest.mark.parametrize("name", ["", "index.html", "../app.py", "..%2fapp.py", "nothing.js"])
def test_no_other_file_is_given(name: str) -> None:
    assert get(name)["statusCode"] == 404


@pytest.mark.parametrize(("path", "location"), [("/prod", "prod/"), ("/market/data", "data/")])
def test_below_a_stage_the_address_ends_with_a_slash(path: str, location: str) -> None:
    response = get(path=path)
    assert (response["statusCode"], response["headers"]["Location"]) == (302, location)
