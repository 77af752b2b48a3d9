"""What is published, over HTTP on a local cloud: days, files, and what has changed."""

import hashlib
from itertools import batched
from pathlib import Path
from typing import Any

import boto3  # noqa: TID251  (the local cloud is no part of the functions' code)
import httpx
import polars as pl
import pytest
from amazingdata_client import Client

from local.cloud import ENDPOINT
from local.tools import REGION
from tests.e2e.calls import fill, ok
from tests.e2e.conftest import LOGIN, LocalCloud
from tests.support.faults import wait_until

YEAR = {"start_date": "20240101", "end_date": "20241231"}
DATASET = "stock.daily"


@pytest.fixture(scope="module")
def published(synthetic_cloud: LocalCloud) -> httpx.Client:
    """Fill a year of the synthetic market, which is published then."""
    admin = synthetic_cloud.admin
    assert fill(admin, security_type="stock", **YEAR)["status"] == "completed"
    # Others may have had a part of the year published before.
    wait_until(lambda: is_whole(admin))
    return admin


def is_whole(client: httpx.Client) -> bool:
    """Check whether the year is published as it is stored."""
    day = ok(client.get("/stock/kline/day", params={"trade_date": "20240605"}))["meta"]
    return bool(day["complete"]) and not day["stale"]


def parts(client: httpx.Client) -> dict[str, Any]:
    """Give what is told of each file."""
    listed = ok(client.get("/exports", params={"dataset": DATASET}))["data"]["items"]
    return {item["part"]: item for item in listed}


@pytest.fixture(scope="module")
def file(published: httpx.Client, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Load the file of the year in pieces, as a mirror that was interrupted does."""
    told = parts(published)["2024"]
    answer = published.get(f"/exports/{DATASET}/2024", follow_redirects=False)
    assert answer.status_code == 303
    path = tmp_path_factory.mktemp("mirror") / "part.parquet"
    with path.open("wb") as to:
        for some in batched(range(told["bytes"]), 500_000, strict=False):
            piece = {"Range": f"bytes={some[0]}-{some[-1]}"}
            found = httpx.get(answer.headers["Location"], headers=piece)
            assert found.status_code == 206
            to.write(found.content)
    assert hashlib.sha256(path.read_bytes()).hexdigest() == told["sha256"]
    return path


def test_every_day_is_final(published: httpx.Client) -> None:
    items = ok(published.get("/releases", params={"dataset": DATASET, **YEAR}))["data"]["items"]
    assert {item["condition"] for item in items} == {"final"}
    assert len(items) == 242


def test_the_file_holds_what_the_api_answers(published: httpx.Client, file: Path) -> None:
    frame = pl.read_parquet(file)
    codes = frame["code"].unique().sort().to_list()
    answer = published.get("/stock/kline", params={"codes": ",".join(codes), **YEAR}).json()
    rows = frame.with_columns(pl.col("trade_date").dt.strftime("%Y%m%d"))
    by_code = {code: part.drop("code").to_dicts() for (code,), part in rows.group_by("code")}
    assert by_code == answer["data"]


@pytest.mark.parametrize("coding", ["zstd", "gzip", "identity"])
def test_a_day_is_the_same_in_every_coding(
    published: httpx.Client, file: Path, coding: str
) -> None:
    answer = published.get(
        "/stock/kline/day", params={"trade_date": "20240605"}, headers={"Accept-Encoding": coding}
    )
    envelope = answer.json()
    rows = pl.read_parquet(file).filter(pl.col("trade_date").dt.strftime("%Y%m%d") == "20240605")
    closes = dict(rows.select("code", "close").iter_rows())
    assert {code: row["close"] for code, row in envelope["data"].items()} == closes
    assert (envelope["meta"]["complete"], envelope["meta"]["stale"]) == (True, False)
    again = published.get(
        "/stock/kline/day",
        params={"trade_date": "20240605"},
        headers={"If-None-Match": answer.headers["ETag"]},
    )
    assert (again.status_code, again.content) == (304, b"")


def test_a_mirror_holds_what_is_published(
    synthetic_cloud: LocalCloud, published: httpx.Client, file: Path, tmp_path: Path
) -> None:
    with Client(synthetic_cloud.url, *LOGIN.values()) as client:
        mirror = client.mirror(tmp_path)
        # What other tests have filled may still be on its way.
        wait_until(lambda: mirror.sync().held > 0 and not mirror.check())
        whole = tmp_path / "stock.daily/year=2024/part.parquet"
        assert whole.read_bytes() == file.read_bytes()
        year = pl.col("trade_date").dt.year() == 2024
        assert mirror.scan(DATASET).filter(year).collect().equals(pl.read_parquet(file))
        whole.write_bytes(whole.read_bytes()[:-1])
        assert [each.path for each in mirror.check()] == ["stock.daily/year=2024/part.parquet"]
        mirror.sync()
        assert whole.read_bytes() == file.read_bytes()


def test_changes_are_told_once(published: httpx.Client) -> None:
    found = ok(published.get("/changes"))["data"]
    mine = [item for item in found["items"] if item["dataset"] == DATASET]
    days = [item["day"] for item in mine if item["part"] == "2024"]
    assert len(days) == len(set(days)) >= 242
    assert ok(published.get("/changes", params={"since": found["cursor"]}))["data"]["items"] == []


def test_publishing_again_changes_nothing(
    synthetic_cloud: LocalCloud, published: httpx.Client
) -> None:
    before = parts(published)["2024"]
    body = {"dataset": DATASET, "year": "2024"}
    started = ok(published.post("/cache/publish", json=body))["data"]["execution"]
    wait_until(lambda: execution_status(synthetic_cloud, started) != "RUNNING")
    assert execution_status(synthetic_cloud, started) == "SUCCEEDED"
    assert parts(published)["2024"] == before


def execution_status(cloud: LocalCloud, name: str) -> str:
    """Return the status of an execution of the state machine that publishes."""
    machines = boto3.client(
        "stepfunctions",
        REGION,
        endpoint_url=(cloud.state / ENDPOINT).read_text(),
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )
    (machine,) = [
        each["stateMachineArn"]
        for each in machines.list_state_machines()["stateMachines"]
        if each["name"].endswith("-publish")
    ]
    execution = f"{machine.replace(':stateMachine:', ':execution:')}:{name}"
    return machines.describe_execution(executionArn=execution)["status"]


@pytest.mark.parametrize(
    ("path", "query", "field"),
    [
        ("/stock/kline/day", {"trade_date": "20240602"}, "trade_date"),
        ("/stock/kline/day", {"trade_date": "2024060"}, "trade_date"),
        ("/releases", {"dataset": "securities", **YEAR}, "dataset"),
        ("/exports", {"dataset": "stocks"}, "dataset"),
        ("/changes", {"since": "yesterday"}, "since"),
    ],
)
def test_bad_input_is_named(
    published: httpx.Client, path: str, query: dict[str, str], field: str
) -> None:
    answer = published.get(path, params=query)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, field)
