"""The finish step: records the failure of a batch and the end of a task."""

import logging
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from marketdata.aws.metrics import put_metric
from marketdata.catalog.securities import Catalog
from marketdata.details import Detail
from marketdata.errors import (
    UPSTREAM_ERRORS,
    BlockCorruptError,
    CalendarEndedError,
    ConflictError,
    MarketDataError,
    UpstreamBusyError,
    UpstreamError,
    VersionConflictError,
)
from marketdata.tasks.batching import WorkItem
from marketdata.tasks.detect import summary
from marketdata.tasks.outcomes import BatchOutcome
from marketdata.tasks.records import TaskRecords
from marketdata.tasks.scope import not_covered
from marketdata.tasks.task import Status, Task, TaskKind, TaskObjects, plan_key, result_key
from marketdata.tasks.verify import verified

NAMED = 5
"""The number of codes with errors that a message names."""

OWN_ERRORS: dict[str, type[MarketDataError]] = {
    **UPSTREAM_ERRORS,
    **{
        error.__name__: error
        for error in (ConflictError, CalendarEndedError, VersionConflictError, BlockCorruptError)
    },
}
"""The service's own errors, whose text may be shown."""

PREFIXES = {
    VersionConflictError.__name__: "others kept writing the same block: ",
    BlockCorruptError.__name__: "a stored block cannot be read: ",
}
"""What stands before that text."""

_log = logging.getLogger(__name__)
TOO_LONG = Detail("took_too_long", "it took too long")
IN_WORDS = {
    "Lambda.TooManyRequestsException": Detail(
        UpstreamBusyError.key, "the source was busy with other calls all the time"
    ),
    "States.Timeout": TOO_LONG,
    "Sandbox.Timedout": TOO_LONG,
}
"""The meaning of AWS's errors in these steps."""


