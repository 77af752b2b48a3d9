"""Batches: missing days, grouped into as few calls to the source as possible. Pure.

A call to the source costs about the same for one code as for three hundred, so codes that lack
about the same days go together, although a batch asks for a single range of days. A source that
counts requests, and brings all codes of a day with one of them, is asked for whole days where that
takes fewer of them.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NotRequired, TypedDict

from marketdata.blocks.dataset import Dataset, Kind
from marketdata.blocks.days import days_of
from marketdata.catalog.securities import Security, lives
from marketdata.finance.periods import calendar_of
from marketdata.finance.statement import StatementDataset
from marketdata.kline.bars import BarDataset
from marketdata.tasks.scope import Scope
from marketdata.tasks.whole_days import Span, WholeDays, codes_by_day, pages, runs, whole_days

CODES_A_BATCH = 300


BARS_A_BATCH = 100_000


BRIDGE_DAYS = 5
"""Gaps of one code that are at most this many days apart are fetched as one."""


GAPS_A_BATCH = 8
"""A long gap is cut so that at least this many pieces fit into a batch: short ones fill it better.
"""


WASTE = 2
"""A batch may ask for this many times as many bars as are missing, to save calls."""


CHEAP_BARS = 10_000
"""Up to this many bars a batch may waste any share of them: another call would cost more."""


LONGEST_SESSION = 600
"""Minutes of the longest trading day, night session included."""


STATEMENT_BARS = 20
"""The number of bars that weigh as much as one statement, which has up to 178 columns."""


class Work(TypedDict):
    """One operation of the upstream function, and its share of a task.

    `operation` and its arguments, see `upstream.client`; `work`, in bars; `closing`, the number of
    codes for which it is the last batch.
    """

    operation: str
    dataset: NotRequired[str]
    codes: NotRequired[list[str]]
    start: NotRequired[str]
    end: NotRequired[str]
    work: int
    closing: int


class WorkItem(Work):
    """A batch of a task in work lists, state machines and events of the upstream function.

    `batch` is its number, from 1.
    """

    task_id: int
    attempt: int
    batch: int


@dataclass(frozen=True, slots=True)
class Gap:
    """Neighbouring days that one code lacks, as positions in the scope's list of days.

    Attributes
    ----------
    code : str
        The code.
    first, last : int
        The first and the last missing day.
    lives : sequence of (int, int)
        The first and the last day of each of the code's lives within the scope.
    """

    code: str
    first: int
    last: int
    lives: Sequence[Span]

    @property
    def days(self) -> int:
        """The number of days from the first to the last."""
        return self.last - self.first + 1

    def alive(self, first: int, last: int) -> int:
        """Count the days of the code's lives in a range."""
        return sum(max(0, min(gone, last) - max(born, first) + 1) for born, gone in self.lives)


