"""Filling: the planner's batches, a source of fixed latency, the server of the upstream function.

`python -m bench.filling DATA` runs in the environment of `bench.runtime.surroundings`. Its batches
run one after another, as the Distributed Map runs them for one session.
"""

import json
import sys
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from math import ceil
from pathlib import Path
from typing import Any

from bench import contents
from bench.clock import once
from bench.market import Market
from bench.runtime import BUCKET, CONTROL, MARKET
from marketdata.aws.objects import Bucket
from marketdata.aws.tables import Table
from marketdata.blocks.dataset import Kind, Period
from marketdata.blocks.days import parts_between
from marketdata.blocks.store import BlockStore
from marketdata.catalog.securities import Catalog
from marketdata.catalog.window import Window
from marketdata.ingest.quarantine import Quarantine
from marketdata.kline.bars import BarDataset
from marketdata.sources.source import (
    BarRequest,
    FactorRequest,
    FetchedBars,
    FetchedFactors,
    FetchedSecurities,
    FetchedStatements,
    StatementRequest,
)
from marketdata.tasks import batching as plan
from marketdata.tasks.batching import Lacking, Work, WorkItem, work_items
from marketdata.tasks.comparison import compare
from marketdata.tasks.outcomes import Outcomes
from marketdata.tasks.plan import BATCHES_A_TURN
from marketdata.tasks.scope import Scope
from marketdata.tasks.turn import Turn
from marketdata.upstream.server import Connections, UpstreamServer

TASK, ATTEMPT = 1, 1
LATENCY = 5.0
"""Seconds that the vendor's SDK was observed to take for a call with 329 codes."""

CODES, START, END = 300, "20170103", "20241231"
DAILY = BarDataset(Kind.STOCK, Period.DAILY)


@dataclass(frozen=True, slots=True)
class SlowSource:
    """A source of the market's bars that answers each call exactly `LATENCY` after it began.

    A fill of bars asks a source for nothing else.
    """

    market: Market
    name: str = "slow"
    omits_untraded = False
    asked: list[BarRequest] = field(default_factory=list)

    def fetch_bars(self, request: BarRequest) -> FetchedBars:
        until = time.perf_counter() + LATENCY
        self.asked.append(request)
        codes = [self.market.codes.index(code) for code in request.codes]
        frame = contents.bars(self.market, codes, request.start, request.end)
        time.sleep(until - time.perf_counter())
        return FetchedBars(frame)

    def fetch_statements(self, request: StatementRequest) -> FetchedStatements:
        raise NotImplementedError

    def fetch_factors(self, request: FactorRequest) -> FetchedFactors:
        raise NotImplementedError

    def list_securities(self) -> FetchedSecurities:
        raise NotImplementedError

    def coverage_start(self, dataset: BarDataset) -> str:
        return self.market.days[0]


@dataclass(frozen=True, slots=True)
class NoConnections:
    """A stand-in for connection tests, which no fill asks for."""

    def run(self, config_id: int) -> dict[str, Any]:
        raise NotImplementedError


def work_list(catalog: Catalog, start: str, end: str) -> list[Work]:
    """Plan a fill of an empty cache, as `tasks.plan.Planner` does."""
    window = Window(start, end, start, contents.FINAL_UNTIL)
    lacking = Lacking(Scope(Kind.STOCK, Period.DAILY, start, end))
    securities = catalog.of_kind(Kind.STOCK)
    for part in parts_between(DAILY, start, end):
        lacking.add(part, compare(DAILY, part, securities, {}, window).gaps)
    return list(work_items(DAILY, securities, lacking))


def planned(codes: int, start: str, end: str) -> dict[str, float]:
    """Plan a fill, and return how many calls it takes and how few would be possible."""
    catalog = contents.catalog(f"{number:06}.SH" for number in range(codes))
    work: list[Work] = []
    times = once(lambda: work.extend(work_list(catalog, start, end)))
    bars = sum(item["work"] for item in work)
    ideal = max(ceil(bars / plan.BARS_A_BATCH), ceil(codes / plan.CODES_A_BATCH))
    return {
        "codes": codes,
        "bars": bars,
        "calls": len(work),
        "ideal_calls": ideal,
        "plan_cpu_ms": times.cpu_ms,
        "work_list_bytes": len(json.dumps(work)),
    }


def main(data: Path) -> dict[str, float]:
    """Run a fill, and return how long it took and its efficiency: the least time over that."""
    market = Market.open(data / "made_daily")
    catalog = contents.catalog(market.codes[at] for at in market.spread(CODES))
    work = work_list(catalog, START, END)
    connections: Connections = NoConnections()
    source = SlowSource(market)
    server = UpstreamServer(
        source=source,
        store=BlockStore(Table(MARKET), Bucket(BUCKET)),
        quarantine=Quarantine(Bucket(BUCKET)),
        now=lambda: datetime.now(UTC),
        final_time="17:00",
        connections=connections,
    )
    bars = sum(item["work"] for item in work)

    def fill() -> None:
        left: list[WorkItem] = [
            {**item, "task_id": TASK, "attempt": ATTEMPT, "batch": at}
            for at, item in enumerate(work)
        ]
        while left:
            turn = Turn(server.fetch, Outcomes(Table(CONTROL)))
            left = [*turn.take(left[:BATCHES_A_TURN]), *left[BATCHES_A_TURN:]]

    times = once(fill)
    assert len(source.asked) == len(work)
    ideal = ceil(bars / plan.BARS_A_BATCH) * LATENCY
    return {
        "bars": bars,
        "calls": len(source.asked),
        "latency_s": LATENCY,
        "wall_s": times.wall_ms / 1e3,
        "cpu_s": times.cpu_ms / 1e3,
        "efficiency": ideal / (times.wall_ms / 1e3),
    }


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]))))
