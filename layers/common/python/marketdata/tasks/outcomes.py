"""How each piece of a task's work ended: one record a piece, counted once."""

from collections.abc import Mapping
from dataclasses import dataclass

from marketdata.aws.items import Item
from marketdata.aws.tables import Table
from marketdata.aws.writes import ConditionFailedError, Write
from marketdata.tasks.task import Status, now, record_key

LONGEST = 200
"""Characters that are kept of what is said of one code: an item holds 400 KB, a batch 300 codes."""


@dataclass(frozen=True, slots=True)
class BatchOutcome:
    """How one piece of work ended.

    Attributes
    ----------
    batch : int
        Its number, from 1 on.
    work : int
        Its share of the task's work.
    closing : int
        Codes for which this was the last piece.
    error : str
        Why the whole piece failed; empty where it did not.
    failed : dict
        Why single codes failed.
    quarantined : dict
        For each code with bad bars, how many for each reason.
    bars, calls : int
        Good bars received, calls to the source.
    """

    batch: int
    work: int
    closing: int
    error: str = ""
    failed: Mapping[str, str] | None = None
    quarantined: Mapping[str, Mapping[str, int]] | None = None
    bars: int = 0
    calls: int = 0

    @property
    def error_codes(self) -> set[str]:
        """Codes with an error of their own."""
        return {*(self.failed or ()), *(self.quarantined or ())}

    @property
    def bad_bars(self) -> int:
        """Bars that were set aside."""
        return sum(sum(each.values()) for each in (self.quarantined or {}).values())


class Outcomes:
    """Writes and reads outcomes.

    Parameters
    ----------
    table : Table
        The control table.
    """

    def __init__(self, table: Table) -> None:
        self._table = table

    def record(self, task_id: int, attempt: int, outcome: BatchOutcome) -> bool:
        """Write how a piece of work ended and add it to the task's counters, both or neither.

        Returns
        -------
        bool
            False where that piece has been recorded in this attempt before, so that a batch that
            is delivered twice is not counted twice, and where a later attempt has begun: that one
            has planned without this piece and does it again.
        """
        try:
            self._table.transact(
                _record(task_id, attempt, outcome), _count(task_id, attempt, outcome)
            )
        except ConditionFailedError:
            return False
        return True

    def goes_on(self, task_id: int, attempt: int) -> bool:
        """Tell whether a task still wants the work of an attempt: it was not cancelled."""
        item = self._table.get("tasks", record_key(task_id))
        return bool(item and item["attempt"] == attempt and not Status(item["status"]).ended)

    def recorded(self, task_id: int, attempt: int, batch: int) -> bool:
        """Tell whether a piece of work has been recorded in an attempt."""
        item = self._table.get(*_key(task_id, batch))
        return item is not None and int(item["attempt"]) >= attempt

    def read(self, task_id: int) -> dict[int, Item]:
        """Read how the pieces of a task ended, by number."""
        items = self._table.query(f"task#{task_id}")
        return {int(item["sk"].removeprefix("batch#")): item for item in items}


def _key(task_id: int, batch: int) -> tuple[str, str]:
    return f"task#{task_id}", f"batch#{batch:06d}"


def _record(task_id: int, attempt: int, outcome: BatchOutcome) -> Write:
    failed = {code: why[:LONGEST] for code, why in (outcome.failed or {}).items()}
    return Write(
        *_key(task_id, outcome.batch),
        put={
            "done": not (outcome.error or outcome.error_codes),
            "attempt": attempt,
            "error": outcome.error[:LONGEST],
            "failed": failed,
            "quarantined": outcome.quarantined or {},
            "bars": outcome.bars,
            "calls": outcome.calls,
            "work": outcome.work,
            "closing": outcome.closing,
        },
        condition="attribute_not_exists(pk) OR attempt < :attempt",
        values={":attempt": attempt},
    )


def _count(task_id: int, attempt: int, outcome: BatchOutcome) -> Write:
    errors = outcome.closing if outcome.error else len(outcome.error_codes)
    # A code that fails in several batches is one code; the task's end counts it exactly.
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
