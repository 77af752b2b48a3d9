"""The gateway: a stand-in for API Gateway that has functions answer HTTP, in its own process.

`python -m bench.gateway` runs in the environment of `bench.runtime.surroundings`, prints its port,
and ends with its standard input.
"""

import json
import os
import sys
import threading
from contextlib import redirect_stdout
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from bench.runtime import Answered, Function, get_event

BASE = "/api/v1"
LINKED = f"{BASE}/exports/"
"""Below it are the files, each at `{dataset}/{part}`."""


class Gateway(BaseHTTPRequestHandler):
    """Turns requests into proxy events, and their answers back."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True
    functions: dict[str, Function]
    turn = threading.Lock()
    """A process of Lambda answers one request at a time."""

    def do_GET(self) -> None:
        """Answer a question."""
        self._answer(b"")

    def do_POST(self) -> None:
        """Answer a question in a body."""
        self._answer(self.rfile.read(int(self.headers["Content-Length"])))

    def _answer(self, body: bytes) -> None:
        url = urlsplit(self.path)
        name = "stock" if url.path.startswith(f"{BASE}/stock/") else "cache"
        with self.turn:
            answer = self.functions[name].call(self._event(url.path, url.query, body))
        response = json.loads(answer)
        wire = Answered(answer).wire
        self.send_response_only(response["statusCode"])
        for header, value in response["headers"].items():
            self.send_header(header, value)
        self.send_header("Content-Length", str(len(wire)))
        self.end_headers()
        self.wfile.write(wire)

    def _event(self, path: str, query: str, body: bytes) -> bytes:
        asked = path.removeprefix(BASE)
        event = json.loads(
            get_event(asked, dict(parse_qsl(query)), self.headers["Accept-Encoding"])
        )
        if path.startswith(LINKED):
            dataset, part = path.removeprefix(LINKED).split("/")
            event["resource"] = f"{LINKED}{{dataset}}/{{part}}"
            event["pathParameters"] = {"dataset": dataset, "part": part}
        if body:
            event |= {"httpMethod": "POST", "body": body.decode()}
        return json.dumps(event).encode()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def main() -> None:
    """Serve until standard input ends."""
    Gateway.functions = {name: Function(name) for name in ("stock", "cache")}
    with ThreadingHTTPServer(("127.0.0.1", 0), Gateway) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        print(server.server_address[1], flush=True)
        # Nobody reads the lines of access.
        with Path(os.devnull).open("w") as nowhere, redirect_stdout(nowhere):
            sys.stdin.read()


if __name__ == "__main__":
    main()
