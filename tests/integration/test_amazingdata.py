"""The upstream function with the vendor's SDK: bundle, account and bars, over the stand-in."""

import json
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from functions.upstream import app
from local.sdk_bundle import pack
from marketdata import deployment
from marketdata.aws.clients import client
from marketdata.aws.encryption import EncryptionKey
from marketdata.aws.writes import Write
from marketdata.blocks.block import BlockKey, unpack
from marketdata.blocks.dataset import Kind
from marketdata.blocks.days import days_of
from marketdata.blocks.store import BlockStore
from marketdata.catalog.catalog_store import CatalogStore
from marketdata.errors import UpstreamClosedError
from marketdata.kline.bars import BarDataset, parse_bars
from marketdata.sdk_configs.connection import ConnectionTest
from marketdata.sdk_configs.records import SdkConfigs
from marketdata.sources.source import BarRequest
from marketdata.sources.synthetic.source import SyntheticSource
from marketdata.tasks.outcomes import Outcomes
from tests.support.clocks import clock
from tests.support.cloud import Cloud
from tests.support.standins import TODAY, bundle, calls, fault

MARKET = SyntheticSource(clock("2025-11-21T20:00"), "17:00")
STOCKS = [
    each.code
    for each in MARKET.list_securities().securities
    if each.kind is Kind.STOCK and each.alive(TODAY, TODAY)
][:6]
DAYS = {"start": "20251020", "end": "20251121"}


@dataclass
class Function:
    """The deployed function, its cloud, and the bundle in the bucket."""

    cloud: Cloud
    folder: Path
    key: str
    bundles: int = 0

    @property
    def unpacked(self) -> Path:
        (path,) = (self.folder / "amazingdata").glob("bundle-*")
        return path

    @property
    def store(self) -> BlockStore:
        return BlockStore(self.cloud.market, self.cloud.bucket)

    def configure(self, password: str = "open sesame") -> int:
        account = {"username": "li", "host": "127.0.0.1", "port": 8600, "local_path": None}
        configs = SdkConfigs(self.cloud.control, EncryptionKey(self.key))
        return configs.create(password=password, is_default=True, name="x", **account).id

    def deliver(self, *faults: dict[str, Any]) -> None:
        """Put a bundle of the stand-in into the bucket."""
        self.bundles += 1
        site = bundle(self.folder / f"site-{self.bundles}", *faults)
        out = pack(site, self.folder / "sdk.zip", frozenset({"__pycache__"}))
        self.cloud.bucket.write("sdk/bundle.zip", out.read_bytes(), "application/zip")

    def ask(self, operation: str, **event: Any) -> dict[str, Any]:
        return app.handler({"operation": operation, **event}, None)

    def fetch(self, *codes: str, **event: Any) -> dict[str, Any]:
        return self.ask("fetch_bars", dataset="stock.daily", codes=codes, **DAYS, **event)

    def fetch_of_task(self, *codes: str, **batch: Any) -> dict[str, Any]:
        batch |= {"operation": "fetch_bars", "dataset": "stock.daily", "codes": codes, **DAYS}
        return app.handler({"batches": [batch]}, None)


@pytest.fixture
def function(cloud: Cloud, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Function]:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    key = client("kms").create_key()["KeyMetadata"]["Arn"]
    for name, value in {"UPSTREAM": "amazingdata", "KMS_KEY": key, "LOCAL_CLOUD": "true"}.items():
        monkeypatch.setenv(name, value)
    deployment.reset()
    yield Function(cloud, tmp_path, key)
    deployment.source().session.close()  # type: ignore[attr-defined]
    deployment.reset()


def test_what_is_not_set_up_is_named(function: Function) -> None:
    answer = function.ask("refresh_catalog")
    assert answer["error"] == "UpstreamSetupError"
    assert "sdk/bundle.zip" in answer["message"]
    function.deliver()
    answer = function.ask("refresh_catalog")
    assert answer["error"] == "UpstreamSetupError"
    assert "default SDK config" in answer["message"]


