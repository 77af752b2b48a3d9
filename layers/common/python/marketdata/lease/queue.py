"""The queue for the sessions, in the control table."""

import time
from collections.abc import Callable

from marketdata.aws.items import Item
from marketdata.aws.tables import Table
from marketdata.aws.writes import ConditionFailedError, Write
from marketdata.lease.state import (
    READ_TICKET_SECONDS,
    READS,
    SKEW_SECONDS,
    TASK_TICKET_SECONDS,
    Claimant,
    Priority,
    SharedSessions,
)

KEY = ("upstream", "sessions")


class Queue:
    """The tickets of those that wait for a session; whoever does not renew its own is gone.

    Parameters
    ----------
    table : Table
        The control table.
    count : int
        The number of sessions.
    clock : callable
        Epoch seconds.
    """

    def __init__(
        self, table: Table, count: int = 1, clock: Callable[[], float] = time.time
    ) -> None:
        self._table = table
        self._count = count
        self._clock = clock

    def read(self) -> SharedSessions:
        """Return the sessions as last written."""
        return SharedSessions.of(self._table.get(*KEY) or {}, self._count)

    def wait(self, claimant: Claimant, since: float | None = None) -> None:
        """Say that a claimant waits, now or since a time."""
        self._table.write(self._waiting(claimant, since))

    def wait_to_read(self) -> bool:
        """Say that a read waits, unless a session is free; return whether one is."""
        # A ticket of a read that need not wait would keep others out for nothing.
        held = [f"until{number} > :lapsed" for number in range(1, self._count + 1)]
        waiting = self._waiting(READS, None)
        values = {**waiting.values, ":lapsed": int(self._clock()) - SKEW_SECONDS}
        try:
            self._table.write(waiting._replace(condition=" AND ".join(held), values=values))
        except ConditionFailedError:
            return True
        return False

    def _waiting(self, claimant: Claimant, since: float | None) -> Write:
        return Write(
            *KEY,
            update="SET #ticket = :ticket",
            names={"#ticket": claimant.name},
            values={":ticket": ticket(claimant, self._clock(), since)},
        )

    def leave(self, claimant: Claimant) -> None:
        """Say that a claimant waits no longer."""
        self._table.write(Write(*KEY, update="REMOVE #ticket", names={"#ticket": claimant.name}))


def ticket(claimant: Claimant, now: float, since: float | None = None) -> Item:
    """Return a claimant's ticket as it is stored."""
    read = claimant.priority is Priority.READ
    return {
        "priority": int(claimant.priority),
        "since": int(now if since is None else since),
        "until": int(now) + (READ_TICKET_SECONDS if read else TASK_TICKET_SECONDS),
    }