@dataclass(frozen=True, slots=True)
class Finisher:
    """The finish step for batches and tasks.

    Parameters
    ----------
    records : TaskRecords
        The tasks.
    objects : TaskObjects
        Where work lists are and results go.
    catalog : callable
        Returns the catalog, which knows what the source does not have.
    follow : callable
        Does the work that a task's bars entail before the task ends, and returns what to say of
        it, see `tasks.main_contracts.TaskMainContracts.follow`.
    survey : callable
        Counts anew what the cache holds of what a task was about, given the blocks that it has
        cleared, see `tasks.survey.Survey.follow`.
    publish : callable
        Starts publishing what has changed, given a name that starts it once only.
    """

    records: TaskRecords
    objects: TaskObjects
    catalog: Callable[[], Catalog]
    follow: Callable[[Task], Sequence[Detail]]
    survey: Callable[[Task, Sequence[Mapping[str, Any]]], None]
    publish: Callable[[str], object]

    def fail_batch(self, item: WorkItem, error: Mapping[str, str]) -> None:
        """Record that a batch has finally failed; the rest of the task goes on.

        Parameters
        ----------
        item : dict
            The batch.
        error : mapping
            `Error` and `Cause`, as Step Functions passes them.
        """
        outcome = BatchOutcome(
            batch=item["batch"], work=item["work"], closing=item["closing"], error=reason(error)
        )
        self.records.outcomes.record(item["task_id"], item["attempt"], outcome)

    def fail(self, execution: str, state: Mapping[str, Any]) -> None:
        """End a task whose plan step or state machine failed.

        Parameters
        ----------
        execution : str
            The execution's ARN, which identifies the task of a schedule.
        state : mapping
            The state machine's state when it failed, with its `error`.
        """
        known = state.get("task_id")
        task = self.records.load(known) if known else self.records.holder(execution)
        if task and task.attempt == state.get("attempt", 1):
            self._end(task, Status.FAILED, [reason(state["error"])])

    def finish(self, task_id: int, attempt: int) -> None:
        """End a task whose batches have all been taken; a cancelled task stays cancelled."""
        task = self.records.load(task_id)
        if task.status.ended or task.attempt != attempt:
            return
        if task.kind is TaskKind.VERIFY:
            self._finish_verify(task)
            return
        self._survey(task)
        if task.kind is TaskKind.DETECT:
            self._finish_detect(task)
        else:
            self._finish_fill(task)

    def _survey(self, task: Task, cleared: Sequence[Mapping[str, Any]] = ()) -> None:
        """Count what is stored now; a failure here does not fail the task."""
        try:
            self.survey(task, cleared)
        except Exception:  # noqa: BLE001
            _log.exception("task %s: what is stored was not counted", task.id)

    def _finish_detect(self, task: Task) -> None:
        result = summary(task, self.objects, task.batch_count)
        self.objects.write_json(result_key(task), result)
        errors = result["error_count"]
        self._end(
            task,
            Status.COMPLETED,
            [
                *not_covered(task.scope, self.catalog()),
                *([_contradictory(errors)] if errors else []),
                *self.follow(task),
            ],
            success_count=result["complete_count"],
            missing_count=result["missing_count"],
            error_count=errors,
        )

    def _finish_verify(self, task: Task) -> None:
        result, why = verified(task, self.objects, task.batch_count)
        self.objects.write_json(result_key(task), result)
        self._survey(task, result["damaged"])
        damaged, errors = result["damaged_count"], result["error_count"]
        counts = f"{damaged} of {result['block_count']} blocks were damaged and are cleared"
        cleared = Detail(
            "blocks_damaged",
            f"{counts}: fill what is missing",
            {"damaged": damaged, "total": result["block_count"]},
        )
        self._end(
            task,
            Status.FAILED if why else Status.COMPLETED,
            why or ([cleared] if damaged else []),
            total_count=result["total_count"],
            success_count=result["total_count"] - errors,
            error_count=errors,
        )

    def _finish_fill(self, task: Task) -> None:
        work: list[WorkItem] = self.objects.read_json(plan_key(task))
        outcomes = self.records.outcomes.read(task.id)
        undone = {item["batch"]: why for item in work if (why := _why_undone(item, outcomes))}
        failed = [item for item in work if item["batch"] in undone]
        errors = _errors(failed, undone, outcomes)
        quarantined = _quarantined(outcomes)
        notes, more = _notes(outcomes)
        counts = {
            "success_count": task.total_count - len(errors),
            "error_count": len(errors),
            "bar_count": sum(each["bars"] for each in outcomes.values()),
            "upstream_calls": sum(each["calls"] for each in outcomes.values()),
            "quarantined_count": sum(sum(bars.values()) for bars in quarantined.values()),
        }
        result = {
            "task_id": task.id,
            "total_count": task.total_count,
            "missing_count": task.missing_count,
            **counts,
            "errors": {code: why.message for code, why in errors.items()},
            "error_keys": {code: why.keyed() for code, why in errors.items()},
            "quarantined": quarantined,
            "failed_batches": [
                {name: item.get(name) for name in ("batch", "start", "end", "codes")}
                | {"error": undone[item["batch"]].message, **undone[item["batch"]].keyed()}
                for item in failed
            ],
            "notes": [*notes, f"and at least {more} more"] if more else notes,
        }
        self.objects.write_json(result_key(task), result)
        nothing_done = bool(work) and len(undone) == len(work)
        status = Status.FAILED if nothing_done else Status.COMPLETED
        details = [
            # A refresh of the catalog always has work.
            *([] if work else not_covered(task.scope, self.catalog())),
            *_failed(errors, task),
            *_remarks(len(notes) + more),
            *self.follow(task),
        ]
        # Before the end, so that Step Functions' next try of this step starts it if this one fails.
        if not (nothing_done or task.scope.dataset.intraday):
            self.publish(f"task-{task.id}-{task.attempt}")
        self._end(task, status, details, **counts)

    def _end(self, task: Task, status: Status, details: Sequence[Detail], **counts: int) -> None:
        """End a task, and count it for the alarms if it did not end well."""
        if not self.records.end(task, status, details, **counts):
            return
        if status is Status.FAILED:
            put_metric("TasksFailed", 1)
        elif counts.get("error_count"):
            put_metric("TasksCompletedWithErrors", 1)


