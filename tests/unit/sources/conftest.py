"""Sessions over the stand-in for the vendor's SDK."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from marketdata.sources.child.session import Session
from tests.support.standins import bundle, session


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
