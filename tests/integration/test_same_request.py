"""The same request is one task while it runs."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.integration.market import (
    CODES,
    WEEKS,
    check_counters,
    check_filled,
    open_in_three_batches,
)
from tests.support.emulation import join
from tests.support.faults import Gate
from tests.support.service import Service


@pytest.fixture
def gate() -> Iterator[Gate]:
    with Gate() as made:
        yield made


@pytest.fixture(autouse=True)
def market(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    open_in_three_batches(service, monkeypatch)


def test_the_same_request_gives_the_same_task_while_it_runs(service: Service, gate: Gate) -> None:
    service.faults["upstream"] = gate
    first = service.start("fill-missing", **WEEKS)
    assert service.start("fill-missing", **WEEKS) == first
    assert service.start("fill-missing", **WEEKS, codes=["600000.SH"]) == first + 1
    assert service.start("fill-missing", **WEEKS, codes=["600000.SH", "600004.SH"]) == first + 2
    assert service.start("fill-missing", **WEEKS, codes=["600004.SH", "600000.SH"]) == first + 2
    assert service.start("cache-all-missing", **WEEKS) == first + 3
    gate.opened.set()
    check_counters(service.wait(first), batches=3)
    assert service.start("fill-missing", **WEEKS) == first + 4


def test_two_same_requests_at_once_make_one_task(service: Service, gate: Gate) -> None:
    service.faults["upstream"] = gate
    with ThreadPoolExecutor(4) as pool:
        started = list(pool.map(lambda _: service.start("fill-missing", **WEEKS), range(4)))
    assert set(started) == {1}
    assert len(service.calls("plan_task")) == 1
    gate.opened.set()
    check_counters(service.wait(1), batches=3)


def test_different_requests_at_once_make_a_task_each_without_a_gap(service: Service) -> None:
    with ThreadPoolExecutor(4) as pool:
        started = list(
            pool.map(lambda code: service.start("fill-missing", **WEEKS, codes=[code]), CODES)
        )
    join()
    assert sorted(started) == list(range(1, len(CODES) + 1))
    _, envelope = service.call("GET", "/cache/tasks")
    assert [task["id"] for task in envelope["data"]["items"]] == sorted(started, reverse=True)
    assert envelope["data"]["total"] == len(CODES)
    check_filled(service)
