"""The read path of bars: read blocks, see what they lack, fetch small gaps, cut rows to a range.

Other rows with days that are read in the same way, such as a stock's status, are read by it too.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import orjson

from marketdata.blocks import codec
from marketdata.blocks.block import Block, BlockKey, digest_unopened, unpack
from marketdata.blocks.dataset import Dataset, Kind, Period
from marketdata.blocks.days import parts_between, span
from marketdata.blocks.store import BlockStore
from marketdata.catalog.calendar import TRADING, FinalDay, beyond_known
from marketdata.catalog.securities import LAST_DATE, Catalog, Security, lives
from marketdata.catalog.sessions import MINUTES
from marketdata.catalog.window import Window, common_market
from marketdata.details import Detail
from marketdata.errors import InvalidInputError
from marketdata.kline.bars import BarDataset, cut_bars, parse_bars
from marketdata.kline.completeness import Completeness, CompletenessByDataset, origin
from marketdata.kline.excerpt import EMPTY, Excerpt, Parts
from marketdata.kline.gaps import FetchRows, ReportDamage, fill_gaps
from marketdata.kline.resample import first_day_of, last_day_of, resample
from marketdata.kline.rows import Piece, RowSet

if TYPE_CHECKING:
    from marketdata.kline.computed import Computing

MOST_BARS = 1_000_000
"""The number of bars that fit into a function's memory, as text and as the answer made of it."""

STOCK_MINUTES = 240
"""A stock's trading day in minutes; that of most futures is similar or longer."""

NOT_GIVEN = LAST_DATE
"""The end of a question for the bars up to the last final day, see `kline.last_bars`."""

type Spans = Sequence[tuple[str, str]]
"""First and last day of some ranges, "YYYYMMDD", in the order of time."""
type Pieces = Mapping[str, Sequence[Piece]]
type Adjust = Callable[[Mapping[str, Security], Pieces], Pieces]
"""Adjusts the prices of stored rows, as `kline.adjust.adjuster.Adjuster.apply` does."""


@dataclass(frozen=True, slots=True)
class KlineQuestion:
    """Which bars are wanted.

    Attributes
    ----------
    kinds : frozenset of Kind
        The kinds that the codes may be of; any other code counts as unknown.
    codes : sequence of str
        In the order of the answer.
    start, end : str
        First and last day, "YYYYMMDD".
    period : Period
        A stored one, or weekly or monthly.
    members : mapping, optional
        Code → the days that are asked for of it, if these are not the same for all: those on which
        it belongs to an index. Of a week or a month, all days.
    final_until : str
        The last day whose rows are final, which the reader sets; later ones are not in the answer.
    """

    kinds: frozenset[Kind]
    codes: Sequence[str]
    start: str
    end: str
    period: Period
    members: Mapping[str, Spans] | None = None
    final_until: str = LAST_DATE

    @property
    def last_day(self) -> str:
        """The last day to read."""
        return min(self.end, self.final_until)

    @property
    def first_day(self) -> str:
        """The first day to read: weeks and months are computed from their own first day on."""
        return first_day_of(self.start, self.period)

    def spans(self, code: str) -> Spans:
        """Return the days to read of a code."""
        if self.members is None:
            found = iter([(self.first_day, self.last_day)])
        else:
            own = self.members.get(code, ())
            found = ((max(self.start, a), min(self.last_day, b)) for a, b in own)
        return [(first, last) for first, last in found if first <= last]

    def days(self, code: str, part: str) -> int:
        """Return those of them that are in a part, as bits."""
        days = 0
        for first, last in self.spans(code):
            days |= span(part, first, last)
        return days


class Found(NamedTuple):
    """An answer, and what it is known to lack."""

    rows: RowSet
    completeness: CompletenessByDataset


