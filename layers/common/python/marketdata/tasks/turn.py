"""A turn: some batches of a task in one invocation, each stored while the next one is fetched.

A fill is limited by the source's single session, so that session should not wait for the table.
"""

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from marketdata.details import Detail
from marketdata.errors import UpstreamError
from marketdata.tasks.batching import WorkItem
from marketdata.tasks.outcomes import BatchOutcome, Outcomes

START_SECONDS = 60.0
"""No batch begins later in a turn: even the slowest must end before Lambda's timeout."""

TROUBLES = 2
"""Failures after which the rest of a turn is left: the cause is then not a single bad batch."""

type Save = Callable[[], Mapping[str, Any]]
"""Stores what was fetched and returns the fields `failed`, `quarantined`, `bars` of its outcome."""

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Turn:
    """One pass over some batches.

    Parameters
    ----------
    fetch : callable
        Asks the source for a batch and returns a callable that stores the answer.
    outcomes : Outcomes
        Where each batch is recorded.
    clock : callable
        A monotonic clock, in seconds.
    gives_way : callable
        Checks between batches whether the turn should end.
    """

    fetch: Callable[[WorkItem], Save]
    outcomes: Outcomes
    clock: Callable[[], float] = time.monotonic
    gives_way: Callable[[], bool] = lambda: False
    _troubles: list[Exception] = field(default_factory=list)

    def take(self, batches: Sequence[WorkItem]) -> list[WorkItem]:
        """Fetch, store and record batches; skip those that an earlier invocation has recorded.

        Parameters
        ----------
        batches : sequence of WorkItem
            Each with the arguments of its operation, and `task_id`, `attempt`, `batch`, `work`,
            `closing`.

        Returns
        -------
        list of WorkItem
            Those for which there was no time, or which gave way to others; none if the task was
            cancelled.

        Raises
        ------
        Exception
            The first failure of a batch that a retry may cure, which is any but an `UpstreamError`
            that is not retryable. It is raised after the other batches have been taken, or after
            `TROUBLES` such failures.
        """
        left = [batch for batch in batches if not self._recorded(batch)]
        until = self.clock() + START_SECONDS
        before: Future[None] | None = None
        taken = False
        with ThreadPoolExecutor(1) as storing:
            while left and self.clock() < until and len(self._troubles) < TROUBLES:
                if taken and self.gives_way():
                    break
                taken = True
                batch = left.pop(0)
                if not self.outcomes.goes_on(batch["task_id"], batch["attempt"]):
                    left = []
                    break
                store = self._fetched(batch)
                self._await(before)
                before = storing.submit(self._store, batch, store) if store else None
            self._await(before)
        if self._troubles:
            raise self._troubles[0]
        return left

    def _fetched(self, batch: WorkItem) -> Save | None:
        """Ask the source; return None if it failed, and record a failure that would not pass."""
        try:
            return self.fetch(batch)
        except Exception as error:  # noqa: BLE001
            if isinstance(error, UpstreamError) and not error.retryable:
                self._record(batch, {}, Detail.of(error))
            else:
                self._note(error)
        return None

    def _await(self, stored: "Future[None] | None") -> None:
        if stored is not None:
            try:
                stored.result()
            except Exception as error:  # noqa: BLE001
                self._note(error)

    def _note(self, error: Exception) -> None:
        # Only the first one is raised; the log has them all.
        _log.warning("a batch failed and is tried again", exc_info=error)
        self._troubles.append(error)

    def _store(self, batch: WorkItem, store: Save) -> None:
        self._record(batch, store())

    def _recorded(self, batch: WorkItem) -> bool:
        return self.outcomes.recorded(batch["task_id"], batch["attempt"], batch["batch"])

    def _record(
        self, batch: WorkItem, answer: Mapping[str, Any], error: Detail | None = None
    ) -> None:
        outcome = BatchOutcome(
            batch=batch["batch"],
            work=batch["work"],
            closing=batch["closing"],
            error=error,
            failed=answer.get("failed"),
            quarantined=answer.get("quarantined"),
            bars=answer.get("bars", 0),
            calls=1,
            notes=answer.get("notes", ()),
        )
        self.outcomes.record(batch["task_id"], batch["attempt"], outcome)
