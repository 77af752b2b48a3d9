"""Storing: from a source's frame to blocks in memory, on one core."""

import json
import sys
from pathlib import Path

import pandas as pd

from bench import contents
from bench.clock import least, once
from bench.market import Market
from marketdata.blocks.dataset import Kind, Period
from marketdata.ingest.bars import BarIngest
from marketdata.ingest.quarantine import Quarantine
from marketdata.kline.bars import BarDataset
from marketdata.sources.source import BarRequest, FetchedBars

ROUNDS = 9
BATCHES = {
    Period.DAILY: (300, "20240102", "20250521"),
    Period.MIN1: (20, "20240102", "20240131"),
}
"""For each period the number of codes and the days of a batch of about 100,000 bars, as planned."""


def main(data: Path) -> dict[str, dict[str, float]]:
    """Measure a batch of each period."""
    # As in the function, whose layers have no pyarrow; here it is installed for the peers.
    pd.set_option("mode.string_storage", "python")
    return {period: _measure(data, period) for period in BATCHES}


def _measure(data: Path, period: Period) -> dict[str, float]:
    market = Market.open(data / f"made_{period}")
    count, start, end = BATCHES[period]
    codes = market.spread(count)
    names = tuple(market.codes[code] for code in codes)
    frame = contents.bars(market, codes, start, end)
    request = BarRequest(BarDataset(Kind.STOCK, period), names, start, end)
    catalog = contents.catalog(names)

    def store() -> None:
        kept = contents.Contents()
        ingest = BarIngest(
            kept.store,
            Quarantine(contents.Objects({})),
            catalog,
            coverage_start=start,
            final_until=contents.FINAL_UNTIL,
            now=0,
        )
        stored = ingest.run(request, FetchedBars(frame.copy()))
        assert stored.bars == len(frame)

    cpu = least([once(store) for _ in range(ROUNDS)]).cpu_ms
    return {"bars": len(frame), "cpu_ms": cpu, "bars_per_s": 1e3 * len(frame) / cpu}


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]))))