def reason(error: Mapping[str, str]) -> Detail:
    """Return why a step failed: the text of our own errors, only the name of others.

    Parameters
    ----------
    error : mapping
        `Error` and `Cause`, as Step Functions passes them; the cause of a function's error is
        JSON with its `errorType`, `errorMessage` and stack trace.
    """
    name, text = error.get("Error", ""), ""
    try:
        cause = orjson.loads(error.get("Cause", ""))
        name, text = cause["errorType"], cause["errorMessage"]
    except (orjson.JSONDecodeError, KeyError, TypeError):
        pass
    if own := OWN_ERRORS.get(name):
        return Detail(own.key, f"{PREFIXES.get(name, '')}{text or name}")
    return IN_WORDS.get(name) or Detail(MarketDataError.key, f"internal error: {name or 'unknown'}")


def _why_undone(item: WorkItem, outcomes: Mapping[int, Mapping[str, Any]]) -> Detail | None:
    """Return why nothing of a batch was done; None if at least some of it was."""
    outcome = outcomes.get(item["batch"])
    if outcome is None:
        return Detail("not_reached", "it was not reached")
    if not outcome["error"]:
        return None
    # A record of before errors had keys has none.
    keyed = outcome.get("error_key") or {"key": UpstreamError.key, "params": {}}
    return Detail(message=str(outcome["error"]), **keyed)


def _errors(
    failed: Sequence[WorkItem],
    undone: Mapping[int, Detail],
    outcomes: Mapping[int, Mapping[str, Any]],
) -> dict[str, Detail]:
    """Return the error of each code that has one."""
    errors: dict[str, Detail] = {}
    for code, bars in _quarantined(outcomes).items():
        said = f"bars in quarantine: {', '.join(f'{n} {why}' for why, n in bars.items())}"
        errors[code] = Detail("rows_set_aside", said)
    for outcome in outcomes.values():
        errors |= {code: Detail("source_failed", why) for code, why in outcome["failed"].items()}
    for item in failed:
        errors |= dict.fromkeys(item.get("codes", ["catalog"]), undone[item["batch"]])
    return dict(sorted(errors.items()))


def _quarantined(outcomes: Mapping[int, Mapping[str, Any]]) -> dict[str, dict[str, int]]:
    """Sum the bad bars of each code by reason; a code may be in several batches."""
    counts: dict[str, Counter[str]] = {}
    for outcome in outcomes.values():
        for code, bars in outcome["quarantined"].items():
            counts.setdefault(code, Counter()).update(bars)
    return {code: dict(bars) for code, bars in sorted(counts.items())}


def _notes(outcomes: Mapping[int, Mapping[str, Any]]) -> tuple[list[str], int]:
    """Return all notes without repetition, and how many more there are at least."""
    # Records of a task that began before notes were kept have none.
    kept = [note for each in outcomes.values() for note in each.get("notes", ())]
    # What batches did not keep may be the same as well, so the most of one of them is certain.
    more = max((int(each.get("more_notes", 0)) for each in outcomes.values()), default=0)
    return list(dict.fromkeys(kept)), more


def _remarks(count: int) -> list[Detail]:
    remarks = "1 remark" if count == 1 else f"{count} remarks"
    return [Detail("remarks", f"{remarks}: see the result", {"count": count})] if count else []


def _contradictory(blocks: int) -> Detail:
    said = f"{blocks} stored blocks contradict themselves"
    return Detail("blocks_contradict", said, {"count": blocks})


def _failed(errors: Mapping[str, Detail], task: Task) -> list[Detail]:
    if not errors:
        return []
    named = "; ".join(f"{code}: {why.message}" for code, why in list(errors.items())[:NAMED])
    more = f"; and {len(errors) - NAMED} more" if len(errors) > NAMED else ""
    said = f"{len(errors)} of {task.total_count} codes have errors: {named}{more}"
    return [Detail("codes_failed", said, {"failed": len(errors), "total": task.total_count})]
