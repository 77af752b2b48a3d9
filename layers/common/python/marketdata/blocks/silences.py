"""When a source was asked for days in vain, and when to ask again. Pure.

That a source gives no bar of a day is not its word that there is none: it may be late, or have
failed without saying so. Such silence is a belief with a date. It is asked about again after a day,
a week and a month; once it was confirmed twice, the day counts as absent.
"""

import struct
from collections.abc import Iterable
from typing import NamedTuple

DAY = 24 * 3600
WAITS = (0, DAY, 7 * DAY, 30 * DAY)
"""Seconds to wait before asking again, by how often the source was silent so far."""

CONFIRMED = 3
"""So many silent answers, each after its wait, make a day absent: one, and two that confirm it."""

TOLD = 255
"""Takes the place of a count where the silence is the source's word: nothing is left to confirm."""

_HEAD = struct.Struct(">BIH")


class Silence(NamedTuple):
    """Days for which the source was asked in vain.

    Attributes
    ----------
    days : int
        A bit set.
    at : int
        When it was asked, epoch seconds.
    times : int
        How many silent answers count so far; 0 where nothing follows from the silence, since the
        day is beyond the source's horizon, or has some of its bars; `TOLD` where it is its word.
    """

    days: int
    at: int
    times: int


def unconfirmed(silences: Iterable[Silence]) -> int:
    """Return the days of which it is believed, and not certain, that they have no bar."""
    return _union(each.days for each in silences if 0 < each.times < CONFIRMED)


def confirmed(silences: Iterable[Silence]) -> int:
    """Return the days of which the silence was confirmed often enough."""
    return _union(each.days for each in silences if each.times >= CONFIRMED)


def settled(silences: Iterable[Silence]) -> int:
    """Return the days that silence alone has made absent, and not the source's word."""
    return _union(each.days for each in silences if CONFIRMED <= each.times < TOLD)


def without(silences: Iterable[Silence], days: int) -> tuple[Silence, ...]:
    """Return the silences without those about some days."""
    kept = (each._replace(days=each.days & ~days) for each in silences)
    return tuple(each for each in kept if each.days)


def without_belief(silences: Iterable[Silence], days: int) -> tuple[Silence, ...]:
    """Return the silences with no belief about some days, but that the source was asked."""
    asked = (each._replace(days=each.days & days, times=0) for each in silences)
    return (*without(silences, days), *(each for each in asked if each.days))


def due(silences: Iterable[Silence], now: int) -> int:
    """Return the days whose silence is to be asked about again."""
    return _union(each.days for each in silences if each.times and _waited(each, now))


def told_before(silences: Iterable[Silence], moment: int) -> int:
    """Return the days that were absent by the source's word at a moment, epoch seconds."""
    return _union(each.days for each in silences if each.times == TOLD and each.at <= moment)


def asked_since(silences: Iterable[Silence], moment: int) -> int:
    """Return the days for which the source was asked in vain since a moment, epoch seconds."""
    return _union(each.days for each in silences if each.at >= moment)


def after(
    silences: Iterable[Silence],
    *,
    answered: int,
    silent: int,
    undecided: int,
    now: int,
    partly: int = 0,
    absent: int = 0,
    told: int = 0,
) -> tuple[Silence, ...]:
    """Return what is to be remembered after the source was asked once more.

    Parameters
    ----------
    silences : iterable of Silence
        What was remembered before.
    answered : int
        Days of which the source gave bars, or its word that there are none: forgotten.
    silent : int
        Days of which it gave nothing. A silence whose wait is over counts once more; one that was
        asked about too early stays as it was.
    undecided : int
        Days of which it gave nothing, or too little, and from which nothing follows: that it was
        asked is remembered beside what was believed before.
    now : int
        When it was asked, epoch seconds.
    partly : int
        Days of which some bars are known: no belief is left about them.
    absent : int
        Days known to have no bar: a silence about them may go on, and none begins.
    told : int
        Those of them of which the source says so only now, by its silence.
    """
    groups: dict[tuple[int, int], int] = {}
    fresh, undecided = silent & ~absent, undecided & ~silent
    for each in silences:
        days = each.days & ~(answered | told)
        if not each.times:
            days &= ~(silent | undecided)
        else:
            days &= ~partly
            fresh &= ~days
            if _waited(each, now):
                groups[now, each.times + 1] = groups.get((now, each.times + 1), 0) | days & silent
                days &= ~silent
        groups[each.at, each.times] = groups.get((each.at, each.times), 0) | days
    groups[now, 1] = groups.get((now, 1), 0) | fresh
    groups[now, TOLD] = groups.get((now, TOLD), 0) | told
    groups[now, 0] = groups.get((now, 0), 0) | undecided
    return tuple(Silence(days, at, times) for (at, times), days in sorted(groups.items()) if days)


def pack(silences: Iterable[Silence]) -> bytes:
    """Write silences as bytes."""
    packed = []
    for days, at, times in silences:
        bits = days.to_bytes((days.bit_length() + 7) // 8, "little")
        packed += [_HEAD.pack(times, at, len(bits)), bits]
    return b"".join(packed)


def unpack(data: bytes) -> tuple[Silence, ...]:
    """Read what `pack` wrote."""
    found, place = [], 0
    while place < len(data):
        times, at, length = _HEAD.unpack_from(data, place)
        first = place + _HEAD.size
        place = first + length
        found.append(Silence(int.from_bytes(data[first:place], "little"), at, times))
    return tuple(found)


def _waited(silence: Silence, now: int) -> bool:
    return silence.times < len(WAITS) and now - silence.at >= WAITS[silence.times]


def _union(sets: Iterable[int]) -> int:
    united = 0
    for each in sets:
        united |= each
    return united
