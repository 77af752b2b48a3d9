"""What a task covers, and its work cut into batches for the source. Pure."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from marketdata.catalog.securities import Catalog, Security, life
from marketdata.finance.periods import calendar_of, final_of, with_prospectus
from marketdata.finance.statement import StatementSet
from marketdata.kline.bar import AnyDataset, Dataset, Kind
from marketdata.kline.completeness import Window
from marketdata.kline.coverage import days_of, parts_between
from marketdata.tasks import plan
from marketdata.tasks.task import Scope

LONGEST_SESSION = 600
"""Minutes of a trading day's longest session, the night included."""

STATEMENT_BARS = 20
"""So many bars are as long as a statement, which has up to 178 columns."""

type WorkItem = dict[str, Any]


def in_scope(catalog: Catalog, scope: Scope, *, to_ask: bool = False) -> list[Security]:
    """List the securities of a task's kind that live in its range; if it names codes, those.

    Parameters
    ----------
    catalog : Catalog
        All securities.
    scope : Scope
        What the task is about.
    to_ask : bool
        Have companies' lives begin with their prospectus where statements are asked for; what is
        worth asking for is more than what has to be there, see `finance.periods.with_prospectus`.
    """
    named = set(scope.codes)
    found = catalog.of_kind(scope.kind)
    if to_ask and isinstance(scope.dataset, StatementSet):
        found = [with_prospectus(security) for security in found]
    return [
        security
        for security in found
        if security.alive(scope.start, scope.end) and (not named or security.code in named)
    ]


def window_of(scope: Scope, catalog: Catalog, final_until: str) -> Window:
    """Give the days that a task is about."""
    dataset = scope.dataset
    return Window(
        scope.start,
        scope.end,
        catalog.coverage_start(dataset),
        final_of(dataset, final_until),
        calendar_of(dataset),
    )


def parts_of(scope: Scope, window: Window) -> list[str]:
    """Name the parts in which any bar can be expected; a range may reach from year 1 to 9999."""
    first = max(window.start, window.coverage_start, window.calendar.first)
    return parts_between(scope.dataset, first, min(window.end, window.final_until))


class Lacking:
    """The days that codes lack, as positions among the days that the scope is about.

    Attributes
    ----------
    days : list of str
        The scope's trading days, or reporting periods, "YYYYMMDD".
    positions : dict
        For each code that lacks any its days' positions, rising.
    """

    def __init__(self, scope: Scope) -> None:
        self.days = calendar_of(scope.dataset).days("SH", scope.start, scope.end)
        self.positions: dict[str, list[int]] = {}
        self._place = {day: at for at, day in enumerate(self.days)}

    def add(self, part: str, gaps: Mapping[str, int]) -> None:
        """Add what codes lack of one part, as bits; parts come in the order of time."""
        # Most codes lack the same days, and the whole market has millions of them.
        places = {bits: self._places(part, bits) for bits in set(gaps.values())}
        for code, bits in gaps.items():
            self.positions.setdefault(code, []).extend(places[bits])

    def _places(self, part: str, bits: int) -> list[int]:
        return [self._place[day] for day in days_of(part, bits)]


def work_items(
    dataset: AnyDataset, securities: Sequence[Security], lacking: Lacking
) -> Iterator[WorkItem]:
    """Cut what is lacking into batches; see `tasks.plan`.

    Parameters
    ----------
    dataset : AnyDataset
        What is lacking.
    securities : sequence of Security
        The codes in scope; among them all that lack anything.
    lacking : Lacking
        Which days.

    Yields
    ------
    WorkItem
        What the upstream function wants of a batch, see `upstream.door`, but for the task's own.
    """
    days, bars = lacking.days, bars_a_day(dataset)
    batches = plan.batches(_pieces(securities, lacking, plan.longest_piece(bars)), bars)
    last_batch = {piece.code: batch for batch in batches for piece in batch.pieces}
    for batch in batches:
        yield {
            "operation": dataset.operation,
            "dataset": dataset.name,
            "codes": [piece.code for piece in batch.pieces],
            "start": days[batch.first],
            "end": days[batch.last],
            "work": batch.days_missing * bars,
            "closing": sum(last_batch[piece.code] is batch for piece in batch.pieces),
        }


def _pieces(securities: Sequence[Security], lacking: Lacking, longest: int) -> Iterator[plan.Piece]:
    for security in securities:
        born, gone = life(security)
        yield from plan.pieces(
            security.code,
            lacking.positions.get(security.code, []),
            bisect_left(lacking.days, born),
            bisect_right(lacking.days, gone) - 1,
            longest,
        )


def bars_a_day(dataset: AnyDataset) -> int:
    """Give the most bars that one code has on one day, or how many a statement weighs."""
    if not isinstance(dataset, Dataset):
        return STATEMENT_BARS
    if not dataset.intraday:
        return 1
    minutes = LONGEST_SESSION if dataset.kind is Kind.FUTURE else 240
    return max(1, minutes // int(dataset.period.removeprefix("min")))
