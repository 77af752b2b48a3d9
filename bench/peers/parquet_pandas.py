"""Parquet and pandas: a partitioned dataset, filters pushed down to pyarrow, `to_json` by code."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from bench.market import Market
from bench.peers import envelope, parquet
from bench.questions import Question


@dataclass(frozen=True, slots=True)
class ParquetPandas:
    """Bars in a folder that `parquet_polars` and `duck` read too."""

    folder: Path

    def build(self, table: str, market: Market, _codes: Sequence[int]) -> None:
        parquet.write(self.folder / table, market)

    def read(self, question: Question) -> bytes:
        first, last = parquet.parts(question)
        frame = pd.read_parquet(
            self.folder / question.table,
            filters=[
                ("part", ">=", first),
                ("part", "<=", last),
                ("code", "in", question.codes),
                ("trade_date", ">=", question.start),
                ("trade_date", "<=", question.end),
            ],
        ).drop(columns="part")
        return envelope(
            (str(code), rows.drop(columns="code").to_json(orient="records").encode())
            for code, rows in frame.groupby("code")
        )


def make(folder: Path) -> ParquetPandas:
    """Create the peer."""
    return ParquetPandas(folder.with_name("parquet_pandas"))
