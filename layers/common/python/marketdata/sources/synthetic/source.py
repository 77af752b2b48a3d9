"""The source `synthetic`: fetches the bars, statements and factors of the synthetic market."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from marketdata.blocks.dataset import Dataset, Kind
from marketdata.catalog.calendar import SHANGHAI, last_final_day
from marketdata.catalog.constituents import Industry
from marketdata.catalog.securities import FIRST_DATE, Security
from marketdata.finance.statement import StatementDataset
from marketdata.kline.bars import BarDataset
from marketdata.sources.source import (
    BarRequest,
    FactorRequest,
    FetchedBars,
    FetchedFactors,
    FetchedMembers,
    FetchedSecurities,
    FetchedStatements,
    FetchedStatus,
    FetchedWeights,
    StatementRequest,
    StatusRequest,
)
from marketdata.sources.synthetic.bars import START, DailyBars, axis
from marketdata.sources.synthetic.contracts import contracts_by_code
from marketdata.sources.synthetic.equities import equities, equity_bars
from marketdata.sources.synthetic.frames import (
    Columns,
    daily_columns,
    frame_of,
    halts,
    intraday_columns,
)
from marketdata.sources.synthetic.futures import contract_bars
from marketdata.sources.synthetic.indices import RULES, index_members, index_weights
from marketdata.sources.synthetic.industries import industries, industry_members
from marketdata.sources.synthetic.payouts import steps
from marketdata.sources.synthetic.statements import statements
from marketdata.sources.synthetic.status import status_frame

SEED = 20240102


@dataclass(frozen=True, slots=True)
class SyntheticSource:
    """The synthetic market of a seed.

    Parameters
    ----------
    now : callable
        The clock, with a time zone.
    final_from : str
        "HH:MM", Asia/Shanghai, from which a trading day is final, whatever the dataset.
    seed : int
        Another seed gives another market.
    """

    now: Callable[[], datetime]
    final_from: str
    seed: int = SEED
    name: str = "synthetic"
    omits_untraded: bool = False

    def fetch_bars(self, request: BarRequest) -> FetchedBars:
        """Draw bars; a code that is not in the catalog has none. See `Source`."""
        final = self._final()
        places = axis().between(request.start, min(request.end, final))
        period = request.dataset.period
        parts: list[Columns] = []
        halted = {}
        for security, bars in self._drawn(request):
            days = bars.window(places)
            if period.intraday:
                parts += intraday_columns(self.seed, period, security, bars, days)
            else:
                parts.append(daily_columns(security, bars, days))
            if reasons := halts(bars, days, period):
                halted[security.code] = reasons
        # It makes the market up, so it knows of every final day what there is not.
        known = dict.fromkeys(request.codes, final)
        frame = frame_of(request.dataset, parts)
        return FetchedBars(frame, halted, horizon=known, sure_until=dict(known))

    def fetch_status(self, request: StatusRequest) -> FetchedStatus:
        """Draw the status of stocks; a code that is not in the catalog has none."""
        final = self._final()
        places = axis().between(request.start, min(request.end, final))
        known = {each.code: each for each in equities(self.seed) if each.kind is Kind.STOCK}
        wanted = [known[code] for code in request.codes if code in known]
        word = dict.fromkeys(request.codes, final)
        frame = status_frame(self.seed, wanted, places)
        return FetchedStatus(frame, horizon=word, sure_until=dict(word))

    def status_start(self) -> str:
        """Return the first day of the market."""
        return START

    def fetch_statements(self, request: StatementRequest) -> FetchedStatements:
        """Draw the statements that are published by today; see `Source`."""
        known = {each.code: each for each in equities(self.seed) if each.kind is Kind.STOCK}
        today = self._today()
        return FetchedStatements(
            [
                row
                for code in request.codes
                if code in known
                for row in statements(self.seed, known[code], request, today)
            ],
            in_order=True,
        )

    def fetch_factors(self, request: FactorRequest) -> FetchedFactors:
        """Return the factors by which prices fall on ex-dates; see `Source`."""
        known = {each.code: each for each in equities(self.seed) if each.kind is request.kind}
        wanted = [known[code] for code in request.codes if code in known]
        today = self._today()
        listed = [each for each in wanted if (each.list_date or "") <= today]
        return FetchedFactors({each.code: steps(self.seed, each) for each in listed})

    def list_securities(self) -> FetchedSecurities:
        """List everything that is or was listed by today."""
        today = self._today()
        futures = (contract.security for contract in contracts_by_code(today).values())
        return FetchedSecurities(
            [
                *(each for each in equities(self.seed) if (each.list_date or "") <= today),
                *sorted(futures, key=lambda security: security.code),
            ]
        )

    def coverage_start(self, dataset: BarDataset | StatementDataset) -> str:
        """Return the first day of the market; no kind begins later, and statements earlier."""
        return FIRST_DATE if isinstance(dataset, StatementDataset) else START

    def final_time(self, dataset: Dataset) -> str:  # noqa: ARG002  the same for all
        """Return the time from which everything of a trading day is final."""
        return self.final_from

    def fetch_members(self, groups: Sequence[str]) -> FetchedMembers:
        """Draw the members of indices and industries as known on the last final day."""
        final, known = self._final(), {each.code for each in industries()}
        found = FetchedMembers()
        for group in groups:
            if group in RULES:
                found.members[group] = index_members(self.seed, group, final)
            elif group in known:
                found.members[group] = industry_members(self.seed, group, final)
        return found

    def fetch_weights(self, index: str, start: str, end: str) -> FetchedWeights:
        """Draw the weights of an index; one without known members has none."""
        places = axis().between(start, min(end, self._final()))
        return FetchedWeights(index_weights(self.seed, index, places) if index in RULES else {})

    def list_industries(self) -> list[Industry]:
        """List the industries of the made-up classification."""
        return [*industries()]

    def _final(self) -> str:
        return last_final_day(self.now(), self.final_from)

    def _today(self) -> str:
        return self.now().astimezone(SHANGHAI).strftime("%Y%m%d")

    def _drawn(self, request: BarRequest) -> Iterator[tuple[Security, DailyBars]]:
        kind, today = request.dataset.kind, self._today()
        if kind is Kind.FUTURE:
            contracts = contracts_by_code(today)
            for contract in (contracts[code] for code in request.codes if code in contracts):
                yield contract.security, contract_bars(self.seed, contract)
            return
        known = {each.code: each for each in equities(self.seed) if each.kind is kind}
        for security in (known[code] for code in request.codes if code in known):
            yield security, equity_bars(self.seed, security)
