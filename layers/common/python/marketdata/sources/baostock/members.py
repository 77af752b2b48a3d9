"""Members of indices and industries.

BaoStock has the members of three indices as lists of a day, and no list says since when a code is
in it. All lists of twenty years would be a thousand requests for each index. So one looks on the
Mondays after the second Friday of June and of December, from which on the changed index counts,
and on the last final day: some forty requests. A code that came or went at another time, because
another one was delisted, is dated to the next look. Industries are known as of the last final day
only: whoever is in one counts from the day of that list on.
"""

import re
from collections.abc import Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from marketdata.catalog.constituents import Industry, Membership
from marketdata.errors import UpstreamError, UpstreamFaultError
from marketdata.sources.baostock.asker import Asker
from marketdata.sources.baostock.codes import code_of, day_of, their_day
from marketdata.sources.baostock.rows import Columns
from marketdata.sources.source import FetchedMembers


@dataclass(frozen=True, slots=True)
class KnownIndex:
    """An index whose members are known.

    Attributes
    ----------
    call : str
        One of `sources.baostock.adapter.QUERIES`.
    since : str
        The day of its first list; of the SSE 50, that of the CSI 300, since it is unknown.
    """

    call: str
    since: str


INDICES = {
    "000300.SH": KnownIndex("members_000300", "20060102"),
    "000016.SH": KnownIndex("members_000016", "20060102"),
    "000905.SH": KnownIndex("members_000905", "20070129"),
}

PLAUSIBLE = 0.9
"""A list with less than this fraction of the members of the next one is not whole."""

SETTLED = timedelta(days=14)
"""A list that is so old does not change any more."""

FIELDS = ("updateDate", "code")
INDUSTRY_FIELDS = (*FIELDS, "industry", "industryClassification")

INDUSTRY_ROWS = 6000

INDUSTRY_MARKET = "CSR"
"""The suffix of industries, of the CSRC's classification: J66 is "J066.CSR" here, since a code has
at least three digits."""

_INDUSTRY = re.compile(r"([A-Z])([0-9]{2})(\S+)", re.ASCII | re.DOTALL)

type Members = tuple[str, tuple[str, ...]]
"""The day since which a list is as it is, and its codes."""

type KeptLists = MutableMapping[tuple[str, str], Members]
"""Lists of past days, which do not change any more, by index and day."""


def look_days(first: str, last: str) -> list[str]:
    """Return the days of a range on which one looks, the last one too, in the order of time."""
    mondays = (
        f"{_second_friday(year, month) + timedelta(days=3):%Y%m%d}"
        for year in range(int(first[:4]), int(last[:4]) + 1)
        for month in (6, 12)
    )
    return [first, *(day for day in mondays if first < day < last), last]


def memberships(lists: Sequence[Members]) -> list[Membership]:
    """Make memberships of lists, given in the order of time.

    Who is in a list is a member from its day on, until the day before the first list without it;
    who is in the last one is a member still.
    """
    since: dict[str, str] = {}
    found: list[Membership] = []
    for day, codes in lists:
        before = f"{date.fromisoformat(day) - timedelta(days=1):%Y%m%d}"
        gone = since.keys() - set(codes)
        found += [Membership(code, since.pop(code), before) for code in gone]
        for code in codes:
            since.setdefault(code, day)
    found += (Membership(code, day, None) for code, day in since.items())
    return sorted(found)


