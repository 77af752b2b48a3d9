"""Fetches of the members of indices and industries, of weights, and of the industries."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from marketdata.catalog.constituents import Industry, Membership
from marketdata.catalog.securities import market_of, our_code
from marketdata.errors import UpstreamFaultError
from marketdata.sources.amazingdata.asking_twice import GAVE_NOTHING, CallSdk, ask_twice
from marketdata.sources.amazingdata.error_codes import error_of
from marketdata.sources.source import FetchedMembers, FetchedWeights

INDUSTRY_MARKET = "SI"
"""The suffix of the SDK's industries, such as 801780.SI [U]; no index has it."""

CONTROL = "000300.SH"
"""An index that has members: if it has none either, the call failed."""

WEIGHTED = frozenset({"000016.SH", "000300.SH", "000905.SH", "000906.SH", "000852.SH"})
"""The indices of which the SDK has weights, as its manual says; there may be more by now."""

STILL = "20990101"
"""An OUTDATE from here on means that the code still is a member, as 20991231 would [U]."""


@dataclass(slots=True)
class MemberFetch:
    """Fetches the members of some indices or industries.

    Attributes
    ----------
    call : CallSdk
        Calls the SDK.
    found : FetchedMembers
        The members received so far.
    """

    call: CallSdk
    found: FetchedMembers = field(default_factory=FetchedMembers)

    def run(self, kind: str, groups: Sequence[str]) -> None:
        """Fetch one batch.

        The SDK says nothing of a group that it does not know, so such a group stays unnamed.

        Parameters
        ----------
        kind : str
            "index" or "industry": whose members these are.
        groups : sequence of str
            Their codes.

        Raises
        ------
        UpstreamError
            The whole batch failed.
        """
        answer = ask_twice(self.call, "members", _is_nothing, kind=kind, codes=list(groups))
        rows = iter(zip(answer["members"], answer["in_dates"], answer["out_dates"], strict=True))
        for group, count in answer["counts"]:
            own = [next(rows) for _ in range(count)]
            if group in groups:
                self._add(group, own)
        for group, other in answer["foreign"].items():
            self.found.failed[group] = f"AmazingData: it gave members of {other} in its place"
        named = {*(group for group, _ in answer["counts"]), *answer["foreign"]}
        silent = [group for group in groups if group not in named]
        if silent and answer["code"] is not None:
            self.found.failed |= dict.fromkeys(silent, str(error_of(answer["code"])))
        elif silent and not named and not self._works(kind, groups):
            self.found.failed |= dict.fromkeys(silent, GAVE_NOTHING)

    def _add(self, group: str, rows: Sequence[tuple[str, str | None, str | None]]) -> None:
        """Add the members of a group, all of them or none.

        Who is not named would count as a member that has left.
        """
        members = [
            Membership(code, first, _out_date(last))
            for code, first, last in rows
            if first and our_code(code) == code
        ]
        if lost := len(rows) - len(members):
            why = f"AmazingData: {lost} of its {len(rows)} members cannot be read"
            self.found.failed[group] = why
        else:
            self.found.members[group] = members

    def _works(self, kind: str, groups: Sequence[str]) -> bool:
        """Check whether the same call returns members of an index that must have some."""
        if kind != "index" or CONTROL in groups:
            return False
        return bool(self.call("members", kind=kind, codes=[CONTROL])["counts"])


def kind_of(group: str) -> str:
    """Return "industry" or "index", of which the code of a group is one."""
    return "industry" if market_of(group) == INDUSTRY_MARKET else "index"


def fetch_weights(call: CallSdk, index: str, start: str, end: str) -> FetchedWeights:
    """Fetch the weights of an index's members; the server may ignore the days.

    Raises
    ------
    UpstreamError
        The call failed, or gave nothing although the index has weights.
    """
    answer = ask_twice(call, "weights", _is_nothing, codes=[index], start=start, end=end)
    others = [*answer["foreign"].values(), *(code for code, _ in answer["counts"] if code != index)]
    if others:
        raise UpstreamFaultError(f"AmazingData: it gave weights of {others[0]}, not of {index}")
    if answer["code"] is not None:
        raise error_of(answer["code"])
    if not answer["counts"] and index in WEIGHTED:
        raise UpstreamFaultError(f"{GAVE_NOTHING} of {index}")
    found = FetchedWeights()
    lost = 0
    for code, day, weight in zip(
        answer["members"], answer["days"], answer["weights"].tolist(), strict=True
    ):
        if day is None or our_code(code) != code or weight != weight:  # noqa: PLR0124  NaN
            lost += 1
        elif start <= day <= end:
            found.days.setdefault(day, {})[code] = weight
    if lost:
        found.notes.append(f"AmazingData: {lost} weights of {index} cannot be read")
    return found


def fetch_industries(call: CallSdk) -> list[Industry]:
    """Fetch all industries.

    Raises
    ------
    UpstreamError
        The call failed, or gave nothing.
    """
    rows = call("industries") or call("industries")
    found = industries_of(rows)
    if not found:
        raise UpstreamFaultError(f"{GAVE_NOTHING} of industries")
    return found


def industries_of(rows: Sequence[Sequence[str]]) -> list[Industry]:
    """Return industries, of rows with a code, a level, and the names of the levels from 1 on.

    The SDK names what is above an industry and does not give its code, and does not say whose
    classification it is [U]. A row without a code, a level or a name is left out.
    """
    known: dict[str, tuple[str, ...]] = {}
    for code, level, *names in rows:
        path = tuple(names[: int(level)]) if level.isdecimal() else ()
        if our_code(code) == code and path and len(path) == int(level) and all(path):
            known.setdefault(code, path)
    codes = {path: code for code, path in reversed(known.items())}
    return [
        Industry(code, path[-1], len(path), codes.get(path[:-1]), "")
        for code, path in known.items()
    ]


def _is_nothing(answer: Mapping[str, Any]) -> bool:
    return not (answer["counts"] or answer["foreign"])


def _out_date(text: str | None) -> str | None:
    return text if text and text < STILL else None
