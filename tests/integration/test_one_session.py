"""One session for everybody: never two at once, reads in time, and nobody starves."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any

import pytest

from marketdata import deployment
from marketdata.aws import workflows
from marketdata.catalog.calendar import trading_days
from marketdata.kline.gaps import DEADLINE
from marketdata.lease import state
from marketdata.tasks import batching, plan
from tests.support.copies import Copies, make_copies
from tests.support.emulation import join
from tests.support.faults import wait_until
from tests.support.service import Service

BACKFILL = {"security_type": "stock", "start_date": "20220101", "end_date": "20241231"}
OTHER = BACKFILL | {"start_date": "20190101", "end_date": "20211231"}


@pytest.fixture(params=[None, 1], ids=["the lease alone", "reserved concurrency"])
def copies(
    request: pytest.FixtureRequest, service: Service, monkeypatch: pytest.MonkeyPatch
) -> Copies:
    monkeypatch.setenv("UPSTREAM", "synthetic")
    monkeypatch.setattr(batching, "CODES_A_BATCH", 20)
    monkeypatch.setattr(plan, "BATCHES_A_TURN", 1)
    deployment.reset()
    made = make_copies(monkeypatch, request.param)
    service.faults["upstream"] = made.serve
    return made


@pytest.fixture
def codes(service: Service, copies: Copies) -> list[str]:
    """Have the catalog fetched, and give stocks that were listed all the time."""
    query = {"security_type": "EXTRA_STOCK_A"}
    service.call("GET", "/base/codes", query=query)
    found = [
        each.code
        for each in deployment.catalog().securities()
        if each.kind == "stock" and each.alive("20190101", "20241231")
    ]
    assert len(found) > 150
    return found


def read_while(service: Service, codes: list[str], count: int) -> list[tuple[float, Any]]:
    """Read uncached bars, each of another code, at once; give how long each took, and `meta`."""

    def read(code: str) -> tuple[float, Any]:
        began = deployment.now()
        _, meta = service.rows("/stock/kline", code, "20180601", "20180629")
        return (deployment.now() - began).total_seconds(), meta

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(read, codes[:count]))


def runs_of(copies: Copies) -> list[str]:
    """Give for what the source was called, with repetitions in a row left out."""
    works = [work for _, work in copies.served]
    return [works[0], *(after for before, after in pairwise(works) if after != before)]


def test_reads_a_schedule_and_two_backfills_share_one_session(
    service: Service, copies: Copies, codes: list[str]
) -> None:
    first = service.start("fill-missing", **BACKFILL, codes=codes[:60])
    wait_until(lambda: bool(copies.served))
    second = service.start("fill-missing", **OTHER, codes=codes[:60])
    workflows.start_execution(
        deployment.settings().fill_machine, "schedule-stock", {"schedule": "stock"}
    )
    wait_until(lambda: "task 3" in {work for _, work in copies.served})
    for took, meta in read_while(service, codes, 6):
        assert took < DEADLINE
        assert (meta["complete"], meta["source"], meta["warnings"]) == (True, "upstream", [])
    join()
    for task_id in (first, second, 3):
        task = service.task(task_id)
        assert (task["status"], task["error_count"]) == ("completed", 0), task
        assert task["batches_done"] == task["batch_count"] > 2
    assert copies.most == 1
    works = [work for _, work in copies.served]
    last = {work: at for at, work in enumerate(works)}
    assert last["fetch_bars"] < last["task 3"] < min(last["task 1"], last["task 2"])
    # The two backfills took turns.
    assert runs_of(copies).count("task 2") > 1


def test_a_waiting_read_is_let_in_between_two_batches(
    service: Service, copies: Copies, codes: list[str]
) -> None:
    task = service.start("fill-missing", **BACKFILL, codes=codes[:60])
    wait_until(lambda: bool(copies.served))
    ((took, meta),) = read_while(service, codes, 1)
    assert meta["complete"]
    assert took < 5
    assert runs_of(copies)[:2] == ["task 1", "fetch_bars"]
    join()
    assert service.task(task)["status"] == "completed"
    assert runs_of(copies) == ["task 1", "fetch_bars", "task 1"]


def test_a_stream_of_reads_does_not_starve_a_backfill(
    service: Service, copies: Copies, codes: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(state, "PATIENCE", 1)
    over = threading.Event()
    days = trading_days("SH", "20150101", "20181231")

    def keep_reading(lane: int) -> None:
        for day in days[lane::4]:
            if over.is_set():
                break
            service.rows("/stock/kline", codes[0], day, day)

    with ThreadPoolExecutor(4) as pool:
        lanes = [pool.submit(keep_reading, lane) for lane in range(4)]
        try:
            wait_until(lambda: bool(copies.served))
            # Several batches: on a busy machine two may meet a moment without a read.
            task = service.start("fill-missing", **BACKFILL, codes=codes[:140])
            wait_until(lambda: service.task(task)["status"] == "completed")
        finally:
            over.set()
        for lane in lanes:
            lane.result()
    join()
    assert copies.most == 1
    assert service.task(task)["error_count"] == 0
    # Its batches came one by one, between reads.
    assert runs_of(copies).count("task 1") > 2


def test_who_has_the_session_and_who_waits_is_shown(
    service: Service, copies: Copies, codes: list[str]
) -> None:
    def status() -> Any:
        return service.call("GET", "/status")[1]["data"]

    def seen(condition: Callable[[Any], bool]) -> None:
        wait_until(lambda: condition(status()))

    first = service.start("fill-missing", **BACKFILL, codes=codes[:60])
    seen(lambda now: now["sessions"][0]["work"] == "task 1" and now["sessions"][0]["held"])
    service.start("fill-missing", **OTHER, codes=codes[:60])
    seen(lambda now: "task 2" in [each["name"] for each in now["waiting"]])
    service.wait(first)
    found = status()
    assert found["upstream"] == "synthetic"
    (session,) = found["sessions"]
    assert (session["held"], session["until"], found["waiting"]) == (False, None, [])
