"""Answers bound of frames, as programs that decode zstd by themselves read them."""

import shutil
import subprocess
import threading
from collections.abc import Iterator
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest
import requests

from tests.support.answers import content_of
from tests.support.bar_cache import BarCache

CHROMIUM = shutil.which("chromium")
CURL = shutil.which("curl")
PATIENCE = 60

# Chromium offers zstd to https and to localhost alone.
PAGE = b"""<!doctype html><title>-</title><script>
(async () => {
  const body = await (await fetch("/answer")).arrayBuffer();
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", body));
  const hex = Array.from(hash, byte => byte.toString(16).padStart(2, "0")).join("");
  document.body.textContent = hex + " bytes=" + body.byteLength;
})();
</script><body></body>"""


class Site(BaseHTTPRequestHandler):
    """Serves the page, and the answer to whoever accepts zstd."""

    packed: bytes

    def do_GET(self) -> None:
        page = self.path == "/"
        assert page or "zstd" in self.headers["Accept-Encoding"]
        body = PAGE if page else self.packed
        self.send_response(200)
        self.send_header("Content-Type", "text/html" if page else "application/json")
        self.send_header("Content-Length", str(len(body)))
        if not page:
            self.send_header("Content-Encoding", "zstd")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def answer() -> bytes:
    """An answer of whole blocks and cut ones: two years and a few days of three codes."""
    cache = BarCache()
    codes = ("600000.SH", "000001.SZ", "600001.SH")
    cache.fill(codes, "20220101", "20241231")
    content = content_of(cache.read(*codes, start="20220601", end="20240115"))
    Site.packed = content.zstd()
    return content.body()


@pytest.fixture(scope="module")
def site(answer: bytes) -> Iterator[str]:
    """A server with the answer, and its URL."""
    assert answer
    with ThreadingHTTPServer(("localhost", 0), Site) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://localhost:{server.server_port}/"
        server.shutdown()


def test_httpx_reads_bound_frames(site: str, answer: bytes) -> None:
    assert httpx.get(f"{site}answer").content == answer


def test_requests_reads_bound_frames(site: str, answer: bytes) -> None:
    assert requests.get(f"{site}answer", timeout=PATIENCE).content == answer


@pytest.mark.skipif(not CHROMIUM, reason="no Chromium on this machine")
def test_chromium_reads_bound_frames(site: str, answer: bytes, tmp_path: Path) -> None:
    assert CHROMIUM
    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
    command = [CHROMIUM, *flags, f"--user-data-dir={tmp_path}", "--virtual-time-budget=10000"]
    shown = subprocess.run(
        [*command, "--dump-dom", site], capture_output=True, text=True, timeout=PATIENCE, check=True
    )
    assert f"{sha256(answer).hexdigest()} bytes={len(answer)}" in shown.stdout


@pytest.mark.skipif(not CURL, reason="no curl on this machine")
def test_curl_reads_bound_frames(site: str, answer: bytes) -> None:
    assert CURL
    version = subprocess.run([CURL, "--version"], capture_output=True, text=True, check=True)
    if "zstd" not in version.stdout:
        pytest.skip("this curl cannot read zstd")
    command = [CURL, "--silent", "--fail", "--compressed", f"{site}answer"]
    shown = subprocess.run(command, capture_output=True, timeout=PATIENCE, check=True)
    assert shown.stdout == answer
