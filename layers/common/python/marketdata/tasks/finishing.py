"""The finish step: how a batch failed, how a task ended."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from marketdata.errors import NotFoundError
from marketdata.tasks.detecting import summary
from marketdata.tasks.outcomes import BatchOutcome
from marketdata.tasks.planning import WorkItem, WorkLists
from marketdata.tasks.records import TaskRecords
from marketdata.tasks.task import Status, Task, TaskKind

NAMED = 5
"""How many codes or errors a message names."""


@dataclass(frozen=True, slots=True)
class Finisher:
    """Ends batches and tasks.

    Parameters
    ----------
    records : TaskRecords
        The tasks.
    results : WorkLists
        Where work lists are and results go.
    """

    records: TaskRecords
    results: WorkLists

    def fail_batch(self, item: WorkItem, error: Mapping[str, str]) -> None:
        """Note that a batch failed for good; the rest of the task goes on.

        Parameters
        ----------
        item : dict
            The batch.
        error : mapping
            `Error` and `Cause`, as Step Functions gives them.
        """
        outcome = BatchOutcome(
            batch=item["batch"], work=item["work"], closing=item["closing"], error=reason(error)
        )
        self.records.outcomes.record(item["task_id"], item["attempt"], outcome)

    def fail(self, execution: str, state: Mapping[str, Any]) -> None:
        """End a task whose plan or machine failed.

        Parameters
        ----------
        execution : str
            The execution's ARN; it names the task of a schedule.
        state : mapping
            What the machine held when it failed, with its `error`.
        """
        known = state.get("task_id")
        task = self.records.load(known) if known else self.records.running(execution)
        if task:
            self.records.end(task, Status.FAILED, reason(state["error"]))

    def finish(self, task_id: int) -> None:
        """End a task whose work has been gone through; a task that was cancelled stays so."""
        task = self.records.load(task_id)
        if task.status.ended:
            return
        if task.kind is TaskKind.DETECT:
            self._finish_detect(task)
        else:
            self._finish_fill(task)

    def _finish_detect(self, task: Task) -> None:
        result = summary(task, self.results, task.batch_count)
        self.results.write_json(_result_key(task), result)
        errors = result["error_count"]
        self.records.end(
            task,
            Status.COMPLETED,
            f"{errors} stored blocks contradict themselves" if errors else "",
            success_count=result["complete_count"],
            missing_count=result["missing_count"],
            error_count=errors,
        )

    def _finish_fill(self, task: Task) -> None:
        work = self._work(task)
        outcomes = self.records.outcomes.read(task.id)
        undone = {item["batch"]: why for item in work if (why := _why_undone(item, outcomes))}
        errors = _errors([item for item in work if item["batch"] in undone], undone, outcomes)
        quarantined = {
            code: bars for each in outcomes.values() for code, bars in each["quarantined"].items()
        }
        result = {
            "task_id": task.id,
            "total_count": task.total_count,
            "missing_count": task.missing_count,
            "success_count": task.total_count - len(errors),
            "error_count": len(errors),
            "bar_count": sum(each["bars"] for each in outcomes.values()),
            "upstream_calls": sum(each["calls"] for each in outcomes.values()),
            "errors": errors,
            "quarantined": quarantined,
            "failed_batches": [
                {name: item.get(name) for name in ("batch", "start", "end", "codes")}
                | {"error": undone[item["batch"]]}
                for item in work
                if item["batch"] in undone
            ],
        }
        self.results.write_json(_result_key(task), result)
        nothing_done = bool(work) and len(undone) == len(work)
        self.records.end(
            task,
            Status.FAILED if nothing_done else Status.COMPLETED,
            _message(errors, task),
            success_count=result["success_count"],
            error_count=len(errors),
            bar_count=result["bar_count"],
            upstream_calls=result["upstream_calls"],
        )

    def _work(self, task: Task) -> list[WorkItem]:
        try:
            work: list[WorkItem] = self.results.read_json(f"tasks/{task.id}/plan.json")
        except NotFoundError:
            return []
        return work


def reason(error: Mapping[str, str]) -> str:
    """Say in words why a step failed: our own errors' text, and of others no more than the name."""
    name = error.get("Error", "")
    try:
        cause = orjson.loads(error.get("Cause", ""))
        name, text = cause["errorType"], cause["errorMessage"]
    except (orjson.JSONDecodeError, KeyError, TypeError):
        text = ""
    own = name.startswith("Upstream") or name.endswith(("ConflictError", "CorruptError"))
    return f"{name}: {text}" if own and text else name or "unknown error"


def _why_undone(item: WorkItem, outcomes: Mapping[int, Mapping[str, Any]]) -> str:
    """Say why nothing of a batch was done; empty where at least some of it was."""
    outcome = outcomes.get(item["batch"])
    return str(outcome["error"]) if outcome else "not reached"


def _errors(
    items: list[WorkItem],
    undone: Mapping[int, str],
    outcomes: Mapping[int, Mapping[str, Any]],
) -> dict[str, str]:
    """Give for each code with an error what it was."""
    errors: dict[str, str] = {}
    for item in items:
        errors |= dict.fromkeys(item.get("codes", ["catalog"]), undone[item["batch"]])
    for outcome in outcomes.values():
        errors |= {
            code: f"bars in quarantine: {', '.join(f'{n} {why}' for why, n in bars.items())}"
            for code, bars in outcome["quarantined"].items()
        }
        errors |= outcome["failed"]
    return dict(sorted(errors.items()))


def _message(errors: Mapping[str, str], task: Task) -> str:
    if not errors:
        return ""
    named = "; ".join(f"{code}: {why}" for code, why in list(errors.items())[:NAMED])
    more = f"; and {len(errors) - NAMED} more" if len(errors) > NAMED else ""
    return f"{len(errors)} of {task.total_count} codes have errors: {named}{more}"


def _result_key(task: Task) -> str:
    return f"tasks/{task.id}/result.json"
