"""The function `console`: the console's page and files, built from `web/` by `make generated`."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import orjson

from marketdata.api.access import Access

STATIC = Path(__file__).parent / "static"
TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
HEADERS = {"X-Content-Type-Options": "nosniff"}
PAGE = {
    # Revalidated at each use: the page names the files, whose names change with their content.
    "Cache-Control": "no-cache",
    # Everything is loaded from and sent to this deployment, and the page has no inline code.
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
}
FILE = {"Cache-Control": "public, max-age=31536000, immutable"}


def handler(event: Mapping[str, Any], _context: object) -> dict[str, Any]:
    """Return the page or one of its files; they hold no data and therefore need no login."""
    access = Access(event)
    response = _answer(event)
    access.write(response["statusCode"], _size(response["body"]))
    return response


def _answer(event: Mapping[str, Any]) -> dict[str, Any]:
    asset = (event.get("pathParameters") or {}).get("file")
    if asset is not None:
        return _file(asset)
    path = str(event["requestContext"].get("path") or "/")
    if not path.endswith("/"):
        # The page's links are relative: they must resolve below "/prod/", not beside "/prod".
        return _response(302, {"Location": f"{path.rpartition('/')[2]}/"}, "")
    return _response(200, PAGE | {"Content-Type": TYPES[".html"]}, _text("index.html"))


def _file(name: str) -> dict[str, Any]:
    if name not in _files():
        said = {"code": 404, "message": "there is no such file", "data": None}
        body = said | {"key": "unknown_path", "params": {}}
        headers = {"Content-Type": "application/json; charset=utf-8", "Cache-Control": "no-store"}
        return _response(404, headers, orjson.dumps(body).decode())
    headers = FILE | {"Content-Type": TYPES[Path(name).suffix]}
    return _response(200, headers, _text(f"assets/{name}"))


@cache
def _files() -> frozenset[str]:
    """Return the names of the existing files; no other file is ever opened."""
    return frozenset(path.name for path in (STATIC / "assets").iterdir())


@cache
def _text(name: str) -> str:
    return (STATIC / name).read_text(encoding="utf-8")


@cache
def _size(body: str) -> int:
    """Return the bytes of a body; there are as many different ones as files, and two more."""
    return len(body.encode())


def _response(status: int, headers: Mapping[str, str], body: str) -> dict[str, Any]:
    return {"statusCode": status, "headers": {**HEADERS, **headers}, "body": body}
