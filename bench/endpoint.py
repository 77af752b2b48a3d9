"""The endpoint: a stand-in for DynamoDB and S3 that answers from memory, in its own process.

It keeps the bytes of its answers, so its own work is small, and the measured process does none of
it. It counts its requests, whatever sends them; `GET` of `COUNTS` returns and resets the counts.
`python -m bench.endpoint FILE` serves what `bench.contents.Contents.save` wrote, prints its port,
and ends with its standard input.
"""

import json
import pickle
import sys
import threading
import zlib
from base64 import b64encode
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock
from typing import Any

from marketdata.aws.items import to_attributes

COUNTS = "/-/counts"
"""The path of the counts; no bucket is named "-"."""

NO_OBJECTS = b"<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>"
"""What every list of objects holds: publishing asks for one of what it has published before."""

SECRET = 64 * "x"
"""The text of every secret."""

PAGE_BYTES = 1_000_000
"""A query's page ends once its items exceed this; DynamoDB's limit is 1 MiB of names and values."""

type Key = tuple[str, str]
type Attributes = Mapping[str, Any]


class Store:
    """Items and objects, and DynamoDB's JSON answers about the items.

    Parameters
    ----------
    items : mapping
        The attributes of each item by its key.
    objects : mapping
        The bytes of each object by its key.
    series : mapping
        The items of the index `coverage`, in order, by their hash key.
    """

    def __init__(
        self,
        items: Mapping[Key, Attributes],
        objects: Mapping[str, bytes],
        series: Mapping[str, Iterable[Attributes]],
    ) -> None:
        self.objects = objects
        self._items = {key: {"pk": key[0], "sk": key[1], **item} for key, item in items.items()}
        self._series = series
        self._kept: dict[tuple[str, bytes], bytes] = {}
        self._counted: Counter[str] = Counter()
        self._counting = Lock()

    def count(self, operation: str) -> None:
        """Count a request."""
        with self._counting:
            self._counted[operation] += 1

    def take_counts(self) -> dict[str, int]:
        """Return the requests since the last time, by operation, and begin anew."""
        with self._counting:
            counted, self._counted = self._counted, Counter()
        return dict(counted)

    def answer(self, operation: str, body: bytes) -> bytes:
        """Return the answer to an operation, from the second time on without computing it."""
        known = self._kept.get((operation, body))
        if known is None:
            known = self._kept[operation, body] = self._make(operation, json.loads(body))
        return known

    def _make(self, operation: str, request: Any) -> bytes:
        match operation:
            case "BatchGetItem":
                ((table, wanted),) = request["RequestItems"].items()
                keys = ((key["pk"]["S"], key["sk"]["S"]) for key in wanted["Keys"])
                names = set(wanted.get("ExpressionAttributeNames", {}).values())
                found = b",".join(
                    _dumps(_chosen(self._items[key], names)) for key in keys if key in self._items
                )
                named = json.dumps(table).encode()
                return b'{"Responses":{%b:[%b]},"UnprocessedKeys":{}}' % (named, found)
            case "GetItem":
                key = request["Key"]["pk"]["S"], request["Key"]["sk"]["S"]
                return b'{"Item":%b}' % _dumps(self._items[key]) if key in self._items else b"{}"
            case "Query":
                return self._page(request)
            case "UpdateItem":
                return b'{"Attributes":{}}'
            case "GetSecretValue":
                return b'{"SecretString":"%b"}' % SECRET.encode()
        return b"{}"

    def _page(self, request: Any) -> bytes:
        name = next(value["S"] for value in request["ExpressionAttributeValues"].values())
        names = request["ExpressionAttributeNames"]
        asked = request.get("ProjectionExpression", "").split(", ")
        wanted = {names[each] for each in asked if each}
        pages = list(_pages(self._series.get(name, ()), wanted))
        at = int(request.get("ExclusiveStartKey", {}).get("page", {"N": "0"})["N"])
        more = b""
        if at + 1 < len(pages):
            more = b',"LastEvaluatedKey":{"page":{"N":"%d"}}' % (at + 1)
        return b'{"Items":[%b],"Count":0,"ScannedCount":0%b}' % (pages[at], more)


def _chosen(item: Attributes, wanted: Collection[str]) -> Attributes:
    return {name: item[name] for name in item if name in wanted} if wanted else item


def _dumps(item: Mapping[str, Any]) -> bytes:
    attributes = to_attributes(item)
    return json.dumps(attributes, separators=(",", ":"), default=_binary).encode()


def _binary(value: bytes) -> str:
    return b64encode(value).decode()


def _pages(rows: Iterable[Attributes], wanted: Collection[str]) -> Iterable[bytes]:
    """Cut a query's items into pages as DynamoDB does: by the length of names and values.

    The length is that of whole items; a page has only their `wanted` attributes, or all if none
    are named.
    """
    page: list[bytes] = []
    size = 0
    for row in rows:
        page.append(_dumps(_chosen(row, wanted)))
        size += sum(len(name) + _size(value) for name, value in row.items())
        if size > PAGE_BYTES:
            yield b",".join(page)
            page, size = [], 0
    yield b",".join(page)


def _size(value: object) -> int:
    return len(value) if isinstance(value, str | bytes) else 3


class Handler(BaseHTTPRequestHandler):
    """The part of HTTP that boto3 and the service need."""

    protocol_version = "HTTP/1.1"
    store: Store
    # Head and body in one packet, or the client's kernel waits 40 ms before it asks for the rest.
    wbufsize = -1
    disable_nagle_algorithm = True

    def handle_expect_100(self) -> bool:
        """Send "100 Continue" at once: boto3 would wait a second for it before sending a body."""
        going_on = super().handle_expect_100()
        self.wfile.flush()
        return going_on

    def do_POST(self) -> None:
        """Answer a call to DynamoDB or Secrets Manager."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        operation = self.headers["X-Amz-Target"].partition(".")[2]
        self.store.count(operation)
        self._send(self.store.answer(operation, body), "application/x-amz-json-1.0")

    def do_GET(self) -> None:
        """Answer with an object, or with the counts."""
        if self.path == COUNTS:
            self._send(json.dumps(self.store.take_counts()).encode(), "application/json")
            return
        if "list-type=2" in self.path:
            self._send(NO_OBJECTS, "application/xml")
            return
        self.store.count("GetObject")
        key = self.path.partition("?")[0].split("/", 2)[2]
        self._send(self.store.objects[key], "text/plain")

    def do_PUT(self) -> None:
        """Accept an object and discard it."""
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.store.count("PutObject")
        self._send(b"", "text/plain")

    def _send(self, body: bytes, content_type: str) -> None:
        self.send_response_only(200)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        # boto3 verifies it, as it does with the real service.
        self.send_header("x-amz-crc32", str(zlib.crc32(body)))
        self.end_headers()
        self.wfile.write(body)


def main(file: Path) -> None:
    """Serve until standard input ends."""
    items, objects, series = pickle.loads(file.read_bytes())
    Handler.store = Store(items, objects, series)
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        print(server.server_address[1], flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
