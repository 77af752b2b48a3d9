"""Sessions without a row of a code that must have one: what the list of the day says of them."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from marketdata.errors import UpstreamError
from marketdata.sources.baostock.asker import Asker
from marketdata.sources.baostock.days import MarketDays

LISTS_AT_MOST = 5
"""So many days are looked up; each costs some four requests."""

NAMED = 5
"""How many codes a note names."""


@dataclass(slots=True)
class Holes:
    """What is known of sessions without a row.

    Attributes
    ----------
    lost : dict
        Code → sessions on which it traded according to the list.
    suspended : dict
        Code → sessions on which it was suspended according to the list.
    failed : dict
        Code → why nothing may be concluded from its sessions without a row.
    notes : list of str
        What was not looked up.
    """

    lost: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    suspended: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    failed: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def look_up(asker: Asker, days: MarketDays, lacking: Mapping[str, Sequence[str]]) -> Holes:
    """Look up the newest sessions that some codes lack.

    A code that a list does not name was not listed then: that it has no row says nothing else.

    Parameters
    ----------
    asker : Asker
        Asks BaoStock.
    days : MarketDays
        The lists of days.
    lacking : mapping
        Code → its sessions without a row.
    """
    found = Holes()
    by_day = _codes_by_day(lacking)
    newest = sorted(by_day, reverse=True)
    try:
        for day in newest[:LISTS_AT_MOST]:
            listed = days.listed(asker, day)
            for code in by_day[day]:
                if listed.get(code) == "1":
                    found.lost[code].add(day)
                elif listed.get(code) == "0":
                    found.suspended[code].add(day)
    except UpstreamError as error:
        # The rows are good; only why others are lacking stays unknown.
        found.failed = dict.fromkeys(lacking, str(error))
        return found
    if more := newest[LISTS_AT_MOST:]:
        codes = sorted({code for day in more for code in by_day[day]})
        found.notes.append(_note(more, codes))
        found.failed = dict(_doubtful(found, codes, lacking))
    return found


def _codes_by_day(lacking: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    found: defaultdict[str, list[str]] = defaultdict(list)
    for code, days in lacking.items():
        for day in days:
            found[day].append(code)
    return found


def _doubtful(
    found: Holes, codes: Sequence[str], lacking: Mapping[str, Sequence[str]]
) -> Iterator[tuple[str, str]]:
    """Yield the codes that have lost rows, and may have lost those not looked up as well.

    A suspended code has rows, too.
    """
    for code in codes:
        if code in found.lost or code in found.suspended:
            told = f"BaoStock: it has no rows of {len(lacking[code])} sessions of the code"
            yield code, f"{told}, and lists it on some of them"


def _note(days: Sequence[str], codes: Sequence[str]) -> str:
    sessions = "1 session" if len(days) == 1 else f"{len(days)} sessions"
    more = ", …" if len(codes) > NAMED else ""
    named = f"{', '.join(codes[:NAMED])}{more}"
    return f"BaoStock: it has no rows of {sessions} of {named}, the last is {days[0]}"
