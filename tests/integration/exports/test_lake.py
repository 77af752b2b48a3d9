"""The lake: each published row once, whatever was corrected or cut off; its tables and views."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pytest

from local import lake
from marketdata import deployment
from marketdata.aws.objects import Bucket
from marketdata.exports.datasets import columns_of, has_years
from tests.integration.exports.published import Rows, query, read_part
from tests.integration.market import CODES, DAYS, WEEKS, open_market, put_bars, rows
from tests.support.faults import Killed
from tests.support.service import Service

YEAR = ("stock.daily", "2020")
STORED = [{"code": code, **row} for code in CODES for row in rows(code)]
FACTORS = f"trade_date,factor\n{DAYS[0]},1.5\n{DAYS[3]},3\n{DAYS[-1]},3\n"


@pytest.fixture
def filled(service: Service, monkeypatch: pytest.MonkeyPatch) -> Service:
    """Fill a small market with a lake, which nobody publishes."""
    monkeypatch.setenv("LAKE", "true")
    deployment.reset()
    open_market(service)
    for code in CODES:
        service.put_file(f"stock/factors/{code}.csv", FACTORS)
    service.run("fill-missing", **WEEKS)
    return service


def correct(service: Service) -> Rows:
    """Have the source give another price of a day; give all rows then."""
    bars = rows(CODES[0])
    bars[2] |= {"close": bars[2]["open"]}
    put_bars(service, CODES[0], bars)
    service.run("cache-all-missing", **WEEKS)
    return [{"code": CODES[0], **row} for row in bars] + STORED[len(bars) :]


def publish(dataset: str = YEAR[0], year: str = YEAR[1]) -> bool:
    return deployment.publisher().publish(dataset, year)


def is_due() -> bool:
    return YEAR in deployment.finder().find()


def place(folder: Path, dataset: str) -> Path:
    """Copy what the lake has of a dataset to a folder; give the pattern of its files."""
    bucket = deployment.bucket()
    for key in bucket.keys(f"lake/{dataset}/"):
        path = folder / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(bucket.read(key))
    return folder / "lake" / dataset / ("year=*/*" if has_years(dataset) else "*")


def in_lake(folder: Path, dataset: str = "stock.daily") -> Rows:
    """Give the rows of a table, without the year, which their folder names."""
    return query(place(folder, dataset), ", ".join(columns_of(dataset)))


def test_a_fill_reaches_the_lake(
    publishing: Service, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("LAKE", "true")
    deployment.reset()
    open_market(publishing)
    publishing.run("fill-missing", **WEEKS)
    assert in_lake(tmp_path) == read_part(tmp_path, *YEAR) == STORED
    for dataset in ("securities", "calendar"):
        assert in_lake(tmp_path, dataset) == read_part(tmp_path, dataset, "all")


def test_without_a_lake_nothing_is_stored_twice(service: Service) -> None:
    open_market(service)
    service.run("fill-missing", **WEEKS)
    publish()
    assert not list(deployment.bucket().keys("lake/"))


def test_a_corrected_year_takes_the_place_of_the_one_before(
    filled: Service, tmp_path: Path
) -> None:
    publish()
    assert in_lake(tmp_path) == STORED
    after = correct(filled)
    assert is_due()
    publish()
    assert in_lake(tmp_path) == after == read_part(tmp_path, *YEAR)
    assert not is_due()


def test_the_running_year_is_one_file(
    filled: Service, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(deployment, "final_day", lambda *_: DAYS[-1])
    publish()
    after = correct(filled)
    publish()
    assert list(deployment.bucket().keys("lake/stock.daily/")) == [
        "lake/stock.daily/year=2020/part.parquet"
    ]
    found = in_lake(tmp_path)
    assert found == after
    days = [row for day in DAYS for row in read_part(tmp_path, "stock.daily", day)]
    assert sorted(days, key=lambda row: (row["code"], row["trade_date"])) == found


def test_a_release_that_is_cut_off_from_the_lake_is_found_again(
    filled: Service, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    publish()
    after = correct(filled)
    write = Bucket.write

    def cut_off(bucket: Bucket, key: str, *args: Any) -> None:
        if key.startswith("lake/"):
            raise Killed
        write(bucket, key, *args)

    with monkeypatch.context() as patched:
        patched.setattr(Bucket, "write", cut_off)
        with pytest.raises(Killed):
            publish()
    assert read_part(tmp_path, *YEAR) == after
    assert in_lake(tmp_path) == STORED
    assert is_due()
    assert not publish()
    assert in_lake(tmp_path) == after
    assert not is_due()


def test_a_lake_that_comes_later_is_filled(filled: Service, tmp_path: Path) -> None:
    assert replace(deployment.publisher(), lake=False).publish(*YEAR)
    filled.run("cache-all-missing", **WEEKS)
    assert is_due()
    assert not publish()
    assert in_lake(tmp_path) == STORED
    assert not is_due()


def test_a_slow_put_does_not_bring_an_older_release_back(
    filled: Service, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    write, after = Bucket.write, Rows.__value__()

    def slow(bucket: Bucket, key: str, *args: Any) -> None:
        if key.startswith("lake/") and not after:
            after.extend(correct(filled))
            publish()
        write(bucket, key, *args)

    monkeypatch.setattr(Bucket, "write", slow)
    publish()
    assert in_lake(tmp_path) == after == read_part(tmp_path, *YEAR)
    assert not is_due()


# ---------------------------------------------------------------------------------------
# Tables and views
# ---------------------------------------------------------------------------------------
def test_the_views_are_what_they_say(filled: Service, tmp_path: Path) -> None:
    asked = {"codes": ",".join(CODES), "start_date": DAYS[0], "end_date": DAYS[-1]}
    status, envelope = filled.call("GET", "/stock/kline", query=asked | {"adjust": "backward"})
    assert status == 200
    publish()
    publish("stock.factors", "all")
    with duckdb.connect() as database:
        for dataset in ("stock.daily", "stock.factors"):
            name, pattern = lake.table_of(dataset), place(tmp_path, dataset)
            database.execute(f"CREATE VIEW {name} AS SELECT * FROM read_parquet('{pattern}')")
        adjusted, latest = (ask(database, name) for name in lake.VIEWS)
    prices = {
        (code, row["trade_date"]): [row[name] for name in ("open", "high", "low", "close")]
        for code, bars in envelope["data"].items()
        for row in bars
    }
    assert len(adjusted) == len(prices) == len(STORED)
    for code, day, *found in adjusted:
        assert found[:4] == pytest.approx(prices[code, f"{day:%Y%m%d}"], rel=1e-7)
    assert sorted((code, f"{day:%Y%m%d}") for code, day, *_ in latest) == [
        (code, DAYS[-1]) for code in CODES
    ]


def ask(database: duckdb.DuckDBPyConnection, name: str) -> list[tuple[Any, ...]]:
    """Ask a view, and see that its columns are as the template says."""
    asked = database.sql((lake.FOLDER / f"{name}.sql").read_text(encoding="utf-8"))
    said = {column: kind.replace("INTEGER", "BIGINT") for column, kind in lake.VIEWS[name].items()}
    assert dict(zip(asked.columns, map(str, asked.types), strict=True)) == said
    return asked.fetchall()
