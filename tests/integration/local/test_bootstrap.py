"""The files, the login and the first fill of a fresh stack."""

import socket
import threading
from collections.abc import Iterator
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any, Self, cast

import boto3  # noqa: TID251  (the local cloud is no part of the functions' code)
import httpx
import pytest
from moto import mock_aws

from local import bootstrap
from local.tools import LocalCloudError


@pytest.fixture
def data(tmp_path: Path) -> Path:
    stocks = tmp_path / "stock" / "daily"
    stocks.mkdir(parents=True)
    head = "trade_date,open,high,low,close,volume,amount\n"
    for code, last in {"600000.SH": 20250805, "600009.SH": 20240229, "000001.SZ": 20240205}.items():
        (stocks / f"{code}.csv").write_text(f"{head}20200102,1,1,1,1,1,\n{last},1,1,1,1,1,\n")
    (stocks / "600001.SH.csv").write_text(head)
    return tmp_path


@pytest.fixture
def bucket() -> Iterator[str]:
    with mock_aws():
        boto3.client("s3", "us-east-1").create_bucket(Bucket="market")
        yield "market"


def test_upload_copies_what_differs(data: Path, bucket: str) -> None:
    s3 = boto3.client("s3", "us-east-1")
    assert bootstrap.upload(s3, bucket, data) == 4
    assert bootstrap.upload(s3, bucket, data) == 0
    (data / "stock" / "daily" / "600000.SH.csv").write_text("changed")
    assert bootstrap.upload(s3, bucket, data) == 1
    stored = s3.get_object(Bucket=bucket, Key="imports/stock/daily/600000.SH.csv")
    assert stored["Body"].read() == b"changed"


def test_a_bundle_is_copied_when_it_differs(tmp_path: Path, bucket: str) -> None:
    s3 = boto3.client("s3", "us-east-1")
    site = tmp_path / "site"
    (site / "tgw/__pycache__").mkdir(parents=True)
    (site / "tgw/__init__.py").write_text("1")
    assert bootstrap.upload_bundle(s3, bucket, site)
    (site / "tgw/__pycache__/stale.pyc").write_bytes(b"2")
    assert not bootstrap.upload_bundle(s3, bucket, site)
    zipped = tmp_path / "sdk.zip"
    zipped.write_bytes(s3.get_object(Bucket=bucket, Key="sdk/bundle.zip")["Body"].read())
    assert not bootstrap.upload_bundle(s3, bucket, zipped)
    (site / "tgw/__init__.py").write_text("3")
    assert bootstrap.upload_bundle(s3, bucket, site)


def test_sample_is_of_the_month_most_files_end_in(data: Path) -> None:
    assert bootstrap.sample(data) == bootstrap.Sample("20240201", "20240229", "000001.SZ")


@pytest.mark.parametrize("folder", ["", "no/stocks"])
def test_sample_without_files_ends_today(tmp_path: Path, folder: str) -> None:
    sample = bootstrap.sample(tmp_path / folder if folder else None)
    length = date.fromisoformat(sample.end) - date.fromisoformat(sample.start)
    assert length.days == bootstrap.FIRST_FILL_DAYS
    assert sample.code is None


def test_set_admin_password() -> None:
    with mock_aws():
        secrets = boto3.client("secretsmanager", "us-east-1")
        arn = secrets.create_secret(Name="admin", SecretString="generated")["ARN"]
        bootstrap.set_admin_password(secrets, arn)
        stored = secrets.get_secret_value(SecretId=arn)["SecretString"]
    assert stored == '{"username": "admin", "password": "admin123"}'


class Functions:
    """Lambda's client, as far as processes are started with it."""

    def __init__(self, *names: str) -> None:
        self.names = names
        self.invoked: dict[str, dict[str, Any]] = {}

    def get_paginator(self, _operation: str) -> Self:
        return self

    def paginate(self) -> list[dict[str, Any]]:
        return [{"Functions": [{"FunctionName": name}]} for name in self.names]

    def invoke(self, **asked: Any) -> dict[str, Any]:
        self.invoked[asked.pop("FunctionName")] = asked
        if "Broken" in str(self.names):
            return {"FunctionError": "Unhandled", "Payload": BytesIO(b"no module named numpy")}
        return {"Payload": BytesIO(b"null")}


def test_the_functions_that_read_get_processes() -> None:
    read = [f"stack-{name}Function-1A" for name in bootstrap.READ_FUNCTIONS]
    functions = Functions(*read, "stack-UpstreamFunction-1A", "stack-AuthorizationFunction-1A")
    bootstrap.warm(cast("Any", functions))
    event = {"Qualifier": "live", "Payload": '{"start processes": 2}'}
    assert functions.invoked == dict.fromkeys(read, event)


