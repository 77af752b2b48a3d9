"""What several files on moto share."""

import threading
from collections.abc import Callable

import pytest

from marketdata.aws.tables import Table
from tests.support.cloud import Cloud


@pytest.fixture
def atomic(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    """Write as DynamoDB does: moto looks at a condition and writes in two steps."""
    lock = threading.Lock()

    def locked[**P, T](write: Callable[P, T]) -> Callable[P, T]:
        def wait_and_write(*args: P.args, **options: P.kwargs) -> T:
            with lock:
                return write(*args, **options)

        return wait_and_write

    monkeypatch.setattr(Table, "write", locked(Table.write))
    monkeypatch.setattr(Table, "transact", locked(Table.transact))


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have no read wait for a busy source; it would for twenty seconds."""
    monkeypatch.setattr("marketdata.upstream.client.LEAST_SECONDS", 60.0)
