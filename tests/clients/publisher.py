"""A service that publishes files, and the bucket that its links lead to."""

import hashlib
import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.clients.samples import sample_part
from tests.clients.scripted import ScriptedService, failure, success

RANGE = re.compile(r"bytes=(\d+)-")
CHUNK = 1000


class Cut(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A body of which the connection loses the end."""

    def __init__(self, content: bytes) -> None:
        self.content = content

    def __iter__(self) -> Iterator[bytes]:
        for start in range(0, len(self.content), CHUNK):
            yield self.content[start : start + CHUNK]
        raise httpx.ReadError("lost")

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for each in self:
            yield each


@dataclass
class Publisher(ScriptedService):
    """Publishes files at paths of our choice.

    Attributes
    ----------
    items : dict
        The published files by path, as in the answer of `GET /exports`.
    contents : dict
        What the bucket has, by hash.
    downloads : list
        Every request to the bucket.
    cuts : list
        After how many bytes the next downloads are cut.
    ranges : bool
        Whether the bucket knows ranges.
    """

    items: dict[str, dict[str, Any]] = field(default_factory=dict)
    contents: dict[str, bytes] = field(default_factory=dict)
    downloads: list[httpx.Request] = field(default_factory=list)
    cuts: list[int] = field(default_factory=list)
    ranges: bool = True
    cursor: int = 0

    def publish(self, path: str, content: bytes, **changes: Any) -> None:
        """Publish a file, or a new revision of it."""
        folders, name = path.split("/")[:-1], path.rpartition("/")[2].removesuffix(".parquet")
        year = folders[-1].removeprefix("year=") if len(folders) > 1 else "all"
        sha256 = hashlib.sha256(content).hexdigest()
        self.contents[sha256] = content
        self.cursor += 1
        self.items[path] = sample_part(
            dataset=folders[0],
            part=year if name == "part" else name,
            path=path,
            bytes=len(content),
            sha256=sha256,
            revision=self.items[path]["revision"] + 1 if path in self.items else 1,
            **changes,
        )

    def withdraw(self, path: str) -> None:
        """Publish a file no more."""
        del self.items[path]
        self.cursor += 1

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Answer a request to the service or to the bucket."""
        if request.url.host == "files":
            self.downloads.append(request)
            return self._file(request)
        path = request.url.path.removeprefix("/api/v1")
        answer = {"/exports": self._exports, "/changes": self._changes}.get(path)
        if path.startswith("/exports/"):
            answer = self._link
        if answer and not self.scripts[f"GET {path}"]:
            self.scripts[f"GET {path}"].append(answer)
        return super().__call__(request)

    def _exports(self, request: httpx.Request) -> httpx.Response:
        dataset = request.url.params.get("dataset")
        if dataset not in {None, *(each["dataset"] for each in self.items.values())}:
            errors = [{"field": "dataset", "reason": "is unknown"}]
            return failure(400, f"there is no {dataset}", errors=errors)
        every = [self.items[path] for path in sorted(self.items)]
        items = [each for each in every if dataset in {None, each["dataset"]}]
        return success({"items": items, "total": len(items), "cursor": str(self.cursor)})

    def _changes(self, request: httpx.Request) -> httpx.Response:
        change = {"seq": self.cursor, "dataset": "d", "part": "all", "day": None, "kind": "new"}
        new = int(request.url.params.get("since", 0)) < self.cursor
        items = [{**change, "revision": 1, "published_at": "2026-11-30T08:00:00Z"}] if new else []
        return success({"items": items, "cursor": str(self.cursor), "more": False})

    def _link(self, request: httpx.Request) -> httpx.Response:
        asked = tuple(request.url.path.split("/")[-2:])
        found = [e for e in self.items.values() if (e["dataset"], e["part"]) == asked]
        if not found or str(found[0]["revision"]) != request.url.params["revision"]:
            return failure(404, "this revision does not exist any more")
        link = {name: found[0][name] for name in ("sha256", "bytes", "revision")}
        location = f"http://files/{link['sha256']}"
        data = {**link, "location": location, "expires_in": 900}
        body = {"code": 303, "message": "see other", "data": data}
        return httpx.Response(303, json=body, headers={"Location": location})

    def _file(self, request: httpx.Request) -> httpx.Response:
        if "Authorization" in request.headers:
            return httpx.Response(400, text="only one authorization is allowed")
        content, headers, status = self.contents[request.url.path[1:]], {}, 200
        asked = RANGE.fullmatch(request.headers.get("Range", ""))
        if asked and self.ranges:
            start, size = int(asked[1]), len(content)
            headers = {"Content-Range": f"bytes {start}-{size - 1}/{size}"}
            content, status = content[start:], 206
        if self.cuts:
            stream = Cut(content[: self.cuts.pop(0)])
            return httpx.Response(status, headers=headers, stream=stream)
        return httpx.Response(status, headers=headers, content=content)
