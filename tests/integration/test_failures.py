"""What fails for good is all that fails; it is said, and done by a retry."""

from collections.abc import Callable
from typing import Any

import pytest

from marketdata.blocks.block import BlockKey
from marketdata.errors import UpstreamFaultError
from tests.integration.market import (
    CODES,
    DAYS,
    WEEKS,
    check_counters,
    check_filled,
    open_in_three_batches,
    put_bars,
    rows,
)
from tests.support.faults import BusyError, Event, Handler, Killed
from tests.support.service import Service

SECRET = "secret-7f3a"
"""Stands for a cause that nobody may see."""


@pytest.fixture(autouse=True)
def market(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    open_in_three_batches(service, monkeypatch)


def stored(service: Service) -> set[str]:
    """Name the codes of which any bars are stored."""
    keys = [BlockKey("stock.daily", code, "2020") for code in CODES]
    return {key.code for key, block in service.blocks.read(keys).items() if block.rows}


def refuse(code: str, error: Exception) -> Callable[[Handler, Event], Any]:
    """Make a fault: the source has nothing but an error for whatever asks for a code."""

    def fault(handle: Handler, event: Event) -> Any:
        if any(code in batch["codes"] for batch in event.get("batches", ())):
            raise error
        return handle(event)

    return fault


def test_a_batch_that_fails_for_good_is_all_that_fails(service: Service) -> None:
    service.faults["upstream"] = refuse("600000.SH", UpstreamFaultError("no such table"))
    task = service.run("fill-missing", **WEEKS)
    assert (task["status"], task["progress"]) == ("completed", 100)
    assert (task["success_count"], task["error_count"]) == (4, 2)
    assert (task["batch_count"], task["batches_done"], task["bar_count"]) == (3, 3, 4 * len(DAYS))
    assert task["error_message"] == (
        "2 of 6 codes have errors: 600000.SH: no such table; 600004.SH: no such table"
    )
    result = service.result(task["id"])
    assert result["errors"] == dict.fromkeys(("600000.SH", "600004.SH"), "no such table")
    assert result["failed_batches"] == [
        {
            "batch": 2,
            "start": "20200102",
            "end": "20200110",
            "codes": ["600000.SH", "600004.SH"],
            "error": "no such table",
            "key": "upstream_unusable",
            "params": {},
        }
    ]
    assert stored(service) == {*CODES} - {"600000.SH", "600004.SH"}

    service.faults.clear()
    service.invocations.clear()
    again = service.post("/cache/tasks/{task_id}/retry", task_id=task["id"])["task"]
    assert (again["id"], again["status"], again["attempt"]) == (task["id"], "pending", 2)
    check_counters(service.wait(task["id"]), batches=3)
    assert [event["batch"] for event in service.calls("upstream")] == [2]
    assert service.result(task["id"])["failed_batches"] == []
    check_filled(service)


def test_a_fault_that_may_pass_is_tried_again(service: Service) -> None:
    failures = iter([KeyError(SECRET), OSError(SECRET), Killed()])

    def recovers(handle: Handler, event: Event) -> Any:
        for failure in failures:
            raise failure
        return handle(event)

    service.faults["upstream"] = recovers
    check_counters(service.run("fill-missing", **WEEKS), batches=3)
    check_filled(service)


def test_nothing_of_a_strange_error_is_shown(service: Service) -> None:
    service.faults["upstream"] = refuse("600000.SH", KeyError(SECRET))
    task = service.run("fill-missing", **WEEKS)
    assert task["error_count"] == 2
    assert "600000.SH: internal error: KeyError" in task["error_message"]
    shown = [task, service.result(task["id"]), service.call("GET", "/cache/tasks")]
    assert SECRET not in str(shown)
    assert "Traceback" not in str(shown)
    assert ".py" not in str(shown)


def test_a_code_that_fails_alone(service: Service) -> None:
    service.put_file("stock/daily/600000.SH.csv", "trade_date,open\n20200102,ten\n")
    task = service.run("fill-missing", **WEEKS)
    assert (task["status"], task["success_count"], task["error_count"]) == ("completed", 5, 1)
    assert task["error_message"].startswith("1 of 6 codes have errors: 600000.SH: ")
    assert service.result(task["id"])["failed_batches"] == []
    assert stored(service) == {*CODES} - {"600000.SH"}

    put_bars(service, "600000.SH", rows("600000.SH"))
    service.invocations.clear()
    service.post("/cache/tasks/{task_id}/retry", task_id=task["id"])
    check_counters(service.wait(task["id"]), batches=3)
    assert [event["batch"] for event in service.calls("upstream")] == [2]
    check_filled(service)


def test_bad_bars_are_counted_once_and_never_read(service: Service) -> None:
    good = rows("600000.SH")
    bad = [bar | {"high": 1.0} if bar["trade_date"] == "20200106" else bar for bar in good]
    put_bars(service, "600000.SH", bad)
    task = service.run("fill-missing", **WEEKS)
    assert (task["success_count"], task["error_count"], task["quarantined_count"]) == (5, 1, 1)
    assert "600000.SH: bars in quarantine: 1 " in task["error_message"]
    found, meta = service.rows("/stock/kline", "600000.SH", "20200101", "20200110")
    assert found == [bar for bar in good if bar["trade_date"] != "20200106"]
    assert meta["missing"] == {"600000.SH": [["20200106", "20200106"]]}

    service.post("/cache/tasks/{task_id}/retry", task_id=task["id"])
    again = service.wait(task["id"])
    assert (again["success_count"], again["error_count"], again["quarantined_count"]) == (5, 1, 1)
    assert again["bar_count"] == len(CODES) * len(DAYS) - 1

    put_bars(service, "600000.SH", good)
    service.post("/cache/tasks/{task_id}/retry", task_id=task["id"])
    healed = service.wait(task["id"])
    check_counters(healed, batches=3)
    assert healed["quarantined_count"] == 0
    check_filled(service)


def test_a_task_of_which_nothing_could_be_done_has_failed(service: Service) -> None:
    def down(_handle: Handler, _event: Event) -> Any:
        raise UpstreamFaultError("the source is closed")

    service.faults["upstream"] = down
    task = service.run("fill-missing", **WEEKS)
    assert (task["status"], task["success_count"], task["error_count"]) == ("failed", 0, 6)
    assert "the source is closed" in task["error_message"]
    service.faults.clear()
    service.post("/cache/tasks/{task_id}/retry", task_id=task["id"])
    check_counters(service.wait(task["id"]), batches=3)
    check_filled(service)


def test_a_busy_source_is_waited_for(service: Service) -> None:
    refusals = iter([BusyError()] * 60)

    def busy(handle: Handler, event: Event) -> Any:
        if "batches" in event:
            for refusal in refusals:
                raise refusal
        return handle(event)

    service.faults["upstream"] = busy
    check_counters(service.run("fill-missing", **WEEKS), batches=3)
    assert len(service.naps) == 60
    check_filled(service)


def test_a_source_that_stays_busy_is_given_up(service: Service) -> None:
    def busy(handle: Handler, event: Event) -> Any:
        if event["batches"][0]["batch"] == 2:
            raise BusyError
        return handle(event)

    service.redefine('"MaxAttempts": 5000', '"MaxAttempts": 5')
    service.faults["upstream"] = busy
    task = service.run("fill-missing", **WEEKS)
    assert (task["status"], task["success_count"], task["error_count"]) == ("completed", 4, 2)
    assert "600000.SH: the source was busy with other calls all the time" in task["error_message"]


def test_a_finish_that_fails_for_good(service: Service) -> None:
    def fails(handle: Handler, event: Event) -> Any:
        if event["operation"] == "finish":
            raise OSError(SECRET)
        return handle(event)

    service.faults["finish_task"] = fails
    task = service.run("fill-missing", **WEEKS)
    assert (task["status"], task["error_message"]) == ("failed", "internal error: OSError")
    assert (task["success_count"], task["batches_done"]) == (6, 3)
    assert stored(service) == {*CODES}

    service.faults.clear()
    service.invocations.clear()
    service.post("/cache/tasks/{task_id}/retry", task_id=task["id"])
    check_counters(service.wait(task["id"]), batches=3)
    assert service.calls("upstream") == []
    check_filled(service)


def test_a_finish_that_fails_once(service: Service) -> None:
    failures = iter([OSError(SECRET)])

    def fails_once(handle: Handler, event: Event) -> Any:
        for failure in failures:
            raise failure
        return handle(event)

    service.faults["finish_task"] = fails_once
    check_counters(service.run("fill-missing", **WEEKS), batches=3)
    check_filled(service)


def test_a_detect_that_fails(service: Service) -> None:
    def fails(_handle: Handler, _event: Event) -> Any:
        raise ZeroDivisionError(SECRET)

    service.faults["detect_missing"] = fails
    found = service.post("/cache/detect-all-missing", WEEKS)
    assert (found["status"], found["total_count"], found["missing_codes"]) == ("failed", 6, [])
    assert found["error_message"] == "internal error: ZeroDivisionError"

    service.faults.clear()
    service.post("/cache/tasks/{task_id}/retry", task_id=found["task_id"])
    task = service.wait(found["task_id"])
    assert (task["status"], task["missing_count"], task["batches_done"]) == ("completed", 6, 1)
    assert service.result(task["id"])["missing"]["600000.SH"] == [["20200102", "20200110"]]
