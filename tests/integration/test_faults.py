"""Faults lose nothing: whatever dies or is delivered twice, all is right in the end."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from marketdata.aws.tables import Table
from marketdata.aws.writes import Write
from marketdata.blocks.block import BlockKey
from marketdata.tasks.outcomes import Outcomes
from tests.integration.market import (
    CODES,
    WEEKS,
    check_counters,
    check_filled,
    open_in_three_batches,
    rows,
)
from tests.support.faults import Event, Handler, Killed
from tests.support.service import Service


@pytest.fixture(autouse=True)
def market(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    open_in_three_batches(service, monkeypatch)


def stored(service: Service) -> set[str]:
    """Name the codes of which anything is stored."""
    keys = [BlockKey("stock.daily", code, "2020") for code in CODES]
    return {key.code for key in service.blocks.read(keys)}


def test_killed_in_the_middle_of_a_batch(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    write = Table.write
    writes: list[str] = []
    dead = threading.Event()
    left: list[set[str]] = []

    def dies_at_the_fourth(table: Table, change: Write) -> Any:
        if change.pk.startswith("stock.daily#"):
            writes.append(change.pk)
            if len(writes) == 4:
                dead.set()
            if dead.is_set():
                raise Killed
        return write(table, change)

    def dies_once(handle: Handler, event: Event) -> Any:
        try:
            return handle(event)
        except Killed:
            left.append(stored(service))
            raise
        finally:
            dead.clear()

    monkeypatch.setattr(Table, "write", dies_at_the_fourth)
    service.faults["upstream"] = dies_once
    check_counters(service.run("fill-missing", **WEEKS), batches=3)
    assert [len(codes) for codes in left] == [3], "one batch and half of the next"
    assert [event["batch"] for event in service.calls("upstream")] == [1, 2, 2, 3]
    check_filled(service)


def test_killed_between_storing_and_recording(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = Outcomes.record
    kills: list[int] = []

    def dies_first(outcomes: Outcomes, task_id: int, attempt: int, outcome: Any) -> bool:
        if outcome.batch not in kills:
            kills.append(outcome.batch)
            raise Killed
        return record(outcomes, task_id, attempt, outcome)

    monkeypatch.setattr(Outcomes, "record", dies_first)
    check_counters(service.run("fill-missing", **WEEKS), batches=3)
    assert kills == [1, 2, 3]
    check_filled(service)


def test_every_batch_delivered_twice(service: Service) -> None:
    def twice(handle: Handler, event: Event) -> Any:
        handle(event)
        return handle(event)

    service.faults["upstream"] = twice
    check_counters(service.run("fill-missing", **WEEKS), batches=3)
    check_filled(service)


def test_a_batch_delivered_twice_at_once(service: Service) -> None:
    def twice(handle: Handler, event: Event) -> Any:
        with ThreadPoolExecutor(2) as pool:
            return next(iter(pool.map(handle, (event, event))))

    service.faults["upstream"] = twice
    check_counters(service.run("fill-missing", **WEEKS), batches=3)
    check_filled(service)


def test_two_fills_write_the_same_blocks_at_once(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = Table.write
    together = threading.Barrier(2, timeout=20)
    waited: set[tuple[int, str]] = set()

    def meet(table: Table, change: Write) -> Any:
        """Have both fills write a block that they read before either had written it."""
        if change.pk == "stock.daily#600000.SH" and len(waited) < 2:
            waited.add((threading.get_ident(), change.pk))
            together.wait()
        return write(table, change)

    monkeypatch.setattr(Table, "write", meet)
    early = service.start(
        "fill-missing", **WEEKS | {"end_date": "20200106", "codes": ["600000.SH"]}
    )
    late = service.start(
        "fill-missing", **WEEKS | {"start_date": "20200106", "codes": ["600000.SH"]}
    )
    for task_id, days in ((early, 3), (late, 5)):
        task = service.wait(task_id)
        assert (task["status"], task["success_count"], task["bar_count"]) == ("completed", 1, days)
    assert len(waited) == 2
    found, meta = service.rows("/stock/kline", "600000.SH", "20200101", "20200110")
    assert found == rows("600000.SH")
    assert meta["complete"]
