"""The function `docs`: the API's description, a page to read it, and answers to unknown paths."""

from functools import cache
from pathlib import Path
from re import fullmatch, sub
from typing import Any

import orjson

from marketdata.api.answer import Text
from marketdata.api.call import Event, Headers
from marketdata.api.failures import not_allowed
from marketdata.api.origins import preflight_headers
from marketdata.api.router import Answer, Call, Router, is_preflight, respond
from marketdata.errors import NotFoundError

HERE = Path(__file__).parent
DOCUMENT = HERE / "openapi.json"
KEPT = {"Cache-Control": "public, max-age=86400"}
HTML = {
    "Content-Type": "text/html; charset=utf-8",
    # Everything is loaded from and sent to this deployment; Swagger UI sets inline styles.
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; connect-src 'self'; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
}
ASSETS = {
    "swagger-ui-bundle.js": "text/javascript; charset=utf-8",
    "swagger-ui.css": "text/css; charset=utf-8",
    "start.js": "text/javascript; charset=utf-8",
}

router = Router()


def handler(event: Event, context: object) -> dict[str, Any]:
    """Serve the routes below and every path for which API Gateway has no route."""
    if event["resource"].endswith("{proxy+}"):
        path = f"/{(event.get('pathParameters') or {}).get('proxy', '')}"
        return respond(event, lambda headers, _: _elsewhere(event["httpMethod"], path, headers))
    return router.handler(event, context)


@router.get("/openapi.json", role=None, summary="OpenAPI文档")
def read_document(_call: Call[None]) -> Answer:
    """Return this description."""
    return Answer.encoded(DOCUMENT.read_bytes(), headers=KEPT | {"Cache-Control": "no-cache"})


@router.get("/docs", role=None, summary="文档页面")
def read_page(_call: Call[None]) -> Answer:
    """Return a page that shows this description and can make calls."""
    return Answer.encoded((HERE / "viewer" / "index.html").read_bytes(), headers=KEPT | HTML)


@router.get("/docs/{asset}", role=None, summary="文档页面的文件")
def read_asset(call: Call[None]) -> Answer:
    """Return a file of the page."""
    name = call.path["asset"]
    if name not in ASSETS:
        raise NotFoundError("there is no such file", key="unknown_path")
    headers = KEPT | {"Content-Type": ASSETS[name]}
    return Answer.encoded((HERE / "viewer" / name).read_bytes(), headers=headers)


@cache
def _methods() -> dict[str, str]:
    """Return the methods of each path, whose key is a regular expression."""
    paths = orjson.loads(DOCUMENT.read_bytes())["paths"]
    return {sub(r"{\w+}", "[^/]+", path): ", ".join(paths[path]).upper() for path in paths}


def _elsewhere(method: str, path: str, headers: Headers) -> Answer:
    for pattern, allowed in _methods().items():
        if fullmatch(pattern, path.rstrip("/")):
            if is_preflight(method, headers):
                return Answer(204, Text(b""), preflight_headers(allowed))
            return not_allowed(method, allowed)
    return Answer.failure(404, "there is no such path", "unknown_path")
