"""A source of members, weights and industries that a test dictates."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from marketdata.catalog.constituents import Industry, Membership
from marketdata.errors import UpstreamError
from marketdata.sources.source import FetchedMembers, FetchedWeights, Source

if TYPE_CHECKING:
    from marketdata.sources.source import HasMembers

HS300, BANKS = "000300.SH", "801780.SI"


@dataclass
class Groups:
    """What the source says, and how often it was asked.

    Attributes
    ----------
    members : dict
        Group → its memberships.
    failed : dict
        Group → why its members cannot be got.
    days : dict
        Day → code → weight, of every index that it knows the members of.
    industries : list of Industry
        All industries.
    error : UpstreamError or None
        How the source as a whole fails.
    asked : list
        What it was asked: the operation and its arguments.
    """

    members: dict[str, list[Membership]] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)
    days: dict[str, dict[str, float]] = field(default_factory=dict)
    industries: list[Industry] = field(default_factory=list)
    error: UpstreamError | None = None
    asked: list[tuple[object, ...]] = field(default_factory=list)

    def fetch_members(self, groups: Sequence[str]) -> FetchedMembers:
        self._ask("members", *groups)
        known = {group: self.members[group] for group in groups if group in self.members}
        return FetchedMembers(
            known, {each: self.failed[each] for each in groups if each in self.failed}
        )

    def fetch_weights(self, index: str, start: str, end: str) -> FetchedWeights:
        self._ask("weights", index, start, end)
        known = self.days if index in self.members else {}
        return FetchedWeights({day: each for day, each in known.items() if start <= day <= end})

    def list_industries(self) -> list[Industry]:
        self._ask("industries")
        return self.industries

    def _ask(self, *question: object) -> None:
        self.asked.append(question)
        if self.error:
            raise self.error


class _Both:
    """A source, and the groups beside it."""

    def __init__(self, source: Source, groups: "HasMembers") -> None:
        self._source, self._groups = source, groups

    def __getattr__(self, name: str) -> Any:
        return getattr(self._source, name)

    def fetch_members(self, groups: Sequence[str]) -> FetchedMembers:
        return self._groups.fetch_members(groups)

    def fetch_weights(self, index: str, start: str, end: str) -> FetchedWeights:
        return self._groups.fetch_weights(index, start, end)

    def list_industries(self) -> list[Industry]:
        return self._groups.list_industries()


class _Without:
    """A source that has no groups, whatever it is made of."""

    def __init__(self, source: Source) -> None:
        self._source = source

    def __getattr__(self, name: str) -> Any:
        return getattr(self._source, name)


def with_groups(source: Source, groups: "HasMembers") -> Source:
    """Give a source the groups of a test."""
    return cast("Source", _Both(source, groups))


def without_groups(source: Source) -> Source:
    """Take a source's groups away."""
    return cast("Source", _Without(source))
