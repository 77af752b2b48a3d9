"""A web server with the console's built files, the library's own page, and one code's minutes.

It answers the calls that a chart makes as the service would; nothing of the service runs.
"""

import json
import math
import random
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date, timedelta
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

from bench.processes import ROOT

STATIC = ROOT / "functions" / "console" / "static"
LIBRARY = (
    ROOT / "web/node_modules/lightweight-charts/dist/lightweight-charts.standalone.production.js"
)
FLOOR = ROOT / "bench" / "pages" / "floor.html"
TYPES = {
    ".html": "text/html",
    ".js": "text/javascript",
    ".css": "text/css",
    ".svg": "image/svg+xml",
}

CODE = "600000.SH"
DAYS = 241
MINUTES = 240
BARS = DAYS * MINUTES
"""A year of one-minute bars."""

FIRST = date(2025, 1, 1)
START, END = "20250101", "20251231"


def trading_days() -> list[date]:
    """Return the first weekdays of 2025, as many as a year has trading days."""
    days = (FIRST + timedelta(number) for number in range(366))
    return [day for day in days if day.weekday() < 5][:DAYS]


@cache
def _bars() -> tuple[dict[str, Any], ...]:
    """Return a random walk, the same in each run."""
    return tuple(_walk())


def _walk() -> Iterator[dict[str, Any]]:
    chance = random.Random(7)
    price = 10.0
    for day in trading_days():
        for minute in range(MINUTES):
            clock = 9 * 60 + 30 + minute + (90 if minute >= 120 else 0)
            close = max(1.0, price * math.exp(chance.gauss(0, 0.001)))
            spread = abs(chance.gauss(0, 0.004))
            volume = chance.randrange(100, 100_000, 100)
            yield {
                "trade_date": f"{day:%Y%m%d}",
                "kline_time": f"{day:%Y-%m-%d} {clock // 60:02}:{clock % 60:02}:00",
                "open": round(price, 2),
                "high": round(max(price, close) + spread, 2),
                "low": round(min(price, close) - spread, 2),
                "close": round(close, 2),
                "volume": volume,
                "amount": round(volume * close, 2),
            }
            price = close


def _envelope(data: Any, meta: Any = None) -> bytes:
    return json.dumps({"code": 200, "message": "success", "data": data, "meta": meta}).encode()


@cache
def _klines(start: str, end: str) -> bytes:
    rows = [bar for bar in _bars() if start <= bar["trade_date"] <= end]
    empty: dict[str, Any] = {
        name: {}
        for name in (
            "missing", "unconfirmed", "absent", "outside", "short", "unknown_sessions",
            "close_outside", "rejected",
        )
    }  # fmt: skip
    if start < START:
        before = [{"from": start, "to": START, "reason": "before_coverage"}]
        empty["outside"] = {CODE: before}
    lists: dict[str, Any] = {
        name: []
        for name in ("pending", "unfinished", "unknown_codes", "warnings", "warning_details")
    }
    counts = {"complete": True, "expected": len(rows), "returned": len(rows)}
    meta = empty | lists | counts | {"source": "cache", "upstream": "synthetic"}
    return _envelope({CODE: rows}, meta)


def _call(path: str, query: dict[str, str]) -> bytes:
    """Return the body of a call's answer."""
    if path == "/stock/kline":
        return _klines(query["start_date"], query["end_date"])
    if path.endswith("/info"):
        named = {"code": CODE, "name": CODE, "market": "SH", "type": "stock"}
        return _envelope({**named, "list_date": "19991110", "delist_date": None, "lives": []})
    if path == "/auth/me":
        user = {"id": 1, "username": "bench", "email": "", "role": "user", "is_active": True}
        return _envelope(user)
    if path == "/status":
        return _envelope({"upstream": "synthetic", "covers": [], "next_final": {}})
    return _envelope({"items": [], "total": 0})


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        split = urlsplit(self.path)
        _, api, call = split.path.partition("/api/v1")
        if api:
            query = {name: values[-1] for name, values in parse_qs(split.query).items()}
            self._send(_call(call, query), "application/json")
            return
        file = {
            "/": STATIC / "index.html",
            "/floor": FLOOR,
            "/lightweight-charts.js": LIBRARY,
        }.get(split.path, STATIC / split.path.lstrip("/"))
        if file.is_file():
            self._send(file.read_bytes(), TYPES[file.suffix])
        else:
            self.send_error(404)

    def handle(self) -> None:
        # A page that is left closes its connections, also in the middle of an answer.
        with suppress(ConnectionError):
            super().handle()

    def _send(self, body: bytes, kind: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Say nothing: the output is the measurement's."""


@contextmanager
def serving() -> Iterator[str]:
    """Serve until the end; gives the address."""
    # Made before anybody waits for it.
    _klines(START, END)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def script_bytes() -> int:
    """Return the bytes of script, unpacked, that a browser loads for its first chart."""
    return sum(file.stat().st_size for file in STATIC.rglob("*.js"))
