"""Adapters over an SDK that answers as it is told, and sessions over the stand-in."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from marketdata.sources.amazingdata.adapter import Adapter
from marketdata.sources.amazingdata.session import Session
from tests.support.standins import bundle, session
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


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Any]:
    """Give a function that starts a session over a stand-in with faults; ended after the test."""
    started: list[Session] = []

    def make(*faults: dict[str, Any], **options: Any) -> tuple[Session, Path]:
        path = bundle(tmp_path, *faults)
        started.append(session(path, **options))
        return started[-1], path

    yield make
    for each in started:
        each.close()
    # Nothing of a process is left: neither its folder nor itself.
    assert not list(tmp_path.glob("run-*"))
