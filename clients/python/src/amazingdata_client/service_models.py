"""The state of the service in the API's responses: its source, and who uses it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from amazingdata_client.reading import (
    list_of,
    read,
    read_by,
)


@dataclass(frozen=True, kw_only=True)
class SourceSession:
    """A session with the source, and its latest lease.

    Attributes
    ----------
    number : int
        From 1.
    held : bool
        Whether it is in use.
    owner : str or None
        The process of the service that had it last.
    fence : int
        Grows whenever another process takes it.
    since, until : str or None
        When it was taken and when it ends; `until` is None once it was given back.
    work : str or None
        What it was taken for.
    """

    number: int
    held: bool
    owner: str | None
    fence: int
    since: str | None
    until: str | None
    work: str | None


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """Who waits for a session: "reads" or a task, its `priority`, and since when."""

    name: str
    priority: str
    since: str


@dataclass(frozen=True, kw_only=True)
class SourceRequests:
    """The requests to a source that limits them.

    Attributes
    ----------
    per_day : int
        How many the service may send it in a day of Shanghai's calendar.
    spent_today : int
        How many it has sent.
    blocked_until : str or None
        Until when the source refuses the service; None if it does not.
    """

    per_day: int
    spent_today: int
    blocked_until: str | None


def _requests(value: Mapping[str, Any] | None) -> SourceRequests | None:
    return None if value is None else read(SourceRequests, value)


@dataclass(frozen=True, kw_only=True)
class Covers:
    """A kind of data that the source has, such as "stock.daily", and its first day if known."""

    dataset: str
    since: str | None


@dataclass(frozen=True, kw_only=True)
class ServiceStatus:
    """The state of the service.

    Attributes
    ----------
    version : str
        Of the API.
    upstream : str
        Where the data comes from: "synthetic", "files", "amazingdata" or "baostock".
    final_day : str
        The last trading day whose daily bars of stocks are final.
    covers : list of Covers
        What the source has; empty until the service knows.
    next_final : mapping
        For each of these datasets, when the next trading day of it is final; None beyond the
        service's calendar.
    sessions : list of SourceSession
        The sessions with the source.
    waiting : list of Waiting
        Who waits for one.
    requests : SourceRequests or None
        The requests to the source; None if it does not limit them.
    """

    version: str
    upstream: str
    final_day: str
    sessions: list[SourceSession] = field(metadata=read_by(list_of(SourceSession)))
    waiting: list[Waiting] = field(metadata=read_by(list_of(Waiting)))
    requests: SourceRequests | None = field(default=None, metadata=read_by(_requests))
    covers: list[Covers] = field(default_factory=list, metadata=read_by(list_of(Covers)))
    next_final: dict[str, str | None] = field(default_factory=dict)
