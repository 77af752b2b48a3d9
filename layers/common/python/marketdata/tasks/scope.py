"""What a task is about. Pure."""

from dataclasses import dataclass
from enum import StrEnum

from marketdata.blocks.dataset import Dataset, Kind, Period
from marketdata.blocks.days import parts_between
from marketdata.catalog.securities import Catalog, Security
from marketdata.catalog.window import Window
from marketdata.finance.periods import calendar_of, final_of, with_prospectus
from marketdata.finance.statement import Statement, StatementDataset
from marketdata.kline.bars import BarDataset


class ContractType(StrEnum):
    """Which contracts of futures a task is about."""

    ALL = "all"
    MAIN = "main"


@dataclass(frozen=True, slots=True)
class Scope:
    """Which bars, or which statements, a task is about.

    Attributes
    ----------
    kind : Kind
        Which securities.
    period : Period or Statement
        A stored period; or, of stocks, a statement.
    start, end : str
        First and last day, "YYYYMMDD".
    codes : tuple of str
        Only these; empty for every code of the kind that lived in the range.
    recheck_absent : bool
        Ask the source again for days that it once had nothing for.
    contract_type : ContractType
        All contracts of futures, or those that were main on any day of the range.
    """

    kind: Kind
    period: Period | Statement
    start: str
    end: str
    codes: tuple[str, ...] = ()
    recheck_absent: bool = False
    contract_type: ContractType = ContractType.ALL

    @property
    def dataset(self) -> Dataset:
        """What is stored of it."""
        if isinstance(self.period, Statement):
            return StatementDataset(self.period)
        return BarDataset(self.kind, self.period)


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
    if to_ask and isinstance(scope.dataset, StatementDataset):
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
