"""The last bars of each code, however far back they lie: days without a bar do not count."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from marketdata.blocks import codec
from marketdata.blocks.block import Block, BlockKey
from marketdata.blocks.coverage import Coverage
from marketdata.blocks.dataset import Period
from marketdata.blocks.days import bit_of, days_of
from marketdata.catalog.calendar import TRADING
from marketdata.catalog.securities import Security, life
from marketdata.catalog.sessions import MINUTES
from marketdata.details import Detail
from marketdata.errors import InvalidInputError
from marketdata.kline.bars import DAY
from marketdata.kline.completeness import session_bars
from marketdata.kline.gaps import OneCall
from marketdata.kline.reader import MOST_BARS, NOT_GIVEN, KlineQuestion, KlineReader, ReadBars
from marketdata.kline.resample import first_day_of
from marketdata.kline.rows import Piece, RowSet

if TYPE_CHECKING:
    from marketdata.kline.computed import Computing

SHORTEST_DAY = 225
"""Minutes in the trading day of a future without a night session, shorter than most."""

DAYS_A_BAR = {Period.WEEKLY: 5, Period.MONTHLY: 21}

DAYS_A_PART = {True: 15, False: 225}
"""Trading days in a part of intraday bars (a month) and of others (a year), at the least."""

PASSES = 8
"""How often to go further back: each time because the source, or a block, had fewer bars."""

CUT_SHORT = "it has fewer bars than asked for, and older days were not looked at"

LOOKED_AT = 2_000
"""Blocks that are looked at for bars that stand in for missing ones."""


@dataclass(frozen=True, slots=True)
class LastBars:
    """Reads the last bars of each code up to the end of a question, whose start does not matter.

    A day that the cache lacks counts as one with bars, so that it is fetched or named as missing.
    If it stays missing, older bars that are stored stand in for its own.

    Parameters
    ----------
    count : int
        The number of bars of each code, or all if it has fewer.
    read : ReadBars
        Reads the bars of a range, once it is known.
    """

    count: int
    read: ReadBars = KlineReader.read

    def __call__(self, reader: KlineReader, question: KlineQuestion) -> RowSet:
        """Answer a question; `first` in `meta` names the trading day of each code's first bar.

        Raises
        ------
        NotFoundError
            None of the codes is known.
        InvalidInputError
            The answer would have more than `kline.reader.MOST_BARS`.
        """
        known = reader.catalog.known(question.codes, question.kinds)
        if self.count * len(known) > MOST_BARS:
            raise _too_many()
        question = reader.final(replace(question, start=TRADING.first), known)
        if question.end == NOT_GIVEN:
            question = replace(question, end=question.final_until)
        fetch = OneCall(reader.fetch)
        reader = replace(reader, fetch=fetch)
        search = _Search(reader, question, known, self.count, fetch)
        try:
            begins = search.begins()
            rows = self.read(replace(reader, held=search.held), search.between(begins))
        except InvalidInputError as error:
            if error.field != "end_date":
                raise
            raise _too_many() from error
        return cut_last(rows, self.count).answer(rows, search.source, search.cut_short)


def _too_many() -> InvalidInputError:
    reason = f"must be smaller, or the codes fewer: at most {MOST_BARS:,} bars are allowed"
    return InvalidInputError("count", reason, key="too_much", most=MOST_BARS)


class Cut(NamedTuple):
    """The last bars of each code, the day of the first of them, and how many were before it."""

    pieces: dict[str, Sequence[Piece]]
    first: dict[str, str]
    dropped: dict[str, int]

    def answer(self, rows: RowSet, source: str, cut_short: Collection[str] = ()) -> RowSet:
        """Return them as the answer.

        Parameters
        ----------
        rows : RowSet
            What they were cut from, which began on the days of the first ones.
        source : str
            Where rows came from when they were looked for.
        cut_short : collection of str
            Codes that may have older bars, which were not looked for.
        """
        meta = {
            **rows.meta,
            "complete": rows.meta["complete"] and not cut_short,
            "warnings": [*rows.meta["warnings"], *map(_cut_short, cut_short)],
            "expected": rows.meta["expected"] - sum(self.dropped.values()),
            "returned": sum(map(_count, self.pieces.values())),
            "source": rows.meta["source"] if source == "cache" else source,
            "first": self.first,
        }
        return RowSet(self.pieces, meta)


def _cut_short(code: str) -> Detail:
    return Detail("older_not_looked_at", f"{code}: {CUT_SHORT}", {"code": code})


def cut_last(rows: RowSet, count: int) -> Cut:
    """Return the last bars of each code."""
    cut = Cut({}, {}, {})
    for code, pieces in rows.pieces.items():
        kept, dropped = _last(pieces, count)
        cut.pieces[code] = kept
        if kept:
            cut.first[code] = kept[0].text[DAY].decode()
        if dropped:
            cut.dropped[code] = dropped
    return cut


@dataclass(slots=True)
class _Search:
    """Finds the days on which the last bars begin.

    Attributes
    ----------
    reader, question, known, count
        What is asked, up to a last day, and of whom.
    fetch : OneCall
        How the reader has gaps fetched.
    held : dict
        The blocks that were read, even such as there are not.
    coverage : dict
        What is known of their days, with what can be computed from shorter bars.
    computing : Computing or None
        Computes days that lack bars from shorter bars, if there are any.
    source : str
        Where bars came from while they were looked for.
    cut_short : list of str
        Codes that may have older bars, which were not looked for.
    looked_at : int
        How many blocks were looked at for bars that stand in.
    """

    reader: KlineReader
    question: KlineQuestion
    known: Mapping[str, Security]
    count: int
    fetch: OneCall
    held: dict[BlockKey, Block] = field(default_factory=dict)
    coverage: dict[BlockKey, Coverage] = field(default_factory=dict)
    computing: "Computing | None" = field(init=False)
    source: str = "cache"
    cut_short: list[str] = field(default_factory=list)
    looked_at: int = 0

    def __post_init__(self) -> None:
        self.computing = self.reader.computing(self.question, self.known)

    def begins(self) -> dict[str, str]:
        """Return for each code the day on which its last bars begin.

        If it has fewer, that is the first day on which it may have one. What is missing has been
        fetched by then, as far as it is little enough.
        """
        begins = self._candidates(self.known, self.count)
        plain = replace(self.reader, adjust=None)
        for turn in range(PASSES):
            before = self.fetch.answers
            rows = replace(plain, held=self.held).read(self.between(begins))
            self.source = rows.meta["source"] if self.source == "cache" else self.source
            if fetched := self.fetch.answers > before:
                self._refresh(begins)
            cut = cut_last(rows, self.count)
            lacking = {
                code: self.count - _count(each)
                for code, each in cut.pieces.items()
                if _count(each) < self.count and begins[code] > self._first_day(code)
            }
            # Suspensions may be long: where the source has just told of one, look ever further.
            ahead = self.count << max(0, turn - 1) if fetched else 0
            earlier = self._earlier(lacking, begins, ahead)
            begins |= earlier
            if not earlier:
                break
        else:
            self.cut_short = sorted(earlier)
        # What is said of days before the first bar is of no interest.
        period = self.question.period
        return begins | {code: first_day_of(cut.first[code], period) for code in cut.dropped}

    def between(self, begins: Mapping[str, str]) -> KlineQuestion:
        """Return the question about what is from these days on."""
        question = self.question
        members = {code: [(begin, question.last_day)] for code, begin in begins.items()}
        return replace(question, start=min((*begins.values(), question.end)), members=members)

    def _earlier(
        self, lacking: Mapping[str, int], begins: Mapping[str, str], ahead: int
    ) -> dict[str, str]:
        """Return the days before those on which reading began, of codes that lack bars.

        Where the source has just told of days without a bar, others count in their place: so many
        days `ahead`, 0 if it was not asked. Days that stay missing are replaced by stored ones.
        """
        moved: dict[str, str] = {}
        if ahead and lacking:
            again = self._candidates(lacking, ahead)
            moved = {code: day for code, day in again.items() if day < begins[code]}
        if left := {code: bars for code, bars in lacking.items() if code not in moved}:
            moved |= self._stored_before(left, begins)
        return moved

    def _candidates(self, codes: Collection[str], count: int) -> dict[str, str]:
        """Return for each code the day on which its last bars begin, if no day is missing."""
        wanted = dict.fromkeys(codes, count)
        keys = {code: self._keys(code)[::-1] for code in codes}
        found, _ = self._walk(wanted, keys, self._bars)
        return {code: found.get(code) or self._first_day(code) for code in codes}

    def _stored_before(
        self, wanted: Mapping[str, int], begins: Mapping[str, str]
    ) -> dict[str, str]:
        """Return the days on which so many stored bars before some days begin, or the oldest."""
        base = self.question.period.base
        keys = {
            code: [key for key in self._keys(code)[::-1] if key.part <= base.part_of(begins[code])]
            for code in wanted
        }

        def bars(code: str, key: BlockKey) -> Iterator[tuple[str, int]]:
            found = self._bars(code, key, stored=True)
            return ((first, at_least) for first, at_least in found if first < begins[code])

        found, oldest = self._walk(wanted, keys, bars, most=LOOKED_AT)
        return oldest | found

    def _walk(
        self,
        wanted: Mapping[str, int],
        keys: Mapping[str, Sequence[BlockKey]],
        bars: Callable[[str, BlockKey], Iterator[tuple[str, int]]],
        most: int | None = None,
    ) -> tuple[dict[str, str], dict[str, str]]:
        """Go back in time until each code has enough bars.

        Parameters
        ----------
        wanted : mapping
            How many, by code.
        keys : mapping
            The blocks to look at, the newest first.
        bars : callable
            Yields days, weeks or months of a block backwards: the first day, and the bars that
            count.
        most : int, optional
            How many blocks may be looked at in such walks of one call.

        Returns
        -------
        dict, dict
            The day on which the last bars begin, of the codes that have so many; the oldest day
            that was counted.
        """
        left = dict(wanted)
        found, oldest = dict[str, str](), dict[str, str]()
        at, ahead = 0, self._parts_ahead()
        while left and (most is None or self.looked_at < most):
            wave = {code: keys[code][at : at + ahead] for code in left}
            at += ahead
            self._read(key for each in wave.values() for key in each)
            self.looked_at += sum(map(len, wave.values())) if most else 0
            for code, each in wave.items():
                for first, count in chain.from_iterable(bars(code, key) for key in each):
                    if first != oldest.get(code):
                        oldest[code] = first
                        left[code] -= count
                    if left[code] <= 0:
                        found[code] = first
                        break
                if code in found or len(each) < ahead:
                    del left[code]
        return found, oldest

    def _bars(self, code: str, key: BlockKey, *, stored: bool = False) -> Iterator[tuple[str, int]]:
        """Yield days, weeks or months backwards: the first day, and the bars that it has.

        If only what is `stored` counts, these are the bars that it has at the least.
        """
        security, period = self.known[code], self.question.period
        dataset = self.reader.dataset(self.question, security)
        coverage = self.coverage[key]
        days = coverage.present & self.question.days(code, key.part)
        if not stored:
            window = self.reader.window(self.question, dataset)
            days |= coverage.lacking(window.expected(security, key.part))
        for day in reversed(days_of(key.part, days)):
            if stored and coverage.short & bit_of(key.part, day):
                count = 1
            else:
                count = session_bars(dataset, security, day) or (1 if stored else self._a_day())
            yield first_day_of(day, period), count

    def _a_day(self) -> int:
        """Return about how many bars a day of unknown sessions has."""
        return max(1, SHORTEST_DAY // MINUTES[self.question.period])

    def _first_day(self, code: str) -> str:
        security = self.known[code]
        dataset = self.reader.dataset(self.question, security)
        covered = self.reader.window(self.question, dataset).covered_from
        first = max(TRADING.first, covered, life(security)[0])
        return min(first_day_of(first, self.question.period), self.question.last_day)

    def _keys(self, code: str) -> list[BlockKey]:
        return self.reader.keys(self.question, self.known[code])

    def _refresh(self, begins: Mapping[str, str]) -> None:
        """Read all blocks from some days on again, which a fetch may just have written."""
        base = self.question.period.base
        parts = {code: base.part_of(begin) for code, begin in begins.items()}
        changed = [key for code in begins for key in self._keys(code) if key.part >= parts[code]]
        for key in changed:
            self.held.pop(key, None)
        self._read(changed, fresh=True)

    def _read(self, keys: Iterable[BlockKey], *, fresh: bool = False) -> None:
        wanted = [key for key in keys if key not in self.held]
        blocks = dict.fromkeys(wanted, Block()) | self.reader.store.read(wanted, fresh=fresh)
        coverage = {key: block.coverage for key, block in blocks.items()}
        if self.computing:
            coverage = self.computing.coverage(coverage)
            self.held |= self.computing.held
        self.held |= blocks
        self.coverage |= coverage

    def _parts_ahead(self) -> int:
        """Return how many parts to read at once: as many as hold the bars of most codes."""
        period = self.question.period
        return days_of_bars(period, self.count) // DAYS_A_PART[period.intraday] + 1


def days_of_bars(period: Period, count: int) -> int:
    """Return about how many trading days so many bars take."""
    if period.intraday:
        return count * MINUTES[period] // SHORTEST_DAY + 1
    return count * DAYS_A_BAR.get(period, 1)


def _count(pieces: Sequence[Piece]) -> int:
    return sum(piece.rows for piece in pieces)


def _last(pieces: Sequence[Piece], count: int) -> tuple[list[Piece], int]:
    """Return the last rows of a code, and the number of rows before them."""
    dropped = max(0, _count(pieces) - count)
    skipped = 0
    for at, piece in enumerate(pieces):
        if skipped + piece.rows > dropped:
            rest = dropped - skipped
            kept = [*pieces[at:]]
            if rest:
                kept[0] = Piece.of(codec.JOINT.join(codec.lines(piece.text)[rest:]))
            return kept, dropped
        skipped += piece.rows
    return [], dropped
