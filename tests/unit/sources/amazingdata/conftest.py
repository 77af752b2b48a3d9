"""Adapters over an SDK that answers as it is told."""

import sys
from pathlib import Path
from typing import Any

import pytest

from marketdata.sources.amazingdata.adapter import Adapter
from tests.unit.sources.amazingdata.fake_sdk import Printed, Sdk


@pytest.fixture
def sdk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Give a function that makes an adapter over an SDK with some answers."""

    def make(**answers: Any) -> tuple[Adapter, Sdk]:
        printed = Printed()
        fake = Sdk(printed, **answers)
        monkeypatch.setitem(sys.modules, "AmazingData", fake)
        adapter = Adapter(tmp_path, printed)
        adapter.load()
        return adapter, fake

    return make
