"""The operations of the `upstream` function about groups: members, industries and weights."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from marketdata.blocks.block import DOCUMENT
from marketdata.blocks.store import BlockStore
from marketdata.catalog.catalog_store import CatalogStore
from marketdata.catalog.groups import INDUSTRIES, MEMBERS
from marketdata.errors import UpstreamError, UpstreamUnsupportedError
from marketdata.ingest.constituents import Moment, save_industries, save_members, save_weights
from marketdata.sources.source import HasMembers, Source

_log = logging.getLogger(__name__)

type Save = Callable[[], Mapping[str, Any]]
type Operation = Callable[[Mapping[str, Any]], Save]


@dataclass(frozen=True, slots=True)
class GroupServer:
    """Asks the source for groups and stores its answers.

    Parameters
    ----------
    source : Source
        The source; what it cannot do is an `UpstreamUnsupportedError`.
    store : BlockStore
        Where the answers go.
    catalog : CatalogStore
        Knows how long codes live.
    final_day : callable
        Returns the last final day, "YYYYMMDD".
    now : callable
        The clock, with a time zone.
    """

    source: Source
    store: BlockStore
    catalog: CatalogStore
    final_day: Callable[[], str]
    now: Callable[[], datetime]

    def fetch_members(self, event: Mapping[str, Any]) -> Save:
        """Ask for the members of `groups`."""
        groups, source, moment = event["groups"], self._able(), self._moment()
        fetched = source.fetch_members(groups)
        catalog = self.catalog.load()

        def save() -> Mapping[str, Any]:
            failed, notes = save_members(self.store, catalog, groups, fetched, moment)
            return _told(notes, failed)

        return save

    def fetch_weights(self, event: Mapping[str, Any]) -> Save:
        """Ask for the weights of `index` from `start` to `end`."""
        index, start, end = event["index"], event["start"], event["end"]
        source, moment = self._able(), self._moment()
        fetched = source.fetch_weights(index, start, end)
        return lambda: _told(save_weights(self.store, index, (start, end), fetched, moment))

    def list_industries(self, _event: Mapping[str, Any]) -> Save:
        """Ask for the list of industries."""
        source, moment = self._able(), self._moment()
        listed = source.list_industries()

        def save() -> Mapping[str, Any]:
            why, notes = save_industries(self.store, listed, moment)
            return _told(notes, {INDUSTRIES.dataset: why} if why else {})

        return save

    def refresh(self) -> Callable[[], list[str]]:
        """Ask anew for everything that is stored, and return what stores it and tells of faults."""
        if not isinstance(self.source, HasMembers):
            return list
        # One whose only row is the head has nothing to be refreshed.
        stored = self.store.coverage(MEMBERS, DOCUMENT)
        groups = sorted(group for group, row in stored.items() if row.rows > 1)
        notes: list[str] = []
        saves: list[Save] = []
        due: list[tuple[str, Operation]] = []
        if groups:
            due.append(("members", self.fetch_members))
        if self.store.coverage(INDUSTRIES.dataset, DOCUMENT):
            due.append(("industries", self.list_industries))
        for what, ask in due:
            try:
                saves.append(ask({"groups": groups}))
            except UpstreamError as error:
                notes.append(f"{what} were not refreshed: {error}")

        def save() -> list[str]:
            for each in saves:
                told = each()
                notes.extend(told["notes"])
                notes.extend(f"{group}: {why}" for group, why in told["failed"].items())
            return notes

        return save

    def _able(self) -> HasMembers:
        if isinstance(self.source, HasMembers):
            return self.source
        raise UpstreamUnsupportedError(
            f"the source {self.source.name} has no members of indices and industries"
        )

    def _moment(self) -> Moment:
        # Determined before the source is asked: a day that becomes final meanwhile does not count.
        asked_at = self.now().isoformat(timespec="seconds")
        return Moment(self.source.name, self.final_day(), asked_at)


def _told(notes: Sequence[str], failed: Mapping[str, str] | None = None) -> dict[str, Any]:
    for note in notes:
        # A read belongs to no task that could tell of it.
        _log.warning("groups: %s", note)
    return {"failed": dict(failed or {}), "notes": [*notes]}
