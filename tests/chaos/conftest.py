"""The service over the vendor's SDK, whose calls may take little time."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from marketdata import deployment
from marketdata.aws.clients import client
from marketdata.sources.amazingdata import vendor as vendors
from marketdata.sources.child.limits import Limits
from marketdata.tasks import batching
from tests.chaos.vendor import CODES, Vendor
from tests.support.service import Service

BATCHES = 3
HANG_SECONDS = 4.0


@pytest.fixture
def vendor(service: Service, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Vendor]:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(batching, "CODES_A_BATCH", -(-len(CODES) // BATCHES))
    monkeypatch.setattr(vendors, "LIMITS", Limits(load=60, login=20, call=HANG_SECONDS))
    key = client("kms").create_key()["KeyMetadata"]["Arn"]
    for name, value in {"UPSTREAM": "amazingdata", "KMS_KEY": key, "LOCAL_CLOUD": "true"}.items():
        monkeypatch.setenv(name, value)
    deployment.reset()
    made = Vendor(service, tmp_path)
    made.configure(key)
    yield made
    made.close()
    assert not made.kept(), "a process of the SDK left its folder"