@dataclass(slots=True)
class Batch:
    """What one call to the source asks for: some codes and one range of days, as positions.

    Attributes
    ----------
    first, last : int
        The first and the last day of the range.
    days_missing : int
        Days that are needed, summed over the codes.
    days_asked : int
        Days of the range on which a code is alive, summed over the codes.
    """

    first: int
    last: int
    days_missing: int = 0
    days_asked: int = 0
    _by_code: dict[str, Gap] = field(default_factory=dict)

    @property
    def pieces(self) -> list[Gap]:
        """The pieces, one per code: several of one code are joined."""
        return list(self._by_code.values())

    @property
    def codes(self) -> Sequence[str]:
        """The codes."""
        return list(self._by_code)

    @property
    def requests(self) -> int:
        """The number of requests that it takes of a source for which each is for one code."""
        return len(self._by_code) * pages(self.last - self.first + 1)

    def take(self, piece: Gap, bars_a_day: int) -> bool:
        """Add a piece if the batch stays within its limits; return whether it was added."""
        known = self._by_code.get(piece.code)
        if known is None and len(self._by_code) >= CODES_A_BATCH:
            return False
        first, last = min(self.first, piece.first), max(self.last, piece.last)
        asked, missing = self._asked(first, last), self.days_missing + piece.days
        if known is None:
            asked += piece.alive(first, last)
        if self._by_code and (
            asked > BARS_A_BATCH // bars_a_day
            or asked > max(WASTE * missing, CHEAP_BARS // bars_a_day)
        ):
            return False
        self.first, self.last, self.days_asked, self.days_missing = first, last, asked, missing
        self._by_code[piece.code] = replace(known, last=piece.last) if known else piece
        return True

    def _asked(self, first: int, last: int) -> int:
        if (first, last) == (self.first, self.last):
            return self.days_asked
        return sum(piece.alive(first, last) for piece in self._by_code.values())


def gaps_of(
    code: str, missing: Sequence[int], alive: Sequence[Span], longest: int
) -> Iterator[Gap]:
    """Join a code's missing days into pieces.

    Parameters
    ----------
    missing : sequence of int
        Positions of the missing days, ascending.
    alive : sequence of (int, int)
        Positions of the first and the last day of each of the code's lives within the scope.
    longest : int
        The greatest length of a piece, in days. Long gaps of all codes are cut on the same days,
        so that their pieces go together.

    Yields
    ------
    Gap
        The pieces, in the order of time.
    """
    piece: Gap | None = None
    for first, last in (part for run in runs(missing) for part in _cut(*run, longest)):
        near = piece and first - piece.last - 1 <= BRIDGE_DAYS
        if piece and near and first // longest == piece.first // longest:
            piece = replace(piece, last=last)
            continue
        if piece:
            yield piece
        piece = Gap(code, first, last, alive)
    if piece:
        yield piece


def _cut(first: int, last: int, longest: int) -> Iterator[tuple[int, int]]:
    """Cut a run of days wherever a multiple of `longest` begins."""
    for border in range((first // longest + 1) * longest, last + 1, longest):
        yield first, border - 1
        first = border
    yield first, last


def longest_gap(bars_a_day: int) -> int:
    """Return the greatest length of a piece, in days."""
    return max(1, BARS_A_BATCH // GAPS_A_BATCH // bars_a_day)


def batches(work: Iterable[Gap], bars_a_day: int) -> list[Batch]:
    """Group pieces into as few calls as the limits allow.

    Parameters
    ----------
    work : iterable of Gap
        Pieces in any order, none longer than `longest_gap`; those of one code do not overlap.
    bars_a_day : int
        Bars that one code has on one day.

    Returns
    -------
    list of Batch
        Every piece is in exactly one batch. A batch has at most `CODES_A_BATCH` codes and asks for
        at most `BARS_A_BATCH` bars, and for at most `WASTE` times the missing ones or `CHEAP_BARS`,
        whichever is more.
    """
    result: list[Batch] = []
    for piece in sorted(work, key=lambda each: (each.last, each.first, each.code)):
        if not (result and result[-1].take(piece, bars_a_day)):
            batch = Batch(piece.first, piece.last)
            batch.take(piece, bars_a_day)
            result.append(batch)
    return result


class Lacking:
    """The days that codes lack, as positions in the scope's list of days.

    Attributes
    ----------
    days : list of str
        The scope's trading days or reporting periods, "YYYYMMDD".
    positions : dict
        For each code that lacks days, their positions, ascending.
    count : int
        How many these are, over all codes.
    """

    def __init__(self, scope: Scope) -> None:
        self.days = calendar_of(scope.dataset).days("SH", scope.start, scope.end)
        self.positions: dict[str, list[int]] = {}
        self.count = 0
        self._place = {day: at for at, day in enumerate(self.days)}

    def add(self, part: str, gaps: Mapping[str, int]) -> None:
        """Add the days of one part that codes lack, as bits; parts come in the order of time."""
        # Most codes lack the same days, of which the whole market has millions.
        places = {bits: self._places(part, bits) for bits in set(gaps.values())}
        for code, bits in gaps.items():
            self.positions.setdefault(code, []).extend(places[bits])
            self.count += len(places[bits])

    def _places(self, part: str, bits: int) -> list[int]:
        return [self._place[day] for day in days_of(part, bits)]


def work_items(
    dataset: Dataset,
    securities: Sequence[Security],
    lacking: Lacking,
    whole_days_since: str | None = None,
) -> Iterator[Work]:
    """Cut the missing days into batches; see `tasks.batching`.

    Parameters
    ----------
    dataset : Dataset
        The dataset whose rows are missing.
    securities : sequence of Security
        The securities in scope, including all that lack days.
    lacking : Lacking
        The missing days of each code.
    whole_days_since : str or None
        The first day, YYYYMMDD, that the source can be asked for with all codes, if any; see
        `tasks.whole_days`.

    Yields
    ------
    Work
        The batches, in the order in which they are to be done.
    """
    days, bars = lacking.days, bars_a_day(dataset)
    made = chosen(securities, lacking, bars, whole_days_since)
    last_batch = {code: batch for batch in made for code in batch.codes}
    for batch in made:
        yield {
            "operation": dataset.operation,
            "dataset": dataset.name,
            "codes": [*batch.codes],
            "start": days[batch.first],
            "end": days[batch.last],
            "work": batch.days_missing * bars,
            "closing": sum(last_batch[code] is batch for code in batch.codes),
        }


def chosen(
    securities: Sequence[Security], lacking: Lacking, bars: int, whole_days_since: str | None
) -> Sequence[Batch | WholeDays]:
    """Batch all missing days by code, or some by whole days if that takes fewer requests.

    Parameters
    ----------
    bars : int
        Bars that one code has on one day.
    securities, lacking, whole_days_since
        See `work_items`.
    """
    plain = _by_code(securities, lacking, lacking.positions, bars)
    if not whole_days_since:
        return plain
    mixed = _mixed(securities, lacking, bisect_left(lacking.days, whole_days_since), bars)
    # Codes that are left alone may go together less well than before.
    return min(plain, mixed, key=lambda made: sum(batch.requests for batch in made))


def _mixed(
    securities: Sequence[Security], lacking: Lacking, first: int, bars: int
) -> list[Batch | WholeDays]:
    """Batch some codes by whole days from the first one on, in the order of time."""
    by_day = codes_by_day(lacking.positions, first)
    rest = {
        code: days[: bisect_left(days, first)] if code in by_day else days
        for code, days in lacking.positions.items()
    }
    whole = whole_days({code: lacking.positions[code] for code in by_day}, first)
    made: list[Batch | WholeDays] = [*_by_code(securities, lacking, rest, bars), *whole]
    return sorted(made, key=lambda batch: (batch.last, batch.first))


def _by_code(
    securities: Sequence[Security],
    lacking: Lacking,
    positions: Mapping[str, Sequence[int]],
    bars: int,
) -> list[Batch]:
    """Batch missing days by code, of which `positions` has those of each."""
    work: list[Gap] = []
    for security in securities:
        alive = [
            (bisect_left(lacking.days, born), bisect_right(lacking.days, gone) - 1)
            for born, gone in lives(security)
        ]
        missing = positions.get(security.code, ())
        work += gaps_of(security.code, missing, alive, longest_gap(bars))
    return batches(work, bars)


def bars_a_day(dataset: Dataset) -> int:
    """Return the most rows that a code has on one day; for statements, `STATEMENT_BARS`."""
    if isinstance(dataset, StatementDataset):
        return STATEMENT_BARS
    if not isinstance(dataset, BarDataset) or not dataset.intraday:
        return 1
    minutes = LONGEST_SESSION if dataset.kind is Kind.FUTURE else 240
    return max(1, minutes // int(dataset.period.removeprefix("min")))