def test_a_function_that_does_not_start_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    bootstrap.warm(cast("Any", Functions("stack-Broken-StockFunction-1A")))
    said = capsys.readouterr().out
    assert "stack-Broken-StockFunction-1A does not start: no module named numpy" in said


def test_the_template_has_the_functions_that_read(template: dict[str, Any]) -> None:
    for name in bootstrap.READ_FUNCTIONS:
        function = template["Resources"][f"{name}Function"]
        assert function["Properties"]["AutoPublishAlias"] == bootstrap.ALIAS


def answering(*answers: httpx.Response | Exception) -> httpx.MockTransport:
    left = iter(answers)

    def answer(_: httpx.Request) -> httpx.Response:
        given = next(left)
        if isinstance(given, Exception):
            raise given
        return given

    return httpx.MockTransport(answer)


def envelope(data: object, status: int = 200) -> httpx.Response:
    return httpx.Response(status, json={"code": status, "message": "", "data": data})


def test_log_in_waits_for_the_api(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)
    transport = answering(
        httpx.ConnectError("not yet"), envelope(None, 502), envelope({"access_token": "abc"})
    )
    with httpx.Client(base_url="http://api", transport=transport) as client:
        bootstrap.log_in(client)
        assert client.headers["Authorization"] == "Bearer abc"


def test_log_in_gives_up_where_the_password_is_wrong() -> None:
    transport = answering(envelope(None, 401))
    with (
        httpx.Client(base_url="http://api", transport=transport) as client,
        pytest.raises(LocalCloudError, match="401"),
    ):
        bootstrap.log_in(client)


def test_first_fill_watches_its_task(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)
    task = {"total_count": 300, "success_count": 0, "error_count": 0, "error_message": None}
    transport = answering(
        envelope({"task_id": 7}),
        envelope({"task": task | {"status": "running", "progress": 40.0}}),
        envelope({"task": task | {"status": "completed", "progress": 100.0, "success_count": 300}}),
    )
    with httpx.Client(base_url="http://api", transport=transport) as client:
        bootstrap.first_fill(client, bootstrap.Sample("20240201", "20240229"))
    assert "first fill completed: 300 of 300" in capsys.readouterr().out


def test_a_first_fill_that_fails_says_why(capsys: pytest.CaptureFixture[str]) -> None:
    why = "BaoStock: nothing is sent before 2026-11-30 23:10 in Shanghai"
    task = {"total_count": 300, "success_count": 200, "error_count": 6, "progress": 70.0}
    failed = {**task, "status": "failed", "error_message": why}
    transport = answering(envelope({"task_id": 7}), envelope({"task": failed}))
    with httpx.Client(base_url="http://api", transport=transport) as client:
        bootstrap.first_fill(client, bootstrap.Sample("20240201", "20240229"))
    assert f"first fill failed, 6 with errors: 200 of 300 done ({why})" in capsys.readouterr().out


def test_a_server_of_baostock_is_met_and_named(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"127.0.0.1:{server.getsockname()[1]}"
        bootstrap.meet_baostock(address)
        met, _ = server.accept()
        with met:
            assert met.recv(1) == b""
    assert f"the data comes from BaoStock ({address})" in capsys.readouterr().out


def test_without_a_server_of_baostock_the_service_goes_on() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(LocalCloudError, match=rf"127.0.0.1:{port} cannot be reached.*goes on with"):
        bootstrap.meet_baostock(f"127.0.0.1:{port}")


def test_a_name_that_nobody_looks_up_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Such as on a machine without internet, whose name servers do not answer."""
    over, asked = threading.Event(), []

    def create_connection(address: tuple[str, int], _timeout: float) -> None:
        asked.append(address)
        over.wait()
        raise TimeoutError

    monkeypatch.setattr("socket.create_connection", create_connection)
    monkeypatch.setattr(bootstrap, "REACH_SECONDS", 0.1)
    with pytest.raises(LocalCloudError, match=r"no answer in 0\.1 s"):
        bootstrap.meet_baostock("")
    over.set()
    assert asked == [("public-api.baostock.com", 10030)]


def test_an_error_of_the_api_is_shown() -> None:
    transport = answering(envelope(None, 500))
    with (
        httpx.Client(base_url="http://api", transport=transport) as client,
        pytest.raises(LocalCloudError, match="GET /cache/tasks: 500"),
    ):
        bootstrap.is_empty(client)
