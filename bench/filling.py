"""Filling: the planner's batches, a source of fixed latency, the server of the upstream function.

`python -m bench.filling DATA` runs in the environment of `bench.runtime.surroundings`. Its batches
run one after another, as the Distributed Map runs them for one session. How long the source takes
is a multiple of what boto3 takes to write a batch, so that the efficiency says how much of storing
is hidden on this machine, and not how fast the machine is.
"""

import json
import sys
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from math import ceil
from pathlib import Path
from typing import Any, Self

import pandas as pd

from bench import contents
from bench.clock import middle, once
from bench.market import Market
from bench.runtime import BUCKET, CONTROL, MARKET
from marketdata.aws.clients import PARALLEL, client
from marketdata.aws.items import to_attributes
from marketdata.aws.objects import Bucket
from marketdata.aws.tables import Table
from marketdata.blocks.dataset import Dataset, Kind, Period
from marketdata.blocks.days import parts_between
from marketdata.blocks.store import BlockStore
from marketdata.catalog.calendar import FINAL_TIME
from marketdata.catalog.securities import Catalog
from marketdata.catalog.window import Window
from marketdata.exports.manifest import Manifest
from marketdata.finance.statement import StatementDataset
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
VENDOR_SECONDS = 5.0
"""What the vendor's SDK was observed to take for a call with 329 codes."""

LATENCY = 5
"""What the source takes for a batch, in units of what boto3's puts of one take."""

PUTS = 5
"""How often the puts of a batch are timed."""

CODES, START, END = 592, "20140102", "20241231"
"""One turn of batches, as full as batches of whole codes and years can be."""

DAILY = BarDataset(Kind.STOCK, Period.DAILY)


@dataclass(frozen=True, slots=True)
class SlowSource:
    """A source that answers each call `latency` after it came, with a frame that is ready.

    A fill of bars asks a source for nothing else. The vendor's SDK works in a process of its own,
    so making a frame must not compete with storing the one before.

    Attributes
    ----------
    frames : dict
        What it answers, by request.
    first_day : str
        The market's first day, "YYYYMMDD".
    latency : float
        Seconds.
    """

    frames: dict[BarRequest, pd.DataFrame]
    first_day: str
    latency: float
    name: str = "slow"
    omits_untraded = False

    @classmethod
    def of(cls, market: Market, work: Iterable[Work], latency: float) -> Self:
        """Make the frames of some batches."""
        requests = [
            BarRequest(DAILY, tuple(item["codes"]), item["start"], item["end"]) for item in work
        ]
        frames = {
            each: contents.bars(market, _places(market, each.codes), each.start, each.end)
            for each in requests
        }
        return cls(frames, market.days[0], latency)

    def fetch_bars(self, request: BarRequest) -> FetchedBars:
        time.sleep(self.latency)
        return FetchedBars(self.frames.pop(request))

    def fetch_statements(self, request: StatementRequest) -> FetchedStatements:
        raise NotImplementedError

    def fetch_factors(self, request: FactorRequest) -> FetchedFactors:
        raise NotImplementedError

    def list_securities(self) -> FetchedSecurities:
        raise NotImplementedError

    def coverage_start(self, dataset: BarDataset | StatementDataset) -> str:
        return self.first_day

    def final_time(self, dataset: Dataset) -> str:
        return FINAL_TIME


def _places(market: Market, codes: Iterable[str]) -> list[int]:
    return [market.codes.index(code) for code in codes]


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
    }


def put_seconds(market: Market, batch: Work) -> float:
    """Return how long boto3 takes to put the items of a batch, in as many threads as `aws` uses."""
    kept = contents.Contents()
    codes = _places(market, batch["codes"])
    contents.fill(kept, DAILY, market, codes, start=batch["start"], end=batch["end"])
    items = [to_attributes({"pk": pk, "sk": sk, **item}) for (pk, sk), item in kept.items.items()]
    dynamodb = client("dynamodb")

    def puts() -> None:
        with ThreadPoolExecutor(PARALLEL) as pool:
            list(pool.map(lambda item: dynamodb.put_item(TableName=MARKET, Item=item), items))

    puts()
    return middle([once(puts) for _ in range(PUTS)]).wall_ms / 1e3


def main(data: Path) -> dict[str, float]:
    """Run a fill, and return how long it took and its efficiency: the least time over that."""
    # As in the function, whose layers have no pyarrow; here it is installed for the peers.
    pd.set_option("mode.string_storage", "python")
    market = Market.open(data / "made_daily")
    catalog = contents.catalog(market.codes[at] for at in market.spread(CODES))
    work = work_list(catalog, START, END)
    connections: Connections = NoConnections()
    puts = put_seconds(market, work[0])
    source = SlowSource.of(market, work, LATENCY * puts)
    server = UpstreamServer(
        source=source,
        store=BlockStore(Table(MARKET), Bucket(BUCKET)),
        quarantine=Quarantine(Bucket(BUCKET)),
        now=lambda: datetime.now(UTC),
        connections=connections,
        mark=Manifest(Table(MARKET)).mark,
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
    assert not source.frames
    ideal = ceil(bars / plan.BARS_A_BATCH) * source.latency
    return {
        "bars": bars,
        "calls": len(work),
        "puts_s": puts,
        "latency_s": source.latency,
        "wall_s": times.wall_ms / 1e3,
        "cpu_s": times.cpu_ms / 1e3,
        "efficiency": ideal / (times.wall_ms / 1e3),
    }


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]))))
