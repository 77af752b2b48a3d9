"""The sessions as they are shared: who holds one, who waits, and who goes first. Pure.

All of it is one item of the control table::

    pk="upstream", sk="sessions"
        owner1, fence1, since1, until1, work1   the lease on the first session, and so on
        reads, task#12                          tickets: priority, since, until
        last                                    the claimant that had the latest lease

Times are epoch seconds. A session is free once its `until` has passed.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import IntEnum
from typing import Any, NamedTuple, Self

LEASE_SECONDS = 30
"""How long a lease lasts unless it is renewed: the time for which a killed process blocks others.
"""

SKEW_SECONDS = 2
"""A lease is taken over only so much later, as clocks differ."""

READ_TICKET_SECONDS = 3
"""How long a read counts as waiting after it last said so; it says so every second."""

TASK_TICKET_SECONDS = 180
"""The same of a task, whose next turn may be kept out by a turn of another one."""

PATIENCE = 60
"""Seconds after which a waiting task goes before everybody, for a single batch."""

_TASK = "task#"


class Priority(IntEnum):
    """Who goes first, the least number before the others."""

    READ = 0
    SCHEDULE = 1
    BACKFILL = 2


class Claimant(NamedTuple):
    """Somebody who wants a session.

    Attributes
    ----------
    name : str
        The name of the ticket; all reads share one.
    priority : Priority
        Who goes first.
    work : str
        What the session is for, in words.
    """

    name: str
    priority: Priority
    work: str


READS = Claimant("reads", Priority.READ, "reads")
"""Whoever waits for an answer: reads, tests of a connection, a plan that lacks the catalog."""


def task_claimant(task_id: int, *, scheduled: bool) -> Claimant:
    """Return a task as a claimant."""
    priority = Priority.SCHEDULE if scheduled else Priority.BACKFILL
    return Claimant(f"{_TASK}{task_id}", priority, f"task {task_id}")


def claimant_of(event: Mapping[str, Any]) -> Claimant:
    """Return the claimant that sent an event of the `upstream` function."""
    if "batches" in event:
        scheduled = event.get("scheduled", False)
        return task_claimant(event["batches"][0]["task_id"], scheduled=scheduled)
    return READS._replace(work=event["operation"])


class Ticket(NamedTuple):
    """A claimant that waits: since when, and until when it counts."""

    priority: Priority
    since: int
    until: int


class Lease(NamedTuple):
    """A session's latest lease.

    Attributes
    ----------
    number : int
        The session's number, from 1.
    owner : str
        The process that had it; empty if none ever did.
    fence : int
        Grows whenever the owner changes.
    since, until : int
        When it was taken, and when it ends; `until` is 0 once it was given back.
    work : str
        What it was taken for.
    """

    number: int
    owner: str
    fence: int
    since: int
    until: int
    work: str

    def held(self, now: float) -> bool:
        """Check whether nobody may take it."""
        return now < self.until + SKEW_SECONDS if self.until else False


@dataclass(frozen=True, slots=True)
class SharedSessions:
    """The sessions at one moment.

    Attributes
    ----------
    leases : tuple of Lease
        One for each session.
    tickets : dict
        By the claimant's name; some may have lapsed.
    last : str
        The name of the claimant that had the latest lease.
    """

    leases: tuple[Lease, ...]
    tickets: Mapping[str, Ticket]
    last: str

    @classmethod
    def of(cls, item: Mapping[str, Any], count: int) -> Self:
        """Parse the item, of which nothing may be there yet."""
        leases = tuple(
            Lease(
                number,
                item.get(f"owner{number}", ""),
                item.get(f"fence{number}", 0),
                item.get(f"since{number}", 0),
                item.get(f"until{number}", 0),
                item.get(f"work{number}", ""),
            )
            for number in range(1, count + 1)
        )
        tickets = {
            name: Ticket(Priority(value["priority"]), value["since"], value["until"])
            for name, value in item.items()
            if name == READS.name or name.startswith(_TASK)
        }
        return cls(leases, tickets, item.get("last", ""))

    def free(self, now: float, owner: str = "") -> Lease | None:
        """Return a session that may be taken, the owner's latest one if possible."""
        free = [lease for lease in self.leases if not lease.held(now)]
        return next((lease for lease in free if lease.owner == owner), free[0] if free else None)

    def waiting(self, now: float) -> dict[str, Ticket]:
        """Return the tickets that count."""
        return {name: each for name, each in self.tickets.items() if now < each.until}

    def gives_way(self, claimant: Claimant, now: float) -> bool:
        """Check whether somebody of a higher priority waits."""
        return any(each.priority < claimant.priority for each in self._others(claimant, now))

    def must_wait(self, claimant: Claimant, now: float) -> bool:
        """Check whether others go before a claimant that asks for a session.

        Those of a higher priority do, and those of the same one if this claimant had the latest
        lease, so that tasks take turns. Nobody does once the claimant has waited for `PATIENCE`.
        """
        ticket = self.waiting(now).get(claimant.name)
        if ticket and now - ticket.since >= PATIENCE:
            return False
        first = claimant.priority + (claimant.name == self.last)
        return any(each.priority < first for each in self._others(claimant, now))

    def _others(self, claimant: Claimant, now: float) -> Iterator[Ticket]:
        return (each for name, each in self.waiting(now).items() if name != claimant.name)

    def view(self, now: float) -> dict[str, Any]:
        """Return what the API shows of it."""
        sessions = [
            {
                "number": lease.number,
                "held": lease.held(now),
                "owner": lease.owner or None,
                "fence": lease.fence,
                "since": _time(lease.since),
                "until": _time(lease.until),
                "work": lease.work or None,
            }
            for lease in self.leases
        ]
        waiting = [
            {
                "name": name.replace(_TASK, "task "),
                "priority": ticket.priority.name.lower(),
                "since": _time(ticket.since),
            }
            for name, ticket in sorted(self.waiting(now).items(), key=lambda each: each[1])
        ]
        return {"sessions": sessions, "waiting": waiting}


def _time(seconds: int) -> str | None:
    """Return a time as the API shows it; None if there is none."""
    return datetime.fromtimestamp(seconds, UTC).isoformat() if seconds else None
