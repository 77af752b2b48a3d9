"""Storing: a batch's frame to blocks in memory, compared with writing and packing its rows."""

import gc
import json
import sys
from pathlib import Path
from typing import Any

import orjson
import pandas as pd
from backports import zstd

from bench import contents
from bench.clock import in_turns, least
from bench.market import Market
from marketdata.blocks import codec
from marketdata.blocks.dataset import Kind, Period
from marketdata.ingest.bars import BarIngest
from marketdata.ingest.quarantine import Quarantine
from marketdata.kline.bars import BarDataset
from marketdata.sources.source import BarRequest, FetchedBars

ROUNDS = 7
BATCHES = {
    Period.DAILY: (300, "20240102", "20250521"),
    Period.MIN1: (20, "20240102", "20240131"),
}
"""For each period the number of codes and the days of a batch of about 100,000 bars, as planned."""


def main(data: Path) -> dict[str, dict[str, Any]]:
    """Measure a batch of each period."""
    # As in the function, whose layers have no pyarrow; here it is installed for the peers.
    pd.set_option("mode.string_storage", "python")
    return {period: _measure(data, period) for period in BATCHES}


def _measure(data: Path, period: Period) -> dict[str, Any]:
    market = Market.open(data / f"made_{period}")
    count, start, end = BATCHES[period]
    codes = market.spread(count)
    names = tuple(market.codes[code] for code in codes)
    frame = contents.bars(market, codes, start, end)
    request = BarRequest(BarDataset(Kind.STOCK, period), names, start, end)
    catalog = contents.catalog(names)

    def store() -> contents.Contents:
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
        return kept

    rows = [orjson.loads(b"[%b]" % codec.decode(frame)) for frame in _frames(store())]

    def floor() -> None:
        for block in rows:
            zstd.compress(orjson.dumps(block), codec.LEVEL)

    # Only the floor needs the rows; without them the collector has less to look through.
    gc.collect()
    gc.freeze()
    times = in_turns({"ours": store, "floor": floor}, ROUNDS, warm=1, summary=least)
    return {
        "bars": len(frame),
        "blocks": len(rows),
        **{name: each._asdict() for name, each in times.items()},
    }


def _frames(kept: contents.Contents) -> list[bytes]:
    """Return every block's frame, from its item or from the bucket."""
    return [
        item["data"] if "data" in item else kept.objects[item["object"]]
        for item in kept.items.values()
    ]


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]))))
