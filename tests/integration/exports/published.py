"""What is published, as the tests read it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import orjson

from marketdata import deployment
from marketdata.exports.market_day import object_key
from tests.support.service import Service

type Rows = list[dict[str, Any]]


def get(service: Service, resource: str, path: Any = None, **query: Any) -> Any:
    """Send a GET that succeeds, and give the envelope."""
    texts = {name: str(value) for name, value in query.items()}
    status, envelope = service.call("GET", resource, query=texts, path=path)
    assert status in {200, 303}, envelope
    return envelope


def day_of(service: Service, day: str, **query: Any) -> Any:
    """Give the answer for a market day."""
    return get(service, "/stock/kline/day", trade_date=day, **query)


def parts(service: Service, dataset: str) -> dict[str, Any]:
    """Give what is told of the files of a dataset, by part."""
    listed = get(service, "/exports", dataset=dataset)["data"]["items"]
    return {item["part"]: item for item in listed}


def read_part(folder: Path, dataset: str, part: str) -> Rows:
    """Give the rows of a file, with days as the API writes them."""
    return query(file_of(folder, dataset, part))


def file_of(folder: Path, dataset: str, part: str) -> Path:
    """Copy a file to a folder, as the manifest names it."""
    release = deployment.manifest().read(dataset, part[:4] if part.isdigit() else part)
    body = deployment.bucket().read(release.parts[part].key)
    assert len(body) == release.parts[part].size
    path = folder / f"{dataset}-{part}.parquet"
    path.write_bytes(body)
    return path


def query(path: Path, what: str = "*", source: str = "read_parquet") -> Rows:
    """Read a Parquet file with DuckDB."""
    with duckdb.connect() as database:
        found = database.execute(f"SELECT {what} FROM {source}('{path}')")
        names = [column[0] for column in found.description or ()]
        return [
            {name: _plain(value) for name, value in zip(names, row, strict=True)}
            for row in found.fetchall()
        ]


def types(path: Path) -> dict[str, str]:
    """Give the type of each column of a Parquet file."""
    with duckdb.connect() as database:
        found = database.execute(f"DESCRIBE SELECT * FROM read_parquet('{path}')")
        return {row[0]: row[1] for row in found.fetchall()}


def _plain(value: Any) -> Any:
    return f"{value:%Y%m%d}" if hasattr(value, "isoformat") else value


def state(dataset: str, year: str) -> Iterator[tuple[str, bytes]]:
    """Give each published object of a dataset and year, by name."""
    release = deployment.manifest().read(dataset, year)
    for name, part in release.parts.items():
        yield name, deployment.bucket().read(part.key)
    for day, each in release.days.items():
        yield f"day {day}", deployment.bucket().read(object_key(dataset, day, *each.revision[:2]))


def as_text(rows: Rows) -> str:
    """Give rows in a form that tells 1 from 1.0."""
    return orjson.dumps(rows).decode()
