"""A mirror as tables: polars and DuckDB read each row once, and only what the state names."""

import sys
from datetime import date
from pathlib import Path
from shutil import copy
from typing import Any

import polars as pl
import pytest
from amazingdata_client import MirrorReader, NotMirroredError

from tests.clients.market import TRADING_DAYS, market_bars, mirrored, parquet, publish_market
from tests.clients.publisher import Publisher
from tests.clients.samples import sample_status

ROWS = [row for day in TRADING_DAYS for row in market_bars(day)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("reader") / "mirror"
    service = Publisher()
    publish_market(service, TRADING_DAYS)
    mirrored(service, made)
    return made


def test_polars_scans_years_and_days_together(folder: Path) -> None:
    frame = MirrorReader(folder).scan("stock.daily").collect()
    assert frame.columns == [*ROWS[0]]
    assert frame.sort("trade_date", "code").to_dicts() == ROWS


def test_a_file_that_the_state_does_not_name_is_not_read(folder: Path, tmp_path: Path) -> None:
    stray = folder / "stock.daily/year=2025/20250104.parquet"
    copy(folder / "stock.daily/year=2024/part.parquet", stray)
    try:
        assert MirrorReader(folder).scan("stock.daily").collect().height == len(ROWS)
    finally:
        stray.unlink()


def test_what_is_not_there_is_named(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(NotMirroredError, match=r"etf\.daily is not .* it has calendar, securities"):
        MirrorReader(folder).scan("etf.daily")
    with pytest.raises(NotMirroredError, match="it has nothing"):
        MirrorReader(tmp_path).scan("stock.daily")


def test_duckdb_knows_each_dataset_by_both_names(folder: Path) -> None:
    pytest.importorskip("duckdb")
    reader = MirrorReader(folder)
    count = "select count(*), count(distinct trade_date) from"
    for name in ("stock_daily", '"stock.daily"'):
        answer = reader.sql(f"{count} {name}").fetchall()
        assert answer == [(len(ROWS), len(TRADING_DAYS))]
    assert reader.sql("select * from stock_daily").columns == [*ROWS[0]]
    day = date(2025, 1, 2)
    asked = reader.sql("select code from stock_daily where trade_date = ? order by 1", [day])
    assert asked.fetchall() == [(row["code"],) for row in market_bars(day)]
    joined = "select count(*) from stock_daily join securities using (code)"
    assert reader.sql(joined).fetchall() == [(len(ROWS),)]


@pytest.mark.parametrize(("extra", "method"), [("polars", "scan"), ("duckdb", "sql")])
def test_a_lacking_extra_is_named(
    folder: Path, monkeypatch: pytest.MonkeyPatch, extra: str, method: str
) -> None:
    monkeypatch.setitem(sys.modules, extra, None)
    with pytest.raises(ModuleNotFoundError, match=rf"pip install 'amazingdata-client\[{extra}\]'"):
        getattr(MirrorReader(folder), method)("stock.daily")


def test_the_frame_is_read_when_it_is_collected(folder: Path) -> None:
    assert isinstance(MirrorReader(folder).scan("calendar"), pl.LazyFrame)


def test_the_status_keeps_what_nobody_knows(tmp_path: Path) -> None:
    known: dict[str, Any] = {}
    unknown: dict[str, Any] = {"limit_up": None, "is_st": None}
    days = (date(2025, 1, 2), date(2025, 1, 3))
    rows = [
        {"code": code, **sample_status(**changes), "trade_date": day}
        for day in days
        for code, changes in (("000001.SZ", known), ("600003.SH", unknown))
    ]
    service = Publisher()
    for day in days:
        of_day = [row for row in rows if row["trade_date"] == day]
        service.publish(f"stock.status/year=2025/{day:%Y%m%d}.parquet", parquet(of_day))
    mirrored(service, tmp_path / "mirror")
    frame = MirrorReader(tmp_path / "mirror").scan("stock.status").collect()
    assert frame.schema["is_st"] == pl.Boolean
    assert frame.sort("trade_date", "code").to_dicts() == rows
