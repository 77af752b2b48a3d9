"""The holder of leases: takes one for an invocation, renews it meanwhile and gives it back."""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread
from typing import Any

from marketdata.aws.tables import Table
from marketdata.aws.writes import ConditionFailedError, Write
from marketdata.errors import SessionInUseError, UpstreamSessionLostError
from marketdata.lease.queue import KEY, Queue, ticket
from marketdata.lease.state import (
    LEASE_SECONDS,
    Claimant,
    Lease,
    Priority,
    SharedSessions,
)

RENEW_SECONDS = 10.0
LOOK_SECONDS = 1.0
"""How often the queue is looked at between batches, at most."""

TRIES = 3
"""Attempts to take a free session; each failure means that another took it."""

_log = logging.getLogger(__name__)


class HeldLease:
    """A lease that this process holds, until it is given back or lost.

    It is lost if it could not be renewed in time, as in a process that was frozen: others may have
    the session then, and nothing must be asked of the source any more.
    """

    def __init__(
        self,
        table: Table,
        claimant: Claimant,
        lease: Lease,
        count: int,
        clock: Callable[[], float],
    ) -> None:
        self.fence = lease.fence
        self._table = table
        self._claimant = claimant
        self._lease = lease
        self._count = count
        self._clock = clock
        self._until = float(lease.until)
        self._lost = False
        self._looked = clock()
        self._ended = Event()
        self._renewing = Thread(target=self._keep, daemon=True)
        self._renewing.start()

    def check(self) -> None:
        """Raise an UpstreamSessionLostError if the lease is lost."""
        if self._lost or self._clock() >= self._until:
            raise UpstreamSessionLostError("the source's session was given to another call")

    def gives_way(self) -> bool:
        """Check whether a turn should end here: somebody goes first, or the lease is lost."""
        now = self._clock()
        if now - self._looked < LOOK_SECONDS:
            return False
        self._looked = now
        shared = self._renew()
        return shared is None or shared.gives_way(self._claimant, now)

    def release(self) -> None:
        """Give the session back; a task says that it will want one again."""
        self._ended.set()
        self._renewing.join()
        self._lost = True
        values: dict[str, Any] = {":free": 0}
        names: dict[str, str] = {}
        update = f"SET until{self._lease.number} = :free"
        if self._claimant.priority is not Priority.READ:
            update += ", #ticket = :ticket"
            names = {"#ticket": self._claimant.name}
            values[":ticket"] = ticket(self._claimant, self._clock())
        with suppress(ConditionFailedError):
            self._write(update, names, values)

    def _keep(self) -> None:
        while not self._ended.wait(RENEW_SECONDS) and not self._lost:
            try:
                self._renew()
            except Exception:  # noqa: BLE001
                # The next attempt may succeed, and until then `check` looks at the clock.
                _log.exception("the lease could not be renewed")

    def _renew(self) -> SharedSessions | None:
        """Renew the lease and return the sessions as they now are; None if it is lost."""
        until = int(self._clock()) + LEASE_SECONDS
        try:
            item = self._write(f"SET until{self._lease.number} = :until", {}, {":until": until})
        except ConditionFailedError:
            self._lost = True
            return None
        self._until = float(until)
        return SharedSessions.of(item, self._count)

    def _write(self, update: str, names: dict[str, str], values: dict[str, Any]) -> Any:
        number = self._lease.number
        return self._table.write(
            Write(
                *KEY,
                update=update,
                condition=f"fence{number} = :fence",
                names=names,
                values={**values, ":fence": self.fence},
            )
        )


class LeaseHolder:
    """Takes leases on behalf of this process.

    Parameters
    ----------
    table : Table
        The control table.
    count : int
        The number of sessions.
    owner : str
        A name of this process that no other has.
    clock : callable
        Epoch seconds.
    """

    def __init__(
        self, table: Table, count: int, owner: str, clock: Callable[[], float] = time.time
    ) -> None:
        self._table = table
        self._queue = Queue(table, count, clock)
        self._count = count
        self._owner = owner
        self._clock = clock
        self._held: HeldLease | None = None

    @contextmanager
    def hold(self, claimant: Claimant) -> Iterator[HeldLease]:
        """Hold a session for the length of a block.

        Raises
        ------
        SessionInUseError
            All sessions are in use, or others go first.
        """
        held = self._take(claimant)
        self._held = held
        try:
            yield held
        finally:
            held.release()

    def fence(self) -> int:
        """Return the fencing number of the lease that is held.

        As long as it stays the same no other process has had the session.

        Raises
        ------
        UpstreamSessionLostError
            None is held any more.
        """
        if self._held is None:
            raise UpstreamSessionLostError("the source's session was not taken")
        self._held.check()
        return self._held.fence

    def _take(self, claimant: Claimant) -> HeldLease:
        shared = self._queue.read()
        for _ in range(TRIES):
            now = self._clock()
            free = shared.free(now, self._owner)
            if free is None or shared.must_wait(claimant, now):
                break
            with suppress(ConditionFailedError):
                return self._taken(free, claimant, now)
            shared = self._queue.read()
        if claimant.priority is not Priority.READ:
            # A read says so itself, since Lambda may refuse its calls before they get here.
            waiting = shared.waiting(self._clock()).get(claimant.name)
            self._queue.wait(claimant, waiting.since if waiting else None)
        raise SessionInUseError("the upstream is busy")

    def _taken(self, free: Lease, claimant: Claimant, now: float) -> HeldLease:
        lease = Lease(
            free.number,
            self._owner,
            free.fence + (free.owner != self._owner),
            int(now),
            int(now) + LEASE_SECONDS,
            claimant.work,
        )
        names = ("owner", "fence", "since", "until", "work")
        changes = {f"{name}{lease.number}": getattr(lease, name) for name in names}
        if claimant.priority is not Priority.READ:
            changes["last"] = claimant.name
        values = {f":{name}": value for name, value in changes.items()}
        condition = "attribute_not_exists(#fence)"
        placeholders = {f"#{name}": name for name in changes}
        placeholders["#fence"] = f"fence{free.number}"
        if free.fence:
            condition = "#fence = :seen AND #until = :ended"
            placeholders["#until"] = f"until{free.number}"
            values |= {":seen": free.fence, ":ended": free.until}
        update = "SET " + ", ".join(f"#{name} = :{name}" for name in changes)
        if claimant.priority is not Priority.READ:
            update += " REMOVE #ticket"
            placeholders["#ticket"] = claimant.name
        self._table.write(
            Write(*KEY, update=update, condition=condition, names=placeholders, values=values)
        )
        return HeldLease(self._table, claimant, lease, self._count, self._clock)
