"""Checks of what is served: K-lines in every form, large answers, tasks, console, documents.

A check's docstring is its title. It returns what it saw, or raises `DifferenceError`.
"""

import re
import time
from typing import Any

import httpx

from local.smoke.gateway import MINIMUM
from local.smoke.service import API, PLAIN, NotCheckedError, Seen, Service, expect, last_days

KLINES = f"{API}/stock/kline"
LIMIT = 900_000
"""Bars that a question may be about, with some room."""
TRADING_DAYS = 250
"""In a year, or some more."""
YEARS = 20
TASK_SECONDS = 300
STRICT = "default-src 'none'"


def zstd_klines(service: Service) -> str:
    """K-lines come as zstd to whoever names it, gzip first or not."""
    first, second = (_klines(service, coding) for coding in ("gzip, zstd", "zstd"))
    for seen in (first, second):
        expect(seen.coding == "zstd", f"{seen}: not zstd")
    expect(first.json() == second.json(), "the two differ")
    return f"{len(first.raw)} bytes of {len(first.body)}"


def every_form(service: Service) -> str:
    """K-lines in every form are the same JSON with the same ETag."""
    zstd, gzip, plain = (_klines(service, coding) for coding in ("gzip, zstd", "gzip", "identity"))
    wanted = "gzip" if len(plain.raw) >= MINIMUM else PLAIN
    expect((gzip.coding, plain.coding) == (wanted, PLAIN), f"{gzip.coding} and {plain.coding}")
    tags = {seen.headers.get("ETag") for seen in (zstd, gzip, plain)}
    expect(len(tags) == 1 and None not in tags, f"ETag: {tags}")
    expect(zstd.json() == gzip.json() == plain.json(), "the three differ")
    return f"{len(zstd.raw)}, {len(gzip.raw)} and {len(plain.raw)} bytes"


def without_accept(service: Service) -> str:
    """Without an Accept header the same JSON comes, not base64."""
    seen = _klines(service, "gzip, zstd", leave_out="Accept")
    expect(seen.json() == _klines(service, "gzip, zstd").json(), "the two differ")
    return str(seen.coding)


def unchanged(service: Service) -> str:
    """If-None-Match with the ETag: 304 without a body."""
    tag = _klines(service, "gzip, zstd").headers["ETag"]
    query, headers = service.question, {"Accept-Encoding": "gzip, zstd", "If-None-Match": tag}
    seen = service.ask("GET", KLINES, params=query, headers=headers)
    expect(seen.status == httpx.codes.NOT_MODIFIED and not seen.raw, str(seen))
    seen.has(ETag=tag)
    return tag


def caching(service: Service) -> str:
    """K-lines are private, errors are not stored, and both vary."""
    klines = _klines(service, "gzip, zstd")
    klines.has(Cache_Control="private", Vary="Authorization")
    service.ask("GET", KLINES).has(Cache_Control="no-store", Vary="Accept-Encoding")
    return str(klines.headers["Cache-Control"])


