"""The members of the three indices, and the industries of the stocks."""

from collections.abc import Iterable
from functools import cached_property

from marketdata.catalog.constituents import Membership
from marketdata.sources.source import HasMembers

HS300, SZ50, ZZ500 = "000300.SH", "000016.SH", "000905.SH"
FIRST_LISTS = {HS300: "20060102", SZ50: "20060102", ZZ500: "20070129"}


class Groups:
    """What a source knows of groups of stocks; it is read once."""

    def __init__(self, source: HasMembers) -> None:
        self._source = source

    def index_members(self, index: str, day: str, alive: frozenset[str]) -> Iterable[str]:
        """Return the members of an index on a day; ZZ500 is every stock that HS300 lacks.

        The synthetic market has hardly more stocks than the two hold.
        """
        if day < FIRST_LISTS[index]:
            return []
        members = _on(self._indices.get(index, []), day)
        if index == ZZ500 and not members:
            others = _on(self._indices.get(HS300, []), day)
            return alive - others if others else []
        return members

    def industries_on(self, day: str) -> dict[str, str]:
        """Return the industry of each stock that is in one on a day, written as J66货币金融服务."""
        found = dict[str, str]()
        for label, members in self._industries.items():
            found |= dict.fromkeys(_on(members, day), label)
        return found

    @cached_property
    def _indices(self) -> dict[str, list[Membership]]:
        return self._source.fetch_members([*FIRST_LISTS]).members

    @cached_property
    def _industries(self) -> dict[str, list[Membership]]:
        listed = self._source.list_industries()
        above = [each.code for each in listed if each.parent is None]
        lowest = [each for each in listed if each.parent is not None] or listed
        members = self._source.fetch_members([each.code for each in lowest]).members
        return {
            f"{_letter(above, each.parent)}{number:02}{each.name}": members.get(each.code, [])
            for number, each in enumerate(lowest, 1)
        }


def _on(memberships: Iterable[Membership], day: str) -> set[str]:
    return {
        each.code
        for each in memberships
        if each.in_date <= day and (each.out_date is None or each.out_date >= day)
    }


def _letter(above: list[str], parent: str | None) -> str:
    return chr(ord("A") + (above.index(parent) if parent in above else 0))
