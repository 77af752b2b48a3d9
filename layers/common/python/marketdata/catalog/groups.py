"""What is stored about groups: the members of each, the industries, and indices' weights. Pure.

Members are one document a group, and industries one document in all: their first line is an
`Asking`. Weights are blocks of a month with one line a day: a year of them would be a megabyte,
rewritten each day for one more and opened for each question about one.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from math import fsum, isfinite
from typing import NamedTuple

import orjson

from marketdata.blocks import codec
from marketdata.blocks.block import (
    DOCUMENT,
    Block,
    BlockKey,
    read_document,
    unpack,
    write_document,
)
from marketdata.blocks.days import bits_of, ends, span
from marketdata.catalog.calendar import is_trading_day, previous_trading_day, trading_bits
from marketdata.catalog.constituents import Industry, Membership, doubtful, succeeded
from marketdata.catalog.securities import our_code

MEMBERS, WEIGHTS = "constituents", "index.weights"
"""The names of the datasets."""

INDUSTRIES = BlockKey("industries", "all", DOCUMENT)

DOUBTED_DAYS = 7
"""So many days after a doubtful answer its like is believed: a fault does not last that long, and a
group that was really cut in half must not stay as it was for ever."""

WHOLE, TOLERANCE = 100.0, 1.0
"""What the weights of all members add up to, in percent, and by how much they may miss it: sources
round each of them."""

_DAY = slice(len('{"trade_date":"'), len('{"trade_date":"YYYYMMDD'))


class Asking(NamedTuple):
    """When a source was asked for a group, and with what success.

    Attributes
    ----------
    source : str
        The source's name.
    as_of : str
        The last final day, "YYYYMMDD", when it gave what is stored; empty if nothing is.
    asked_at : str
        When that was, ISO 8601.
    tried_at : str
        When it was asked last, ISO 8601.
    failed : str
        Why nothing came of that; empty if something did.
    unknown : bool
        Whether the source said then that it does not know the group.
    doubted_since : str
        The last final day of the first of several doubtful answers; empty after a good one.
    """

    source: str = ""
    as_of: str = ""
    asked_at: str = ""
    tried_at: str = ""
    failed: str = ""
    unknown: bool = False
    doubted_since: str = ""

    def in_vain(self, why: str, now: str, *, unknown: bool = False, since: str = "") -> "Asking":
        """Return this after one more question, of which nothing came."""
        return self._replace(tried_at=now, failed=why, unknown=unknown, doubted_since=since)


class KnownMembers(NamedTuple):
    """What is stored about a group.

    Attributes
    ----------
    memberships : sequence of Membership
        By code and time.
    closed : sequence of Membership
        Those that were closed here, see `constituents.succeeded`.
    asking : Asking
        When the source was asked.
    """

    memberships: Sequence[Membership] = ()
    closed: Sequence[Membership] = ()
    asking: Asking = Asking()

    def refreshed(
        self, given: Sequence[Membership], source: str, as_of: str, now: str
    ) -> "KnownMembers":
        """Return this after a source was asked; what cannot be believed is not taken over.

        Parameters
        ----------
        given : sequence of Membership
            What `constituents.sifted` made of its answer.
        source : str
            The source's name. What another one gave is forgotten.
        as_of, now : str
            The last final day, and the time, when it was asked.

        Returns
        -------
        KnownMembers
            With `asking.failed` if the answer was refused.
        """
        mine = self if self.asking.source == source else KnownMembers(asking=Asking(source))
        if not given:
            return self.in_vain("the source knows no members of it", source, now, unknown=True)
        since = mine.asking.doubted_since or as_of
        if doubtful(mine.memberships, given) and _days(since, as_of) < DOUBTED_DAYS:
            why = "the source names fewer than half of the members that it had"
            return self.in_vain(why, source, now, since=since)
        last = previous_trading_day("SH", as_of)
        found, closed = succeeded(mine.memberships, mine.closed, given, last)
        return KnownMembers(found, closed, Asking(source, as_of, now, now))

    def in_vain(
        self, why: str, source: str, now: str, *, unknown: bool = False, since: str = ""
    ) -> "KnownMembers":
        """Return this after a source was asked and gave nothing that can be used."""
        asking = self.asking if self.memberships else Asking(source)
        return self._replace(asking=asking.in_vain(why, now, unknown=unknown, since=since))


class KnownIndustries(NamedTuple):
    """What is stored about the list of industries."""

    industries: Sequence[Industry] = ()
    asking: Asking = Asking()


class DayWeights(NamedTuple):
    """The weights of an index's members on a day.

    Attributes
    ----------
    weights : mapping
        Code → percent, by code; empty if none are known.
    asking : Asking
        When the source was asked.
    """

    weights: Mapping[str, float] = {}
    asking: Asking = Asking()

    @property
    def complete(self) -> bool:
        """Whether they are those of all members."""
        return abs(fsum(self.weights.values()) - WHOLE) <= TOLERANCE


def members_key(group: str) -> BlockKey:
    """Return the key of a group's members."""
    return BlockKey(MEMBERS, group, DOCUMENT)