@dataclass(slots=True)
class KlineReader:
    """Answers questions about bars.

    Parameters
    ----------
    store : BlockStore
        Holds the bars.
    catalog : Catalog
        Knows which codes exist and when they lived.
    fetch : FetchRows
        Has small gaps filled.
    final_day : FinalDay
        Returns the last trading day whose rows of a dataset are final. An answer from several
        datasets goes by the earliest.
    upstream : str
        The source's name, for `meta`.
    now : int
        When the question is asked, epoch seconds.
    report : ReportDamage
        Has damaged blocks cleared that no gap has replaced.
    adjust : Adjust or None
        Applied to the rows before weekly and monthly ones are computed from them.
    dataset_of : callable
        Returns the dataset that is read for a kind of security and a stored period.
    held : mapping
        Blocks that have been read for this question already, even such as there are not.
    """

    store: BlockStore
    catalog: Catalog
    fetch: FetchRows
    final_day: FinalDay
    upstream: str
    now: int
    report: ReportDamage
    adjust: Adjust | None = None
    dataset_of: Callable[[Kind, Period], Dataset] = BarDataset
    held: Mapping[BlockKey, Block] = field(default_factory=dict)

    def read(self, question: KlineQuestion) -> RowSet:
        """Answer a question as completely as the cache and small fetches allow.

        Raises
        ------
        NotFoundError
            None of the codes is known.
        InvalidInputError
            The answer would have more than `MOST_BARS`.
        """
        return self.read_known(question, self.catalog.known(question.codes, question.kinds)).rows

    def read_known(self, question: KlineQuestion, known: Mapping[str, Security]) -> Found:
        """Answer a question about securities, by code, that are known already; errors as `read`."""
        question = self.final(question, known)
        self._check_size(question, known)
        keys = {code: self.keys(question, security) for code, security in known.items()}
        computing = self.computing(question, known)
        parts = self._open(question, [key for each in keys.values() for key in each], computing)
        found = self._compare(question, known, parts)
        source, warnings = "cache", list[Detail]()
        if not found.satisfied:
            fetched, warnings = fill_gaps(known, found.states, self.fetch)
            changed = set(found.lacking(fetched))
            again = [key for code in fetched for key in keys[code] if (code, key.part) in changed]
            if again:
                before = found.extent
                parts |= self._open(question, again, computing, fresh=True)
                found = self._compare(question, known, parts)
                source = origin(before, found.extent)
        if damaged := [key for key, excerpt in parts.items() if excerpt.damage]:
            self.report(damaged)
        pieces: Pieces = {code: _pieces(each, parts) for code, each in keys.items()}
        if self.adjust:
            pieces = self.adjust(known, pieces)
        if not question.period.stored:
            pieces = {code: _computed(question.period, each) for code, each in pieces.items()}
        if computing:
            warnings = [*computing.warnings, *warnings]
        meta = found.meta(common_market(known.values())) | {
            "returned": sum(piece.rows for each in pieces.values() for piece in each),
            "unfinished": self._unfinished(question, common_market(known.values())),
            "unknown_codes": [code for code in question.codes if code not in known],
            "source": source,
            "upstream": self.upstream,
            "warnings": [*beyond_known(question.end), *warnings],
        }
        if not question.period.stored or "computed" in meta:
            meta["computed_from"] = question.period.finer or question.period.base
        return Found(RowSet(pieces, meta), found)

    def final(self, question: KlineQuestion, known: Mapping[str, Security]) -> KlineQuestion:
        """Limit a question about known securities to final days."""
        kinds = {security.kind for security in known.values()} or {min(question.kinds)}
        datasets = {self.dataset_of(kind, question.period.base) for kind in kinds}
        until = min(self.final_day(dataset.name) for dataset in datasets)
        return replace(question, final_until=until)

    def _unfinished(self, question: KlineQuestion, market: str) -> list[list[str]]:
        """Return the days of a week or month at the end that later trading days belong to, too."""
        last = question.last_day
        first = first_day_of(last, question.period)
        if question.period.stored or last < question.first_day:
            return []
        days = TRADING.days(market, max(first, question.first_day), last)
        later = TRADING.days(market, days[-1], last_day_of(last, question.period)) if days else []
        return [[days[0], days[-1]]] if len(later) > 1 else []

    def _check_size(self, question: KlineQuestion, known: Mapping[str, Security]) -> None:
        """Refuse what no function could hold in memory, before anything is read."""
        period = question.period
        a_day = max(1, STOCK_MINUTES // MINUTES[period]) if period.intraday else 1
        market = common_market(known.values())
        days = TRADING.days(market, question.first_day, question.last_day)
        bars = a_day * sum(
            max(0, bisect_right(days, end) - bisect_left(days, start))
            for security in known.values()
            for start, end in _lived(question, security)
        )
        if bars > MOST_BARS:
            reason = f"must be closer to start_date, or the codes fewer: about {bars:,} bars are "
            reason += f"requested, at most {MOST_BARS:,} allowed"
            raise InvalidInputError("end_date", reason, key="too_much", most=MOST_BARS)

    def keys(self, question: KlineQuestion, security: Security) -> list[BlockKey]:
        """List the blocks that can hold what is asked for; nothing is expected in any other."""
        dataset = self.dataset(question, security)
        covered = self.catalog.coverage_start(dataset)
        if covered is None:
            return []
        start = max(covered, TRADING.first)
        parts = dict.fromkeys(
            part
            for first, last in _lived(question, security)
            for part in parts_between(dataset, max(start, first), last)
        )
        return [BlockKey(dataset.name, security.code, part) for part in parts]

    def computing(
        self, question: KlineQuestion, known: Mapping[str, Security]
    ) -> "Computing | None":
        """Return what computes days that lack bars from shorter bars; None if there are none."""
        finer = question.period.finer
        if finer is None:
            return None
        from marketdata.kline.computed import Computing  # noqa: PLC0415

        def dataset_of(security: Security) -> Dataset | None:
            dataset = self.dataset_of(security.kind, finer)
            return None if self.catalog.coverage_start(dataset) is None else dataset

        @cache
        def expecting(kind: Kind, part: str) -> Callable[[Security], int]:
            dataset = self.dataset_of(kind, question.period)
            return self.window(question, dataset).expecting(part)

        def expected(key: BlockKey) -> int:
            security = known[key.code]
            days = expecting(security.kind, key.part)(security)
            return days if question.members is None else days & question.days(key.code, key.part)

        return Computing(question.period, known, dataset_of, expected, self._blocks)

    def _blocks(self, keys: Iterable[BlockKey], *, fresh: bool = False) -> dict[BlockKey, Block]:
        keys = list(keys)
        held = {} if fresh else {key: self.held[key] for key in keys if key in self.held}
        return held | self.store.read([key for key in keys if key not in held], fresh=fresh)

    def _open(
        self,
        question: KlineQuestion,
        keys: Sequence[BlockKey],
        computing: "Computing | None",
        *,
        fresh: bool = False,
    ) -> dict[BlockKey, Excerpt]:
        """Read blocks; those that lie wholly within the question's range stay packed."""
        blocks = self._blocks(keys, fresh=fresh)
        asked = _asked(question, blocks)
        found = {
            key: _unopened(key, block, asked(key)) or _cut(question, key, block)
            for key, block in blocks.items()
        }
        if computing is None:
            return found
        return found | computing.complete({key: found.get(key, EMPTY) for key in keys})

    def _compare(
        self, question: KlineQuestion, known: Mapping[str, Security], parts: Parts
    ) -> CompletenessByDataset:
        """Compare what is stored with what should be there."""
        found = CompletenessByDataset()
        first = max(question.first_day, TRADING.first)
        names = parts_between(question.period.base, first, question.last_day)
        if not known:
            dataset = self.dataset_of(min(question.kinds), question.period.base)
            found.states[dataset] = Completeness(self.window(question, dataset), question.period)
        for code, security in known.items():
            dataset = self.dataset(question, security)
            state = found.states.get(dataset)
            if state is None:
                state = Completeness(self.window(question, dataset), question.period)
                found.states[dataset] = state
            for part in names:
                stored = parts.get(BlockKey(dataset.name, code, part), EMPTY)
                only = None if question.members is None else question.days(code, part)
                state.add(
                    dataset,
                    security,
                    part,
                    stored.coverage,
                    stored.piece,
                    only=only,
                    computed=stored.computed,
                )
        return found

    def dataset(self, question: KlineQuestion, security: Security) -> Dataset:
        """Return the dataset that is read of a security."""
        return self.dataset_of(security.kind, question.period.base)

    def window(self, question: KlineQuestion, dataset: Dataset) -> Window:
        """Return the days of a dataset that a question is about."""
        return Window(
            start=question.first_day,
            end=question.end,
            coverage_start=self.catalog.coverage_start(dataset),
            final_until=question.final_until,
            now=self.now,
        )


type ReadBars = Callable[[KlineReader, KlineQuestion], RowSet]
"""How a reader is asked: `KlineReader.read`, or what adds something to its answers."""


def _lived(question: KlineQuestion, security: Security) -> Spans:
    """Return the days to read of a security that are in one of its lives."""
    found = (
        (max(first, born), min(last, gone))
        for born, gone in lives(security)
        for first, last in question.spans(security.code)
    )
    return [(first, last) for first, last in found if first <= last]


def _asked(question: KlineQuestion, keys: Iterable[BlockKey]) -> Callable[[BlockKey], int]:
    """Return what returns the days that are asked for of a block, as bits."""
    if question.members is not None:
        return lambda key: question.days(key.code, key.part)
    of_part = {part: question.days("", part) for part in dict.fromkeys(key.part for key in keys)}
    return lambda key: of_part[key.part]


def _unopened(key: BlockKey, block: Block, asked: int) -> Excerpt | None:
    """Return a block unopened; None if not all its days were asked for or it is damaged."""
    if block.coverage.present & ~asked:
        return None
    digest = digest_unopened(key, block)
    return Excerpt(block.coverage, Piece(block.rows, block.frame, digest)) if digest else None


def _cut(question: KlineQuestion, key: BlockKey, stored: Block) -> Excerpt:
    """Open a block and keep the days asked for."""
    block, text = unpack(key, stored)
    cut = (cut_bars(text, first, last) for first, last in question.spans(key.code))
    rows = Piece.of(codec.JOINT.join(filter(None, cut)))
    return Excerpt(block.coverage, rows, block.damage)


def _pieces(keys: Sequence[BlockKey], parts: Parts) -> list[Piece]:
    return [parts[key].piece for key in keys if key in parts and parts[key].piece.rows]


def _computed(period: Period, pieces: Sequence[Piece]) -> list[Piece]:
    if not pieces:
        return []
    rows = parse_bars(codec.JOINT.join(piece.text for piece in pieces))
    return [Piece.of(codec.JOINT.join(map(orjson.dumps, resample(rows, period))))]
