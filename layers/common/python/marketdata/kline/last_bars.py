"""The last bars of each code, however far back they lie: days without a bar do not count."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from marketdata.blocks import codec
from marketdata.blocks.block import Block, BlockKey
from marketdata.blocks.dataset import Period
from marketdata.blocks.days import bit_of, days_of
from marketdata.catalog.calendar import TRADING
from marketdata.catalog.securities import LAST_DATE, Security, life
from marketdata.catalog.sessions import MINUTES
from marketdata.errors import InvalidInputError
from marketdata.kline.bars import DAY
from marketdata.kline.completeness import expected_bars
from marketdata.kline.reader import MOST_BARS, KlineQuestion, KlineReader, ReadBars
from marketdata.kline.resample import first_day_of
from marketdata.kline.rows import Piece, RowSet

SHORTEST_DAY = 225
"""Minutes in the trading day of a future without a night session, shorter than most."""

DAYS_A_BAR = {Period.WEEKLY: 5, Period.MONTHLY: 21}

DAYS_A_PART = {True: 15, False: 225}
"""Trading days in a part of intraday bars (a month) and of others (a year), at the least."""

NOT_GIVEN = LAST_DATE
"""The end of a question for the bars up to the last final day."""


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
        Reads the bars of a range.
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
            reason = f"must be smaller, or the codes fewer: at most {MOST_BARS:,} bars are allowed"
            raise InvalidInputError("count", reason)
        question = reader.final(replace(question, start=TRADING.first), known)
        if question.end == NOT_GIVEN:
            question = replace(question, end=question.final_until)
        search = _Search(reader, question, known, self.count)
        begins = search.begins()
        rows = self._between(search, begins)
        source = rows.meta["source"]
        cut = cut_last(rows, self.count)
        few = [code for code, each in cut.pieces.items() if _count(each) < self.count]
        if few and (earlier := search.earlier_begins(few, begins)):
            begins |= earlier
            rows = self._between(search, begins)
            cut = cut_last(rows, self.count)
        # What is said of days before the first bar is of no interest.
        later = {code: first_day_of(cut.first[code], question.period) for code in cut.dropped}
        if any(day > begins[code] for code, day in later.items()):
            search.refresh(begins | later)
            rows = self._between(search, begins | later)
            cut = cut_last(rows, self.count)
        return cut.answer(rows, source)

    def _between(self, search: "_Search", begins: Mapping[str, str]) -> RowSet:
        question = search.question
        members = {code: [(begin, question.last_day)] for code, begin in begins.items()}
        start = min((*begins.values(), question.end))
        reader = replace(search.reader, held=search.held)
        return self.read(reader, replace(question, start=start, members=members))


class Cut(NamedTuple):
    """The last bars of each code, the day of the first of them, and how many were before it."""

    pieces: dict[str, Sequence[Piece]]
    first: dict[str, str]
    dropped: dict[str, int]

    def answer(self, rows: RowSet, source: str) -> RowSet:
        """Return them as the answer.

        Parameters
        ----------
        rows : RowSet
            What they were cut from, which began on the days of the first ones.
        source : str
            Where rows came from when they were read for the first time.
        """
        meta = {
            **rows.meta,
            "expected": rows.meta["expected"] - sum(self.dropped.values()),
            "returned": sum(map(_count, self.pieces.values())),
            "source": rows.meta["source"] if source == "cache" else source,
            "first": self.first,
        }
        return RowSet(self.pieces, meta)


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
    """Finds the days on which the last bars begin, by what is known of days, without any bar.

    Attributes
    ----------
    reader, question, known, count
        What is asked, up to a last day, and of whom.
    held : dict
        The blocks that were read, even such as there are not.
    """

    reader: KlineReader
    question: KlineQuestion
    known: Mapping[str, Security]
    count: int
    held: dict[BlockKey, Block] = field(default_factory=dict)

    def begins(self) -> dict[str, str]:
        """Return for each code the day on which its last bars begin, if no day is missing.

        If it has fewer, that is the first day on which it may have one.
        """
        found, _ = self._walk(self.known, stored=False)
        return {code: found.get(code) or self._first_day(code) for code in self.known}

    def earlier_begins(self, codes: Sequence[str], begins: Mapping[str, str]) -> dict[str, str]:
        """Return for those of some codes that have older bars the day on which the last begin."""
        found, oldest = self._walk(codes, stored=True)
        stored = {code: found.get(code) or oldest.get(code, LAST_DATE) for code in codes}
        earlier = {code: day for code, day in stored.items() if day < begins[code]}
        if earlier:
            self.refresh({**begins, **earlier})
        return earlier

    def refresh(self, begins: Mapping[str, str]) -> None:
        """Read all blocks from some days on again, which a fetch may just have written."""
        self.held.clear()
        base = self.question.period.base
        parts = {code: base.part_of(begin) for code, begin in begins.items()}
        self._read(key for code in begins for key in self._keys(code) if key.part >= parts[code])

    def _walk(self, codes: Iterable[str], *, stored: bool) -> tuple[dict[str, str], dict[str, str]]:
        """Go back in time until each code has enough bars.

        Parameters
        ----------
        codes : iterable of str
            The codes.
        stored : bool
            Whether to count only what is stored, as of now. Otherwise days that are missing count
            as well.

        Returns
        -------
        dict, dict
            The day on which the last bars begin, of the codes that have so many; the oldest day
            that was counted.
        """
        left = dict.fromkeys(codes, self.count)
        found, oldest = dict[str, str](), dict[str, str]()
        keys = {code: self._keys(code)[::-1] for code in left}
        at, ahead = 0, self._parts_ahead()
        while left:
            wave = {code: keys[code][at : at + ahead] for code in left}
            at += ahead
            if stored:
                self.held.clear()
            self._read((key for each in wave.values() for key in each), fresh=stored)
            for code, each in wave.items():
                for first, bars in self._bars(code, each, stored=stored):
                    if first != oldest.get(code):
                        oldest[code] = first
                        left[code] -= bars
                    if left[code] <= 0:
                        found[code] = first
                        break
                if code in found or len(each) < ahead:
                    del left[code]
        return found, oldest

    def _bars(
        self, code: str, keys: Iterable[BlockKey], *, stored: bool
    ) -> Iterator[tuple[str, int]]:
        """Yield days, weeks or months backwards: the first day, and the bars that it has at least.

        `stored` as in `_walk`.
        """
        security, period = self.known[code], self.question.period
        dataset = self.reader.dataset(self.question, security)
        window = self.reader.window(self.question, dataset)
        for key in keys:
            coverage = self.held[key].coverage
            days = coverage.present & self.question.days(code, key.part)
            if not stored:
                days |= coverage.lacking(window.expected(security, key.part))
            for day in reversed(days_of(key.part, days)):
                short = stored and coverage.short & bit_of(key.part, day)
                yield (
                    first_day_of(day, period),
                    1 if short else expected_bars(dataset, security, day),
                )

    def _first_day(self, code: str) -> str:
        security = self.known[code]
        dataset = self.reader.dataset(self.question, security)
        covered = self.reader.window(self.question, dataset).covered_from
        first = max(TRADING.first, covered, life(security)[0])
        return min(first_day_of(first, self.question.period), self.question.last_day)

    def _keys(self, code: str) -> list[BlockKey]:
        return self.reader.keys(self.question, self.known[code])

    def _read(self, keys: Iterable[BlockKey], *, fresh: bool = True) -> None:
        wanted = [key for key in keys if key not in self.held]
        self.held |= dict.fromkeys(wanted, Block()) | self.reader.store.read(wanted, fresh=fresh)

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
