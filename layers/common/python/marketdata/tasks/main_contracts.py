"""Main contracts in tasks: selecting them for a scope, and computing them again after new bars."""

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from marketdata.blocks.store import BlockStore
from marketdata.catalog.calendar import trading_days
from marketdata.catalog.securities import Catalog, life, variety_of
from marketdata.details import Detail
from marketdata.errors import ConflictError
from marketdata.futures.main_contracts import mains_between, unknown_days
from marketdata.futures.main_history import (
    DAILY_BARS,
    read_histories,
    to_be_made_anew,
    update_history,
)
from marketdata.futures.varieties import Variety, varieties
from marketdata.tasks.scope import ContractType, Scope
from marketdata.tasks.task import Task, TaskKind

NAMED = 5
"""The number of varieties that a message names."""

SECONDS = 180.0
"""The time allowed for computing main contracts; the finish step has 300 s for everything."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class TaskMainContracts:
    """The use and the upkeep of main contracts by tasks.

    Parameters
    ----------
    store : BlockStore
        Holds the histories and the bars from which they are computed.
    catalog : callable
        Returns the catalog.
    final_until : str
        The last trading day whose bars are final, "YYYYMMDD".
    clock : callable
        A monotonic clock, in seconds.
    """

    store: BlockStore
    catalog: Callable[[], Catalog]
    final_until: str
    clock: Callable[[], float] = time.monotonic

    def narrow(self, scope: Scope) -> Scope:
        """Limit a scope of main contracts to the codes that were main on any of its days.

        Returns
        -------
        Scope
            A scope that names these codes; one about all contracts is returned unchanged.

        Raises
        ------
        ConflictError
            No main contract in the range is known, or none of the codes was one.
        """
        if scope.contract_type is ContractType.ALL:
            return scope
        histories = read_histories(self.store, _concerned(self.catalog(), scope)).values()
        mains = {code for each in histories for code in mains_between(each, scope.start, scope.end)}
        span = f"from {scope.start} to {scope.end}"
        if not mains:
            raise ConflictError(
                f"which contracts were main {span} is not known: fill the daily bars of futures "
                "of that range with contract_type all first",
                key="main_contracts_unknown",
                start_date=scope.start,
                end_date=scope.end,
            )
        codes = mains & set(scope.codes) if scope.codes else mains
        if not codes:
            raise ConflictError(
                f"none of the codes was a main contract {span}",
                key="never_main",
                start_date=scope.start,
                end_date=scope.end,
            )
        return replace(scope, codes=tuple(sorted(codes)))

    def follow(self, task: Task) -> list[Detail]:
        """Compute main contracts again after a task that fetched daily bars of futures.

        A failure here does not fail the task, whose bars are stored.

        Returns
        -------
        list of Detail
            What to tell the task's user about main contracts.
        """
        try:
            return [*self._worked_out(task), *self._unknown(task.scope)]
        except Exception:  # noqa: BLE001
            _log.exception("task %s: nothing could be done about main contracts", task.id)
            return [_not_worked_out("all varieties")]

    def _worked_out(self, task: Task) -> list[Detail]:
        """Update the histories that a task's bars may have changed; report those not updated.

        Histories that cannot be believed any more are made anew after any such task, whatever it is
        about: otherwise nobody would know that there is something to do.
        """
        if task.kind not in (TaskKind.FILL, TaskKind.CACHE) or task.scope.dataset != DAILY_BARS:
            return []
        until = self.clock() + SECONDS
        catalog = self.catalog()
        coverage_start = catalog.coverage_start(DAILY_BARS)
        if coverage_start is None:
            return []
        concerned = _concerned(catalog, task.scope)
        others = [each for each in varieties(catalog) if each not in concerned]
        failed = [
            variety.code
            for variety in (*concerned, *to_be_made_anew(self.store, others))
            if self.clock() > until or not self._update(variety, coverage_start, task.scope.start)
        ]
        return [_not_worked_out(_listed(failed))] if failed else []

    def _update(self, variety: Variety, coverage_start: str, start: str) -> bool:
        try:
            update_history(self.store, variety, coverage_start, start, self.final_until)
        except Exception:  # noqa: BLE001
            _log.exception("the main contracts of %s were not worked out", variety.code)
            return False
        return True

    def _unknown(self, scope: Scope) -> list[Detail]:
        """Report on how many days a task about main contracts may have left some out."""
        if scope.contract_type is ContractType.ALL:
            return []
        concerned = _concerned(self.catalog(), scope)
        histories = read_histories(self.store, concerned)
        counts = {
            variety.code: len(unknown_days(histories[variety.code], self._days(variety, scope)))
            for variety in concerned
        }
        named = [f"{code} {days}" for code, days in counts.items() if days]
        if not named:
            return []
        said = f"days whose main contract is not known: {_listed(named)}"
        return [Detail("main_contracts_left_out", said)]

    def _days(self, variety: Variety, scope: Scope) -> list[str]:
        """List the days of a scope on which a variety has a main contract, known or not."""
        lives = [life(contract) for contract in variety.contracts]
        born, gone = min(first for first, _ in lives), max(last for _, last in lives)
        days = trading_days(variety.market, born, min(scope.end, self.final_until, gone))
        # There is none before the close of the first day.
        return [day for day in days[1:] if day >= scope.start]


def _concerned(catalog: Catalog, scope: Scope) -> list[Variety]:
    """List the varieties whose contracts a scope is about."""
    named = {variety_of(code) for code in scope.codes}
    return [
        variety
        for variety in varieties(catalog)
        if variety.alive(scope.start, scope.end) and (not named or variety.code in named)
    ]


def _not_worked_out(varieties: str) -> Detail:
    said = f"the main contracts of {varieties} were not worked out: fill the same range once more"
    return Detail("main_contracts_failed", said)


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more
