"""The programs of docs/bulk.md give the same answer, and its names are those of the code."""

import re
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from amazingdata_client import MirrorReader
from amazingdata_client.qlib.layout import FIELDS
from amazingdata_client.qlib.market import NEEDED

from tests.clients.market import TRADING_DAYS, mirrored, publish_market
from tests.clients.publisher import Publisher

PAGE = (Path(__file__).parents[2] / "docs/bulk.md").read_text(encoding="utf-8")
PROGRAMS = dict(re.findall(r"### (\w+)\n```python\n(.*?)```", PAGE, re.DOTALL))
EXTRAS = {"DuckDB": ["duckdb"], "polars": [], "pandas": ["pyarrow"]}
"""What each program needs that the tests can do without."""


@pytest.fixture
def reader(tmp_path: Path) -> MirrorReader:
    service = Publisher()
    publish_market(service, TRADING_DAYS)
    mirrored(service, tmp_path / "market")
    return MirrorReader(tmp_path / "market")


def expected(reader: MirrorReader) -> list[tuple[str, float]]:
    """Return each code's average turnover, the highest first."""
    rows = reader.scan("stock.daily").filter(pl.col("trade_date") >= TRADING_DAYS[-20]).collect()
    amounts: dict[str, list[float]] = {}
    for row in rows.iter_rows(named=True):
        amounts.setdefault(row["code"], []).append(row["amount"])
    means = [(code, sum(each) / len(each)) for code, each in amounts.items()]
    return sorted(means, key=lambda pair: (-pair[1], pair[0]))


@pytest.mark.parametrize("tool", EXTRAS)
def test_a_program_answers_the_question(
    reader: MirrorReader, monkeypatch: pytest.MonkeyPatch, tool: str
) -> None:
    for extra in EXTRAS[tool]:
        pytest.importorskip(extra)
    monkeypatch.chdir(reader.folder.parent)
    names: dict[str, Any] = {}
    exec(PROGRAMS[tool], names)
    assert names["top"] == expected(reader)


def test_the_page_names_what_the_export_needs_and_writes() -> None:
    chapter = PAGE.partition("## Qlib")[2]
    for name in (*NEEDED, *FIELDS):
        assert f"`{name}`" in chapter
