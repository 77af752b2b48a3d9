"""The outcomes of a task's batches: one record per batch, counted once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from marketdata.aws.items import Item
from marketdata.aws.tables import Table
from marketdata.aws.writes import ConditionFailedError, Write
from marketdata.details import Detail
from marketdata.tasks.task import Status, now, record_key

LONGEST = 200
"""Characters kept of each error message: an item holds 400 KB."""

FULL_REASONS = 300
"""So many different reasons of codes are kept at that length; of more, each is shorter."""

MOST_NOTES = 50
"""Notes that are kept of a piece of work, each as long; the others are counted."""


@dataclass(frozen=True, slots=True)
class BatchOutcome:
    """How one batch ended.

    Attributes
    ----------
    batch : int
        Its number, from 1.
    work : int
        Its share of the task's work.
    closing : int
        The number of codes for which this was the last batch.
    error : Detail or None
        Why the whole batch failed; None if it did not.
    failed : dict or None
        For each code that failed on its own, why.
    quarantined : dict or None
        For each code with bad bars, their number by reason.
    bars, calls : int
        Good bars received, calls to the source.
    notes : sequence of str
        What else is to be told; none of it is an error by itself.
    """

    batch: int
    work: int
    closing: int
    error: Detail | None = None
    failed: Mapping[str, str] | None = None
    quarantined: Mapping[str, Mapping[str, int]] | None = None
    bars: int = 0
    calls: int = 0
    notes: Sequence[str] = ()

    @property
    def error_codes(self) -> set[str]:
        """The codes with an error of their own."""
        return {*(self.failed or ()), *(self.quarantined or ())}

    @property
    def bad_bars(self) -> int:
        """The number of bars that were set aside."""
        return sum(sum(each.values()) for each in (self.quarantined or {}).values())


class Outcomes:
    """The store of outcomes.

    Parameters
    ----------
    table : Table
        The control table.
    """

    def __init__(self, table: Table) -> None:
        self._table = table

    def record(self, task_id: int, attempt: int, outcome: BatchOutcome) -> bool:
        """Write the outcome of a batch and add it to the task's counters, both or neither.

        Returns
        -------
        bool
            False if the batch was already recorded in this attempt, so that a batch delivered
            twice is not counted twice; also if a later attempt has begun, whose plan does not
            count this outcome and repeats the batch.
        """
        try:
            self._table.transact(
                _record(task_id, attempt, outcome), _count(task_id, attempt, outcome)
            )
        except ConditionFailedError:
            return False
        return True

    def goes_on(self, task_id: int, attempt: int) -> bool:
        """Check whether an attempt of a task is still going on: it has not ended."""
        item = self._table.get("tasks", record_key(task_id))
        return bool(item and item["attempt"] == attempt and not Status(item["status"]).ended)

    def recorded(self, task_id: int, attempt: int, batch: int) -> bool:
        """Check whether a batch has been recorded in an attempt, or in a later one."""
        item = self._table.get(*_key(task_id, batch))
        return item is not None and int(item["attempt"]) >= attempt

    def read(self, task_id: int) -> dict[int, Item]:
        """Read the outcomes of a task's batches, by number."""
        items = self._table.query(f"task#{task_id}")
        return {int(item["sk"].removeprefix("batch#")): _read(item) for item in items}


def _key(task_id: int, batch: int) -> tuple[str, str]:
    return f"task#{task_id}", f"batch#{batch:06d}"


def _record(task_id: int, attempt: int, outcome: BatchOutcome) -> Write:
    notes = list(dict.fromkeys(note[:LONGEST] for note in outcome.notes))
    return Write(
        *_key(task_id, outcome.batch),
        put={
            "done": not (outcome.error or outcome.error_codes),
            "attempt": attempt,
            "error": outcome.error.message[:LONGEST] if outcome.error else "",
            "error_key": outcome.error.keyed() if outcome.error else None,
            "failures": _by_reason(outcome.failed or {}),
            "rejects": _by_counts(outcome.quarantined or {}),
            "bars": outcome.bars,
            "calls": outcome.calls,
            "notes": notes[:MOST_NOTES],
            "more_notes": len(notes[MOST_NOTES:]),
            "work": outcome.work,
            "closing": outcome.closing,
        },
        condition="attribute_not_exists(pk) OR attempt < :attempt",
        values={":attempt": attempt},
    )


def _by_reason(failed: Mapping[str, str]) -> list[dict[str, Any]]:
    """Group codes by reason: a whole market that failed has one, told once in the item."""
    longest = min(LONGEST, LONGEST * FULL_REASONS // max(1, len({*failed.values()})))
    codes: dict[str, list[str]] = {}
    for code, why in failed.items():
        codes.setdefault(why[:longest], []).append(code)
    return [{"why": why, "codes": " ".join(each)} for why, each in codes.items()]


def _by_counts(quarantined: Mapping[str, Mapping[str, int]]) -> list[dict[str, Any]]:
    """Group codes by their numbers of bad bars: a bad day of a market has the same for many."""
    codes: dict[tuple[tuple[str, int], ...], list[str]] = {}
    for code, counts in quarantined.items():
        codes.setdefault((*counts.items(),), []).append(code)
    return [{"counts": dict(counts), "codes": " ".join(each)} for counts, each in codes.items()]


def _read(item: Item) -> Item:
    """Give each code its own reason and numbers again."""
    # A record of before codes were grouped has them as they are.
    if "failures" not in item:
        return item
    failed = {code: each["why"] for each in item["failures"] for code in each["codes"].split()}
    bad = {code: each["counts"] for each in item["rejects"] for code in each["codes"].split()}
    return item | {"failed": failed, "quarantined": bad}


def _count(task_id: int, attempt: int, outcome: BatchOutcome) -> Write:
    errors = outcome.closing if outcome.error else len(outcome.error_codes)
    # A code that fails in several batches is one code; the finish step counts it exactly.
    errors = min(errors, outcome.closing)
    return Write(
        "tasks",
        record_key(task_id),
        update="SET updated_at = :now ADD batches_done :one, work_done :work, "
        "success_count :success, error_count :error, bar_count :bars, "
        "quarantined_count :bad, upstream_calls :calls",
        condition="attempt = :attempt",
        values={
            ":attempt": attempt,
            ":now": now(),
            ":one": 1,
            ":work": outcome.work,
            ":success": outcome.closing - errors,
            ":error": errors,
            ":bars": outcome.bars,
            ":bad": outcome.bad_bars,
            ":calls": outcome.calls,
        },
    )
