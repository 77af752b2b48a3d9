"""What the end-to-end tests ask of the API again and again."""

import time
from typing import Any

import httpx

PATIENCE = 120.0


def ok(answer: httpx.Response) -> Any:
    """Give an answer's envelope; it must be a 200."""
    assert answer.status_code == 200, answer.text
    envelope = answer.json()
    assert envelope["code"] == 200
    return envelope


def start(client: httpx.Client, call: str, **scope: Any) -> dict[str, Any]:
    """Start a task; `call` is such as "fill-missing"."""
    data: dict[str, Any] = ok(client.post(f"/cache/{call}", json=scope))["data"]
    return data


def task(client: httpx.Client, task_id: int) -> dict[str, Any]:
    """Read a task."""
    shown: dict[str, Any] = ok(client.get(f"/cache/tasks/{task_id}"))["data"]["task"]
    return shown


def ended(client: httpx.Client, task_id: int) -> dict[str, Any]:
    """Wait until a task has ended and give it; its progress must never fall."""
    deadline = time.monotonic() + PATIENCE
    progress = -1.0
    while True:
        shown = task(client, task_id)
        assert shown["progress"] >= progress
        progress = shown["progress"]
        if shown["status"] in {"completed", "failed", "cancelled"}:
            return shown
        assert time.monotonic() < deadline, shown
        time.sleep(0.2)


def detect(client: httpx.Client, **scope: Any) -> dict[str, Any]:
    """Detect what is missing, and give the answer of one that ended while it was waited for."""
    while (shown := start(client, "detect-all-missing", **scope))["status"] == "running":
        ended(client, shown["task_id"])
    assert shown["status"] == "completed", shown
    return shown


def fill(client: httpx.Client, **scope: Any) -> dict[str, Any]:
    """Fill what is missing and give the ended task, which must be completed."""
    shown = ended(client, start(client, "fill-missing", **scope)["task_id"])
    assert shown["status"] == "completed", shown
    return shown


def klines(client: httpx.Client, path: str, **query: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Read K-lines; gives data and meta."""
    answer = client.get(path, params=query, follow_redirects=True)
    envelope = ok(answer)
    return envelope["data"], envelope["meta"]
