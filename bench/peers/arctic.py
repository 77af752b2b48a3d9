"""ArcticDB on LMDB: one symbol per code, indexed by time, read by `read_batch` with date ranges."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
from arcticdb import Arctic, ReadRequest, WritePayload

from bench.market import Market
from bench.peers import envelope
from bench.questions import Question


class ArcticLmdb:
    """One library per table."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(exist_ok=True)
        self._arctic = Arctic(f"lmdb://{folder}?map_size=4GB")

    def build(self, table: str, market: Market, codes: Sequence[int]) -> None:
        library = self._arctic.get_library(table, create_if_missing=True)
        payloads = []
        for code in codes:
            values = market.values(code, market.days[0], market.days[-1])
            frame = pd.DataFrame(values)
            frame.index = pd.to_datetime(values.get("kline_time", values["trade_date"]))
            payloads.append(WritePayload(market.codes[code], frame))
        library.write_batch(payloads)

    def read(self, question: Question) -> bytes:
        library = self._arctic[question.table]
        days = pd.Timestamp(question.start), pd.Timestamp(f"{question.end} 23:59:59")
        found = library.read_batch([ReadRequest(code, date_range=days) for code in question.codes])
        return envelope(
            (item.symbol, item.data.to_json(orient="records").encode()) for item in found
        )


def make(folder: Path) -> ArcticLmdb:
    """Create the peer."""
    return ArcticLmdb(folder)