def large_answer(service: Service) -> str:
    """A large answer is a 303 to a link, where the JSON lies."""
    codes = service.codes[:500]
    years = min(YEARS, LIMIT // (TRADING_DAYS * len(codes)))
    body = {"codes": codes, **last_days(365 * years)}
    seen = service.ask("POST", f"{KLINES}/batch", json=body)
    if seen.status == httpx.codes.OK:
        size = len(seen.raw) / 1e6
        raise NotCheckedError(f"the cache holds too little, {size:.1f} MB in {years} years")
    link = seen.envelope(303)["data"]["location"]
    seen.has(Location=link)
    # The link is signed: the bucket refuses a second authorization.
    large = service.send("GET", link)
    expect(large.status == httpx.codes.OK, str(large))
    rows = large.json()["data"]
    bars = sum(len(each) for each in rows.values())
    return f"{bars} bars of {len(rows)} codes, {len(large.raw) / 1e6:.1f} MB"


def detect(service: Service) -> str:
    """A detect runs and ends."""
    shown = _task(service, "/cache/detect-all-missing", last_days(30))
    return f"{shown['missing_count']} codes with gaps"


def fetch(service: Service) -> str:
    """A task fetches, in executions of a Distributed Map: one code, a month."""
    body = {"codes": [service.question["codes"]], **last_days(30)}
    shown = _task(service, "/cache/cache-all-missing", body)
    expect(shown["bar_count"] > 0, "it fetched no bar")
    return f"{shown['bar_count']} bars"


def _task(service: Service, path: str, scope: dict[str, Any]) -> dict[str, Any]:
    if service.role != "admin":
        raise NotCheckedError("this login is not an administrator's")
    started = time.monotonic()
    shown: dict[str, Any] = service.call("POST", path, json={"security_type": "stock", **scope})
    path = f"/cache/tasks/{shown['task_id']}"
    while shown["status"] not in {"completed", "failed", "cancelled"}:
        seconds = time.monotonic() - started
        expect(seconds < TASK_SECONDS, f"{shown['status']} after {seconds:.0f} s")
        time.sleep(1)
        shown = service.call("GET", path)["task"]
    expect(shown["status"] == "completed", f"{shown['status']}: {shown.get('error_message')}")
    expect(service.call("GET", f"{path}/result") is not None, "no result")
    return shown


def console(service: Service) -> str:
    """The console's page, with its security headers."""
    seen = _page(service, "/")
    seen.has(
        Content_Security_Policy=f"{STRICT}; script-src 'self'; style-src 'self'",
        Referrer_Policy="no-referrer",
    )
    return seen.headers["Content-Security-Policy"]


def console_without_slash(service: Service) -> str:
    """The stage without a slash at its end leads to the page."""
    seen = service.send("GET", service.root)
    if seen.status == httpx.codes.FOUND:
        target = str(httpx.URL(service.root).join(seen.headers["Location"]))
        expect(target == f"{service.root}/", f"Location leads to {target}")
        return "302 to it"
    expect(seen.status == httpx.codes.OK and b"<html" in seen.body, str(seen))
    return "200"


def asset(service: Service) -> str:
    """The console's script: compressed, to be kept for ever."""
    page = _page(service, "/").body.decode()
    names = re.findall(r"""["'](?:\./)?(assets/[^"']+\.js)["']""", page)
    expect(names, "the page names no script")
    seen = service.ask(
        "GET", f"/{names[0]}", token="", headers={"Accept-Encoding": "gzip, deflate, br, zstd"}
    )
    expect(seen.status == httpx.codes.OK and seen.body, str(seen))
    expect(seen.coding == "gzip", f"{seen.coding} instead of gzip")
    seen.has(
        Content_Type="text/javascript",
        Cache_Control="immutable",
        X_Content_Type_Options="nosniff",
    )
    return f"{names[0]}, {len(seen.raw)} bytes of {len(seen.body)}"


def documents(service: Service) -> str:
    """The API's page, with its security headers, and openapi.json."""
    _page(service, f"{API}/docs").has(Content_Security_Policy=STRICT)
    seen = service.ask("GET", f"{API}/openapi.json", token="")
    seen.has(Cache_Control="no-cache", X_Content_Type_Options="nosniff")
    found = seen.json()
    expect(str(found.get("openapi", "")).startswith("3.1"), "not OpenAPI 3.1")
    return f"{len(found['paths'])} paths"


def _klines(service: Service, accept_encoding: str, leave_out: str = "") -> Seen:
    headers = {"Accept-Encoding": accept_encoding}
    seen = service.ask("GET", KLINES, params=service.question, headers=headers, leave_out=leave_out)
    seen.envelope(200)
    return seen


def _page(service: Service, path: str) -> Seen:
    seen = service.ask("GET", path, token="")
    expect(seen.status == httpx.codes.OK and b"<html" in seen.body, str(seen))
    seen.has(Content_Type="text/html", X_Content_Type_Options="nosniff")
    return seen


CHECKS = [
    zstd_klines,
    every_form,
    without_accept,
    unchanged,
    caching,
    large_answer,
    detect,
    fetch,
    console,
    console_without_slash,
    asset,
    documents,
]
