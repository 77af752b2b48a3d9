"""Who belongs to an index or an industry, and from when until when. Pure.

A *group* is an index or an industry. Its memberships are kept by code and time, and no two of a
code's share a day or follow one another without a day in between.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from typing import NamedTuple

from marketdata.catalog.securities import LAST_DATE, Security, day_after, lives, our_code


class Membership(NamedTuple):
    """A time during which a code belonged to a group.

    Attributes
    ----------
    code : str
        The member.
    in_date : str
        The first day on which it belongs to the group, YYYYMMDD.
    out_date : str or None
        The last day on which it does; None while it still does.
    """

    code: str
    in_date: str
    out_date: str | None


class Industry(NamedTuple):
    """An industry of a classification.

    Attributes
    ----------
    code : str
        Such as "801780.SI"; its constituents are asked for by it.
    name : str
        As the source writes it.
    level : int
        1 for the coarsest.
    parent : str or None
        The code of the industry above; None on level 1, or where the source does not say.
    classification : str
        Whose industries these are, as the source writes it.
    """

    code: str
    name: str
    level: int
    parent: str | None
    classification: str


def members_on(memberships: Iterable[Membership], day: str) -> list[Membership]:
    """Return the memberships that a day is in, in their order."""
    return overlapping(memberships, day, day)


def overlapping(memberships: Iterable[Membership], start: str, end: str) -> list[Membership]:
    """Return the memberships that share a day with a range, in their order and uncut."""
    # By position, because names take half as long again.
    return [
        each for each in memberships if each[1] <= end and (each[2] is None or each[2] >= start)
    ]


def spans_between(
    memberships: Iterable[Membership], start: str, end: str
) -> dict[str, list[tuple[str, str]]]:
    """Return when codes belonged to a group within a range, both ends included.

    Returns
    -------
    dict
        By code, in the order of codes: first and last day, cut to the range, in the order of time.
        A code that did not belong to the group on any day of it is not there.
    """
    spans: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    for code, first, last in overlapping(memberships, start, end):
        spans[code].append((max(first, start), min(last or end, end)))
    return {code: sorted(spans[code]) for code in sorted(spans)}


def sifted(
    given: Iterable[Membership], security_of: Callable[[str], Security | None]
) -> tuple[list[Membership], list[str], str]:
    """Bring the memberships that a source gave into the form in which they are kept.

    A membership ends with the life of its code, and begins no earlier: where a code was replaced by
    another, the two never count on the same day, even if the source goes on naming the old one.

    Parameters
    ----------
    given : iterable of Membership
        In any order, unchecked.
    security_of : callable
        Returns a code's security, or None if nobody knows it; then its membership is not cut.

    Returns
    -------
    list of Membership
        By code and time.
    list of str
        What was left out, in words: memberships of days on which their code was not listed.
    str
        Why one of them cannot be read; empty if all can. Then the others are of no use: who is not
        named would count as a member that has left.
    """
    good: list[Membership] = []
    notes: list[str] = []
    wrong = ""
    for each in given:
        code, why = our_code(each.code), _wrong(each)
        if code is None:
            wrong = wrong or f"{each.code!r} is no code"
        elif why:
            wrong = wrong or f"{code} {why}"
        elif alive := [*_within_life(each._replace(code=code), security_of(code))]:
            good += alive
        else:
            notes.append(f"{code} was not listed from {each.in_date} to {each.out_date or 'now'}")
    return joined(good), notes, wrong


def joined(memberships: Iterable[Membership]) -> list[Membership]:
    """Join those memberships of a code that share days or touch; return all by code and time."""
    found: list[Membership] = []
    for each in sorted(memberships, key=_place):
        before = found[-1] if found else None
        if before and before.code == each.code and _reaches(before, each.in_date):
            ends = (before.out_date or LAST_DATE, each.out_date or LAST_DATE)
            found[-1] = before._replace(out_date=_end(max(ends)))
        else:
            found.append(each)
    return found


def succeeded(
    known: Iterable[Membership],
    closed: Iterable[Membership],
    given: Sequence[Membership],
    last: str,
) -> tuple[list[Membership], list[Membership]]:
    """Return a group's memberships after a source gave them anew.

    What it gives replaces everything. But a membership that was open and of which the source does
    not speak any more was true once: it is closed, and kept for as long as the source says nothing
    else of its days. An ended one is dropped, because sources rewrite the past.

    Parameters
    ----------
    known, closed : iterable of Membership
        Those known so far, and those among them that were closed here.
    given : sequence of Membership
        What `sifted` returned.
    last : str
        The last day on which one that is not given any more counts.

    Returns
    -------
    list of Membership
        All of them, by code and time.
    list of Membership
        Those among them that were closed here.
    """
    by_code: defaultdict[str, list[Membership]] = defaultdict(list)
    for each in given:
        by_code[each.code].append(each)
    settled, kept = {*closed}, list[Membership]()
    for each in known:
        if overlapping(by_code[each.code], each.in_date, each.out_date or LAST_DATE):
            continue
        if each in settled:
            kept.append(each)
        elif each.out_date is None and each.in_date <= last:
            kept.append(each._replace(out_date=last))
    found = joined([*given, *kept])
    return found, [each for each in found if each in {*kept}]


def doubtful(known: Iterable[Membership], given: Iterable[Membership]) -> bool:
    """Check whether so many open memberships are not given any more that it must be a fault.

    That is so if fewer than half of their codes are named, as members or as former ones.
    """
    still = {each.code for each in known if each.out_date is None}
    return 2 * len(still & {each.code for each in given}) < len(still)


def _wrong(given: Membership) -> str:
    """Return what is wrong with the days of a membership; empty if nothing is."""
    for name, day in (("in_date", given.in_date), ("out_date", given.out_date)):
        if day is not None and not _is_day(day):
            return f"has the {name} {day!r}, which is no day"
    if given.out_date is not None and given.in_date > given.out_date:
        return f"ends on {given.out_date}, before it begins on {given.in_date}"
    return ""


def _is_day(text: str) -> bool:
    if not (len(text) == 8 and text.isascii() and text.isdigit()):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _within_life(given: Membership, security: Security | None) -> Iterator[Membership]:
    last = given.out_date or LAST_DATE
    for born, gone in lives(security) if security else [(given.in_date, last)]:
        first, end = max(given.in_date, born), min(last, gone)
        if first <= end:
            yield Membership(given.code, first, _end(end))


def _end(last: str) -> str | None:
    return None if last == LAST_DATE else last


def _place(membership: Membership) -> tuple[str, str]:
    return membership.code, membership.in_date


def _reaches(before: Membership, day: str) -> bool:
    """Check whether a membership lasts until the day before another one begins, or longer."""
    return before.out_date is None or day_after(before.out_date) >= day
