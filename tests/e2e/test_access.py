"""The access lines of requests over HTTP, each in the log of its own invocation."""

import json
from collections import Counter, defaultdict
from typing import Any

import boto3  # noqa: TID251  (the local cloud is no part of the functions' code)
import httpx

from local.cloud import ENDPOINT
from local.tools import REGION
from tests.e2e.conftest import LOGIN, LocalCloud


def invocations(cloud: LocalCloud) -> list[list[str]]:
    """Give the log of every invocation so far; the emulator gives each a stream of its own."""
    logs = boto3.client(
        "logs",
        REGION,
        endpoint_url=(cloud.state / ENDPOINT).read_text(),
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )
    found: defaultdict[str, list[str]] = defaultdict(list)
    for group in logs.describe_log_groups()["logGroups"]:
        pages = logs.get_paginator("filter_log_events").paginate(logGroupName=group["logGroupName"])
        for event in (event for page in pages for event in page["events"]):
            found[event["logStreamName"]].append(event["message"])
    return list(found.values())


def access_lines(cloud: LocalCloud) -> dict[str, dict[str, Any]]:
    """Give the access lines so far by request; no invocation has two."""
    found: dict[str, dict[str, Any]] = {}
    for log in invocations(cloud):
        lines = [json.loads(message) for message in log if message.startswith('{"route"')]
        assert len(lines) <= 1
        found |= {line["request_id"]: line for line in lines}
    return found


def test_every_request_has_one_line(synthetic_cloud: LocalCloud) -> None:
    client = synthetic_cloud.admin
    query = {"codes": "600000.SH,999999.SH", "start_date": "20240102", "end_date": "20240105"}
    # The source is asked once; what follows is in the cache, and its ETag stays.
    assert client.get("/stock/kline", params=query).status_code == 200
    before = access_lines(synthetic_cloud)
    rows = client.get("/stock/kline", params=query)
    etag = {"If-None-Match": rows.headers["ETag"]}
    with httpx.Client(base_url=synthetic_cloud.url, timeout=60) as stranger:
        sent = [
            ("GET /api/v1/stock/kline", rows),
            ("GET /api/v1/stock/kline", client.get("/stock/kline", params=query, headers=etag)),
            ("GET /api/v1/auth/me", client.get("/auth/me")),
            ("POST /api/v1/auth/login", stranger.post("/auth/login", json=LOGIN)),
            ("GET /api/v1/cache/tasks/{task_id}", client.get("/cache/tasks/999999")),
            ("GET /api/v1/{proxy+}", stranger.get("/no/such/path")),
        ]
    after = access_lines(synthetic_cloud)
    written = [line for request, line in after.items() if request not in before]
    assert Counter((line["route"], line["status"]) for line in written) == Counter(
        (route, answer.status_code) for route, answer in sent
    )
    by_status = {line["status"]: line for line in written if line["route"].endswith("/kline")}
    meta = rows.json()["meta"]
    assert meta["source"] == "cache"
    facts = [by_status[200][name] for name in ("codes", "bars", "source", "user")]
    assert facts == [2, meta["returned"], meta["source"], LOGIN["username"]]
    assert (by_status[304]["bars"], by_status[304]["bytes"]) == (0, 0)
    for secret in (LOGIN["password"], client.headers["Authorization"], "999999.SH"):
        assert secret not in json.dumps(written)