def decode_members(key: BlockKey, stored: Block) -> KnownMembers:
    """Read what `encode_members` wrote."""
    head, rows = read_document(key, stored)
    if not head:
        return KnownMembers()
    found = [Membership(row["code"], row["in_date"], row["out_date"]) for row in rows]
    closed = [each for each, row in zip(found, rows, strict=True) if "closed" in row]
    return KnownMembers(found, closed, Asking(**head))


def encode_members(known: KnownMembers, stored: Block) -> Block:
    """Return a group's block with what is known about it, to be written."""
    closed = {*known.closed}
    rows = (
        each._asdict() | ({"closed": True} if each in closed else {}) for each in known.memberships
    )
    return write_document(stored, known.asking._asdict(), rows)


def decode_industries(stored: Block) -> KnownIndustries:
    """Read what `encode_industries` wrote."""
    head, rows = read_document(INDUSTRIES, stored)
    if not head:
        return KnownIndustries()
    return KnownIndustries([Industry(**row) for row in rows], Asking(**head))


def encode_industries(known: KnownIndustries, stored: Block) -> Block:
    """Return the block of industries, to be written."""
    return write_document(
        stored, known.asking._asdict(), (each._asdict() for each in known.industries)
    )


def weights_key(index: str, day: str) -> BlockKey:
    """Return the key of the block that holds an index's weights of a day."""
    return BlockKey(WEIGHTS, index, f"{day[:4]}-{day[4:6]}")


def decode_weights(key: BlockKey, stored: Block, day: str) -> DayWeights:
    """Return the weights of a day from its block, of which only that day's line is parsed."""
    _, text = unpack(key, stored)
    line = _lines(text).get(day)
    if line is None:
        return DayWeights()
    row = orjson.loads(line)
    asked_at = row["asked_at"]
    return DayWeights(row["weights"], Asking(row["source"], row["as_of"], asked_at, asked_at))


def sifted_weights(
    given: Mapping[str, Mapping[str, float]], start: str, end: str
) -> tuple[dict[str, dict[str, float]], list[str]]:
    """Bring the weights that a source gave into the form in which they are kept.

    Returns
    -------
    dict
        Day → code → percent, each sorted; only trading days from `start` to `end`.
    list of str
        What was set aside, in words.
    """
    days: dict[str, dict[str, float]] = {}
    notes: list[str] = []
    for day, weights in sorted(given.items()):
        if not start <= day <= end or not _trades(day):
            notes.append(f"{day!r} is no trading day that was asked for")
            continue
        found: dict[str, float] = {}
        for text, weight in sorted(weights.items()):
            code = our_code(text)
            if code is None:
                notes.append(f"{text!r} is no code")
            elif not (isfinite(weight) and 0 <= weight <= WHOLE):
                notes.append(f"{code} has the weight {weight} on {day}")
            elif found.setdefault(code, weight) != weight:
                notes.append(f"{code} has two weights on {day}")
        if found:
            days[day] = dict(sorted(found.items()))
    return days, notes


def with_weights(
    key: BlockKey,
    stored: Block,
    days: Mapping[str, Mapping[str, float]],
    asked: tuple[str, str],
    asking: Asking,
) -> Block:
    """Return a block of weights after the source was asked for some days, to be written.

    Parameters
    ----------
    key, stored : BlockKey, Block
        The block.
    days : mapping
        What `sifted_weights` returned, of all days that were asked for.
    asked : tuple of str
        The first and last of them, "YYYYMMDD".
    asking : Asking
        When the source was asked. Of days before the last one that it gave, its silence is its
        word that it has none; it may be late with the others.
    """
    known, text = unpack(key, stored)
    first, last = ends(key.part)
    lines = _lines(text)
    for day, weights in days.items():
        if first <= day <= last:
            row = {
                "trade_date": day,
                "source": asking.source,
                "as_of": asking.as_of,
                "asked_at": asking.asked_at,
                "weights": weights,
            }
            lines[day] = orjson.dumps(row)
    held = bits_of(key.part, lines)
    lacking = span(key.part, *asked) & trading_bits("SH", key.part) & ~held
    absent = lacking & span(key.part, asked[0], max(days, default=""))
    coverage = known.coverage._replace(present=held).mark(
        absent=absent,
        silent=lacking & ~absent,
        now=int(datetime.fromisoformat(asking.asked_at).timestamp()),
    )
    return stored.holding([lines[day] for day in sorted(lines)], coverage)


def _lines(text: bytes) -> dict[str, bytes]:
    """Return the lines of a block of weights by day; each begins with its day."""
    return {line[_DAY].decode(): line for line in codec.lines(text)}


def _trades(day: str) -> bool:
    try:
        return is_trading_day("SH", day)
    except ValueError:
        return False


def _days(first: str, last: str) -> int:
    return (date.fromisoformat(last) - date.fromisoformat(first)).days