def test_bars_are_stored_as_the_market_has_them(function: Function) -> None:
    function.deliver()
    function.configure()
    listed = function.ask("refresh_catalog")
    assert listed["failed"] == {}
    catalog = CatalogStore(function.store, lambda: None).read()
    assert catalog is not None
    assert (catalog.source, len(catalog)) == ("amazingdata", listed["securities"])
    assert catalog.first_days["future.min1"] == "20100416"
    answer = function.fetch(*STOCKS)
    request = BarRequest(BarDataset.parse("stock.daily"), tuple(STOCKS), **DAYS)
    expected = MARKET.fetch_bars(request)
    assert answer["bars"] == len(expected.frame)
    assert (answer["failed"], answer["quarantined"]) == ({}, {})
    for code in STOCKS:
        key = BlockKey("stock.daily", code, "2025")
        block, text = unpack(key, function.store.read([key])[key])
        rows = expected.frame[expected.frame["code"] == code].drop(columns="code")
        assert list(parse_bars(text)) == [
            row | {"volume": int(row["volume"])} for row in rows.to_dict("records")
        ]
        assert set(days_of("2025", block.coverage.suspended)) == set(expected.halted.get(code, ()))
    assert function.fetch(*STOCKS)["blocks"] == 0
    assert calls(function.unpacked, "login") == 1


def test_a_new_bundle_is_taken_up_and_a_bad_list_told(function: Function) -> None:
    function.deliver()
    function.configure()
    listed = function.ask("refresh_catalog")
    function.deliver(fault("get_code_list", "few"))
    again = function.ask("refresh_catalog")
    assert again["failed"].keys() == {"EXTRA_STOCK_A", "EXTRA_ETF", "EXTRA_INDEX_A"}
    assert "is kept" in again["failed"]["EXTRA_STOCK_A"]
    assert again["securities"] == listed["securities"]


@pytest.mark.parametrize(
    ("name", "reason", "count"), [("lots", "wrong_unit", 2), ("shift", "shifted", 2)]
)
def test_what_cannot_be_right_is_set_aside(
    function: Function, name: str, reason: str, count: int
) -> None:
    function.deliver(fault("query_kline", name))
    function.configure()
    answer = function.fetch(*STOCKS[:2])
    assert len(answer["quarantined"]) == count
    for code, reasons in answer["quarantined"].items():
        assert reasons.keys() == {reason}
        (key,) = function.cloud.bucket.keys(f"quarantine/stock.daily/{code}/")
        bars = json.loads(function.cloud.bucket.read(key))
        assert len(bars) == reasons[reason]


def test_errors_travel_by_name_and_are_recorded(function: Function) -> None:
    function.deliver(fault("query_kline", "quota", 1, 3), fault("query_kline", "hours", 2, 4))
    function.configure()
    function.ask("refresh_catalog")
    assert function.fetch(*STOCKS)["error"] == "UpstreamQuotaError"
    assert function.fetch(*STOCKS)["error"] == "UpstreamClosedError"
    function.cloud.control.write(
        Write("tasks", f"{1:010d}", put={"attempt": 1, "status": "running"})
    )
    batch = {"task_id": 1, "attempt": 1, "batch": 1, "work": 5, "closing": 6}
    nothing_left: dict[str, Any] = {"left": 0, "batches": [], "pause": 0}
    assert function.fetch_of_task(*STOCKS, **batch) == nothing_left
    outcome = Outcomes(function.cloud.control).read(1)[1]
    assert "(-82)" in outcome["error"]
    with pytest.raises(UpstreamClosedError, match="-88"):
        function.fetch_of_task(*STOCKS, **batch | {"batch": 2})


def test_a_config_is_tested_by_logging_in(function: Function) -> None:
    function.deliver()
    good, bad = function.configure(), function.configure("wrong horse")
    connections = deployment.upstream_server().connections
    assert isinstance(connections, ConnectionTest)
    assert connections.login is not None
    object.__setattr__(connections, "connect", lambda *_: None)
    assert function.ask("test_connection", config_id=good)["message"] == "connected and logged in"
    answer = function.ask("test_connection", config_id=bad)
    assert (answer["success"], "-74" in answer["message"]) == (False, True)
    assert "wrong horse" not in str(answer)
