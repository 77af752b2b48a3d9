"""The queue for the sessions, in the control table."""

import time
from collections.abc import Callable

from marketdata.aws.items import Item
from marketdata.aws.tables import Table
from marketdata.aws.writes import Write
from marketdata.lease.state import (
    READ_TICKET_SECONDS,
    READS,
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

    def wait(self, claimant: Claimant, since: float | None = None) -> SharedSessions:
        """Say that a claimant waits, now or since a time; return the sessions as they now are."""
        update = Write(
            *KEY,
            update="SET #ticket = :ticket",
            names={"#ticket": claimant.name},
            values={":ticket": ticket(claimant, self._clock(), since)},
        )
        return SharedSessions.of(self._table.write(update), self._count)

    def wait_to_read(self) -> bool:
        """Say that a read waits; return whether a session is free."""
        return self.wait(READS).free(self._clock()) is not None

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
