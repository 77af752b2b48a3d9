"""A page of another origin calls the API in a real browser: answers, errors, links."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.e2e.browser import browsing, opened
from tests.e2e.calls import fill, ok
from tests.e2e.conftest import LocalCloud
from tests.support.faults import wait_until

WEEK = {"start_date": "20240102", "end_date": "20240105"}
CALL = """async ([url, token, method, body]) => {
  try {
    const headers = {Authorization: `Bearer ${token}`};
    if (body) headers["Content-Type"] = "application/json";
    const answer = await fetch(url, {method, headers, body: body || undefined});
    const bytes = await answer.arrayBuffer();
    const text = new TextDecoder("latin1").decode(bytes.slice(0, 4000));
    const {status, redirected} = answer;
    return {status, text, redirected, etag: answer.headers.get("ETag")};
  } catch (error) {
    return {blocked: String(error)};
  }
}"""


class _Page(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>charts</title>")

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def page_of(host: str) -> Iterator[str]:
    """Serve an empty page; give its address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Page)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://{host}:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with browsing() as found:
        yield found


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """Open a page on another port of this machine."""
    with page_of("localhost") as url, opened(browser, url) as found:
        yield found


def ask(page: Page, cloud: LocalCloud, path: str, method: str = "GET", body: str = "") -> Any:
    token = cloud.admin.headers["Authorization"].removeprefix("Bearer ")
    return page.evaluate(CALL, [cloud.url + path, token, method, body])


def test_a_page_on_another_port_reads_answers(page: Page, synthetic_cloud: LocalCloud) -> None:
    query = "codes=600000.SH&start_date=20240102&end_date=20240105"
    found = ask(page, synthetic_cloud, f"/stock/kline?{query}")
    assert found.get("status") == 200, found
    assert found["etag"].startswith("W/")
    body = '{"codes": ["600000.SH"], "count": 2, "end_date": "20240105"}'
    assert ask(page, synthetic_cloud, "/stock/kline/batch", "POST", body)["status"] == 200


def test_it_reads_what_went_wrong_too(page: Page, synthetic_cloud: LocalCloud) -> None:
    refused = ask(page, synthetic_cloud, "/stock/kline?codes=600000.SH")
    assert (refused["status"], "start_date" in refused["text"]) == (400, True)
    anybody = page.evaluate(CALL, [f"{synthetic_cloud.url}/status", "nonsense", "GET", ""])
    assert (anybody["status"], "log in" in anybody["text"]) == (401, True)


def test_it_follows_links_into_the_bucket(page: Page, synthetic_cloud: LocalCloud) -> None:
    admin = synthetic_cloud.admin
    assert fill(admin, security_type="stock", codes=["600000.SH"], **WEEK)["status"] == "completed"
    wait_until(lambda: bool(ok(admin.get("/exports?dataset=stock.daily"))["data"]["items"]))
    found = ask(page, synthetic_cloud, "/exports/stock.daily/2024")
    assert (found["status"], found["redirected"], found["text"][:4]) == (200, True, "PAR1")


def test_no_other_page_reads_anything(browser: Browser, synthetic_cloud: LocalCloud) -> None:
    with page_of("charts.localhost") as url:
        context = browser.new_context()
        page = context.new_page()
        page.goto(url)
        assert "blocked" in ask(page, synthetic_cloud, "/stock/kline?codes=600000.SH&count=1")
        context.close()
