"""Storing: a batch's frame to blocks in memory, compared with packing its rows as JSON."""

import json
import sys
from collections.abc import Iterator
from itertools import accumulate, pairwise
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

    stored = [orjson.loads(b"[%b]" % codec.decode(packed)) for packed in _frames(store())]
    names_of_values = [name for name in frame.columns if name in stored[0][0]]
    part_of = frame["trade_date"].str[: 6 if period.intraday else 4]
    sizes = [len(each) for _, each in frame.groupby([frame["code"], part_of], sort=False)]

    def blocks() -> Iterator[list[dict[str, Any]]]:
        """Make the rows of each block from the frame, whose rows are sorted as the blocks are."""
        values = zip(*(frame[name].tolist() for name in names_of_values), strict=True)
        rows = [dict(zip(names_of_values, row, strict=True)) for row in values]
        return (rows[start:end] for start, end in pairwise([0, *accumulate(sizes)]))

    # Blocks are stored in any order; 1.0 and 1 are the same bar.
    assert sorted(blocks(), key=_first) == sorted(stored, key=_first)
    stored.clear()

    def floor() -> None:
        for block in blocks():
            zstd.compress(orjson.dumps(block), codec.LEVEL)

    times = in_turns({"ours": store, "floor": floor}, ROUNDS, warm=1, summary=least)
    return {
        "bars": len(frame),
        "blocks": len(sizes),
        **{name: each._asdict() for name, each in times.items()},
    }


def _first(block: list[dict[str, Any]]) -> tuple[Any, ...]:
    return tuple(block[0].values())


def _frames(kept: contents.Contents) -> list[bytes]:
    """Return every block's frame, from its item or from the bucket."""
    return [
        item["data"] if "data" in item else kept.objects[item["object"]]
        for item in kept.items.values()
    ]


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]))))
