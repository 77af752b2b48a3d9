"""The commands overview and schedules."""

from typing import Any

from amazingdata_client.cli import exits

from tests.clients.conftest import Run
from tests.clients.document import CALLS
from tests.clients.scripted import ScriptedService, success


def example(call: str) -> Any:
    """Return the data of a call's example in the API's description."""
    answer = CALLS[call]["responses"]["200"]["content"]["application/json"]["example"]
    return answer["data"]


def with_dataset(**held: Any) -> Any:
    found = example("GET /status")
    (dataset,) = found["datasets"]
    return found | {"datasets": [dataset | {"held": dataset["held"] | held}]}


WHOLE = {"unconfirmed": 0, "missing": 0, "percent": 100.0, "missing_codes": 0, "newest_missing": 0}


def test_what_is_held_and_its_holes_are_shown(run: Run, scripted: ScriptedService) -> None:
    scripted.on("GET /status", success(example("GET /status")))
    found = run("overview")
    assert found.exit_code == 0
    header, row, *size = found.stdout.splitlines()
    assert header.split("\t")[0] == "dataset"
    assert row.split("\t")[:6] == ["stock.daily", "20240102", "20261127", "20261127", "99.99", "3"]
    text = "\n".join(size)
    assert "too many to count" in text
    assert "231000000" in text
    assert "not complete: stock.daily" in found.stderr
    assert run("overview", "--require-complete").exit_code == exits.INCOMPLETE
    assert '"never_counted"' not in run("overview", "--json").stdout


def test_a_whole_dataset_is_complete(run: Run, scripted: ScriptedService) -> None:
    scripted.on("GET /status", success(with_dataset(**WHOLE)))
    found = run("overview", "--require-complete")
    assert found.exit_code == 0
    assert "not complete" not in found.stderr


def test_a_day_that_nobody_has_counted_is_not_complete(run: Run, scripted: ScriptedService) -> None:
    scripted.on("GET /status", success(with_dataset(**WHOLE, until="20261126")))
    assert run("overview", "--require-complete").exit_code == exits.INCOMPLETE


def test_counts_that_no_longer_hold_are_not_complete(run: Run, scripted: ScriptedService) -> None:
    scripted.on("GET /status", success(with_dataset(**WHOLE, waiting=1)))
    assert run("overview", "--require-complete").exit_code == exits.INCOMPLETE


def test_what_was_never_counted_is_empty(run: Run, scripted: ScriptedService) -> None:
    found = example("GET /status")
    (dataset,) = found["datasets"]
    dataset = dataset | {"held": None, "unknown": "never_counted", "failed": 2}
    tasks = found["tasks"] | {"failed": 2}
    scripted.on("GET /status", success(found | {"datasets": [dataset], "tasks": tasks}))
    assert run("overview").exit_code == 0
    shown = run("overview", "--require-complete")
    assert shown.exit_code == exits.INCOMPLETE
    assert "nothing was counted yet" in shown.stderr
    assert shown.stdout.splitlines()[1].split("\t")[:3] == ["stock.daily", "", ""]
    assert "2 tasks went wrong in the last seven days" in shown.stderr


def test_one_that_was_never_counted_does_not_matter_beside_others(
    run: Run, scripted: ScriptedService
) -> None:
    found = with_dataset(**WHOLE)
    empty = found["datasets"][0] | {"dataset": "etf.min1", "held": None, "unknown": "never_counted"}
    both = found | {"datasets": [*found["datasets"], empty]}
    scripted.on("GET /status", success(both))
    assert run("overview", "--require-complete").exit_code == 0


def test_the_schedules(run: Run, scripted: ScriptedService) -> None:
    found = example("GET /cache/schedules")
    (item,) = found["items"]
    task = item["last_task"] | {"error_count": 2}
    never = item | {"name": "age", "last_run": None, "last_task": None, "next_run": None}
    scripted.on("GET /cache/schedules", success({"items": [item | {"last_task": task}, never]}))
    shown = run("schedules")
    assert shown.exit_code == 0
    _, stock, age = shown.stdout.splitlines()
    assert "7 completed, 2 errors" in stock
    assert "2026-11-30 17:10:00" in stock
    assert age.split("\t")[:5] == ["age", "true", "", "", ""]
    assert "cron(10 17 ? * MON-FRI *)" in run("schedules", "--json").stdout
