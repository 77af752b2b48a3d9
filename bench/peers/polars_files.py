"""Polars with one Parquet file per code, which suits few codes; it reads FastAPI's files."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from bench.market import Market
from bench.peers import envelope
from bench.questions import Question


@dataclass(frozen=True, slots=True)
class PolarsFiles:
    """Bars in the folder that `fastapi_pandas` has built."""

    folder: Path

    def build(self, table: str, market: Market, codes: Sequence[int]) -> None:
        """Store nothing: the files are there already."""

    def read(self, question: Question) -> bytes:
        days = pl.col("trade_date").is_between(pl.lit(question.start), pl.lit(question.end))
        files = (self.folder / question.table / f"{code}.parquet" for code in question.codes)
        frames = pl.collect_all([pl.scan_parquet(file).filter(days) for file in files])
        found = zip(question.codes, frames, strict=True)
        return envelope((code, frame.write_json().encode()) for code, frame in found)


def make(folder: Path) -> PolarsFiles:
    """Create the peer."""
    return PolarsFiles(folder.with_name("fastapi_pandas"))