@dataclass(slots=True)
class GroupFetch:
    """Fetches members of indices and industries.

    Attributes
    ----------
    asker : Asker
        Asks BaoStock.
    final : str
        The last final day.
    kept : KeptLists
        The lists that are known already.
    found : FetchedMembers
        What came so far.
    """

    asker: Asker
    final: str
    kept: KeptLists
    found: FetchedMembers = field(default_factory=FetchedMembers)

    def run(self, groups: Sequence[str]) -> FetchedMembers:
        """Fetch; a group whose lists did not all come has failed, and goes on where it stopped.

        Raises
        ------
        UpstreamError
            Nothing came at all.
        """
        for group in groups:
            try:
                if group in INDICES:
                    self.found.members[group] = memberships(self._lists(group))
            except UpstreamError as error:
                if not (self.found.members or self.found.failed) and len(groups) == 1:
                    raise
                self.found.failed[group] = str(error)
        if own := [group for group in groups if group.endswith(f".{INDUSTRY_MARKET}")]:
            try:
                rows = self._industries()
                self.found.members |= {group: rows[group] for group in own if group in rows}
            except UpstreamError as error:
                self.found.failed |= dict.fromkeys(own, str(error))
        return self.found

    def _lists(self, group: str) -> list[Members]:
        """Return the lists of an index, asking for the newest first."""
        index, lists = INDICES[group], list[Members]()
        settled = f"{date.fromisoformat(self.final) - SETTLED:%Y%m%d}"
        for day in reversed(look_days(index.since, self.final)):
            members = self.kept.get((group, day)) or self._list(index, day)
            if members is None:
                break
            if lists and len(members[1]) < PLAUSIBLE * len(lists[-1][1]):
                told = f"BaoStock: its list of {day} has {len(members[1])} members only"
                raise UpstreamFaultError(told)
            if day < settled:
                self.kept[group, day] = members
            if not lists or members[0] < lists[-1][0]:
                lists.append(members)
        if not lists:
            raise UpstreamFaultError(f"BaoStock: it has no members of {group}")
        return lists[::-1]

    def _list(self, index: KnownIndex, day: str) -> Members | None:
        """Return the list of a day; None if there is none, because it is before the first one."""
        ask = self.asker.ask_twice if day == self.final else self.asker.ask
        answer = ask(index.call, FIELDS, date=their_day(day))
        if not answer["code"]:
            return None
        return _day_of_list(answer, day), _codes(answer)

    def _industries(self) -> Mapping[str, list[Membership]]:
        answer = ask_industries(self.asker, self.final)
        since = _day_of_list(answer, self.final)
        found: dict[str, list[Membership]] = {}
        for theirs, text in zip(answer["code"], answer["industry"], strict=True):
            code, industry = code_of(theirs), industry_of(text)
            if code and industry:
                found.setdefault(industry[0], []).append(Membership(code, since, None))
        return found


def ask_industries(asker: Asker, day: str) -> Columns:
    """Ask for the industries of all stocks on a day."""
    return asker.ask_twice(
        "industries", INDUSTRY_FIELDS, rows=INDUSTRY_ROWS, code="", date=their_day(day)
    )


def list_industries(answer: Columns) -> list[Industry]:
    """List the industries of an answer, by code; they have one level only."""
    found = {
        industry[0]: Industry(industry[0], industry[1], 1, None, classification)
        for text, classification in zip(
            answer["industry"], answer["industryClassification"], strict=True
        )
        if (industry := industry_of(text))
    }
    return [found[code] for code in sorted(found)]


def industry_of(text: str) -> tuple[str, str] | None:
    """Return the code and the name in "J66货币金融服务"; None if there are none."""
    found = _INDUSTRY.fullmatch(text)
    return (f"{found[1]}0{found[2]}.{INDUSTRY_MARKET}", found[3]) if found else None


def _codes(answer: Columns) -> tuple[str, ...]:
    return tuple(sorted(code for text in answer["code"] if (code := code_of(text))))


def _day_of_list(answer: Columns, asked: str) -> str:
    """Return the day of a list: asked about a day to come, it gives the newest without a word."""
    days = {day_of(text) for text in answer["updateDate"]}
    day = days.pop() if len(days) == 1 else None
    if day is None or day > asked:
        raise UpstreamFaultError(f"BaoStock: its list of {asked} is not of one day before that")
    return day


def _second_friday(year: int, month: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(4 - first.weekday()) % 7 + 7)
