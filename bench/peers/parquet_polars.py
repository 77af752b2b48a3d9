"""Parquet and polars: the files of pandas, a lazy scan with predicates, `write_json` by code."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from bench.market import Market
from bench.peers import envelope, parquet
from bench.questions import Question


@dataclass(frozen=True, slots=True)
class ParquetPolars:
    """Bars in the folder that `parquet_pandas` has built."""

    folder: Path

    def build(self, table: str, market: Market, codes: Sequence[int]) -> None:
        """Store nothing: the files are there already."""

    def read(self, question: Question) -> bytes:
        parts = parquet.parts(question)
        files = self.folder / question.table / "**/*.parquet"
        frame = (
            pl.scan_parquet(files, hive_partitioning=True)
            .filter(
                pl.col("part").is_between(*parts),
                pl.col("code").is_in(question.codes),
                pl.col("trade_date").is_between(pl.lit(question.start), pl.lit(question.end)),
            )
            .drop("part")
            .collect()
        )
        by_code = frame.partition_by("code", as_dict=True, include_key=False)
        return envelope((str(key[0]), rows.write_json().encode()) for key, rows in by_code.items())


def make(folder: Path) -> ParquetPolars:
    """Create the peer."""
    return ParquetPolars(folder.with_name("parquet_pandas"))
