"""Publishing a year of the whole market, and answering for one of its days.

`python -m bench.publishing publish ROWS` and `… day FILE` run in the environment of
`bench.runtime.surroundings`: the endpoint has the blocks, and for the day what `prepare` published.
"""

import json
import sys
import tempfile
from collections.abc import Callable, Sequence
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from bench import contents
from bench.clock import in_turns, least
from bench.market import Market
from bench.runtime import BUCKET, ZSTD, Answered, Function, get_event
from marketdata import deployment
from marketdata.aws.clients import client
from marketdata.blocks.dataset import Kind, Period
from marketdata.catalog.calendar import SHANGHAI
from marketdata.exports.datasets import columns_of
from marketdata.exports.manifest import RELEASES, Manifest
from marketdata.exports.market_day import object_key
from marketdata.exports.parquet import Rows
from marketdata.exports.publisher import Publisher
from marketdata.kline.bars import BarDataset

YEAR = "2024"
YEARS = [str(int(YEAR) - 9 + at) for at in range(10)]
"""The years of a mirror; all have the bars of the last one."""
DATASET = BarDataset(Kind.STOCK, Period.DAILY)
DAY, DATE = "20241120", date(2024, 11, 20)
ROUNDS, ASKED = 3, 40
NOW = datetime(2026, 10, 30, 18, tzinfo=SHANGHAI)


def prepare(market: Market, folder: Path) -> dict[str, contents.Contents]:
    """Store a year of a market, and publish it.

    Returns
    -------
    dict
        The contents before and after, "stored" and "published"; the file that was published is
        `folder / "year.parquet"`, and that of one day `folder / "day.parquet"`.
    """
    stored = contents.Contents()
    codes = range(len(market.codes))
    contents.fill(stored, DATASET, market, codes, start=f"{YEAR}0101", end=f"{YEAR}1231")
    contents.add_catalog(stored, market.codes)
    published = contents.Contents(dict(stored.items), dict(stored.objects))
    publisher(published, market.codes, contents.FINAL_UNTIL).publish(DATASET.name, YEAR)
    _repeat(published)
    (key,) = (key for key in published.objects if key.endswith(".parquet"))
    (folder / "year.parquet").write_bytes(published.objects[key])
    write_day(folder)
    return {"stored": stored, "published": published}


def _repeat(published: contents.Contents) -> None:
    """Have the year stand for several: a mirror loads each as a file of its own."""
    release = Manifest(published).read(DATASET.name, YEAR)
    found = []
    for year in YEARS:
        copy = release._replace(year=year, parts={year: release.parts[YEAR]})
        key = RELEASES, f"{DATASET.name}#{year}"
        published.items[key] = copy.to_item()
        found.append({"pk": key[0], "sk": key[1], **published.items[key]})
    published.series[RELEASES] = found


def publisher(kept: contents.Contents, codes: Sequence[str], final_until: str) -> Publisher:
    """Return what publishes the contents, which have bars of these codes."""
    return Publisher(
        manifest=Manifest(kept),
        store=kept.store,
        objects=contents.Objects(kept.objects),
        catalog=lambda: contents.catalog(codes),
        final_day=lambda _: final_until,
        now=lambda: NOW,
        upstream="synthetic",
    )


def write_day(folder: Path) -> None:
    """Write the file of a day, as the running year has them."""
    rows = pl.scan_parquet(folder / "year.parquet").filter(pl.col("trade_date") == DATE)
    lines = folder / "day.json"
    text = pl.col("trade_date").dt.strftime("%Y%m%d")
    rows.with_columns(text).collect().write_ndjson(lines)
    with Rows.of(lines, columns_of(DATASET.name)) as loaded:
        loaded.write(folder / "day.parquet", {}, DAY)


def publish(folder: Path) -> dict[str, Any]:
    """Measure publishing, in turns with DuckDB's own writing of the same rows from memory."""
    deployment.now = lambda: NOW
    database = duckdb.connect()
    path = folder / "year.parquet"
    database.execute(f"CREATE TABLE rows AS SELECT * FROM read_parquet('{path}')")

    def ours() -> None:
        deployment.publisher().publish(DATASET.name, YEAR)

    def floor() -> None:
        with tempfile.TemporaryDirectory() as scratch:
            to = Path(scratch) / "part.parquet"
            database.execute(f"COPY rows TO '{to}' (FORMAT parquet, COMPRESSION zstd)")

    times = in_turns({"ours": ours, "floor": floor}, ROUNDS, warm=1, summary=least)
    (rows,) = database.execute("SELECT count(*) FROM rows").fetchall()[0]
    return {"rows": rows, **{name: each._asdict() for name, each in times.items()}}


def day(folder: Path) -> dict[str, Any]:
    """Measure the answer for a day: with boto3's request for its object, and with its peers."""
    function = Function("stock")
    asked = {"trade_date": DAY}
    events = {
        "plain": get_event("/stock/kline/day", asked),
        "zstd": get_event("/stock/kline/day", asked, ZSTD),
    }
    known = deployment.manifest().day(DATASET.name, DAY).day
    assert known is not None
    key = object_key(DATASET.name, DAY, *known.revision[:2])
    s3, path = client("s3"), folder / "year.parquet"
    question = f"SELECT * FROM read_parquet('{path}') WHERE trade_date = DATE '{DATE}'"
    database = duckdb.connect()

    def floor() -> bytes:
        return s3.get_object(Bucket=BUCKET, Key=key)["Body"].read()

    def from_polars() -> str:
        return pl.scan_parquet(path).filter(pl.col("trade_date") == DATE).collect().write_json()

    def from_duckdb() -> str:
        return str(database.sql(question).pl().write_json())

    calls: dict[str, Callable[[], object]] = {
        **{name: partial(function.call, event) for name, event in events.items()},
        "floor": floor,
        "polars": from_polars,
        "duckdb": from_duckdb,
    }
    times = in_turns(calls, ASKED)
    rows = json.loads(from_polars())
    answer = json.loads(Answered.by(function.call, events["zstd"]).unpacked())
    assert len(rows) == len(json.loads(from_duckdb())) == answer["meta"]["returned"] > 0
    return {
        "rows": len(rows),
        "file_bytes": (folder / "day.parquet").stat().st_size,
        **{name: each._asdict() for name, each in times.items()},
    }


def main(what: str, folder: Path) -> dict[str, Any]:
    """Measure one of the two."""
    return publish(folder) if what == "publish" else day(folder)


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], Path(sys.argv[2]))))
