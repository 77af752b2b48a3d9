"""What the tests of a mirror publish, and what they find in its folder."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.clients.publisher import Publisher

CLOSED = "stock.daily/year=2024/part.parquet"
DAYS = [f"stock.daily/year=2025/2025010{day}.parquet" for day in (2, 3)]
YEAR = "stock.daily/year=2025/part.parquet"
WHOLE = "securities/part.parquet"
OTHER = "etf.daily/year=2012/part.parquet"

Mirror = Callable[..., Any]


def small_service() -> Publisher:
    """Return a service that publishes every kind of file."""
    made = Publisher()
    for path in (CLOSED, *DAYS, WHOLE, OTHER):
        made.publish(path, path.encode() * 100)
    return made


def files_in(folder: Path) -> dict[str, bytes]:
    """Return the content of every file by path, those of the state and the lock included."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def data_in(folder: Path) -> dict[str, bytes]:
    """Return the content of the published files by path."""
    return {name: each for name, each in files_in(folder).items() if name.endswith(".parquet")}


def published(scripted: Publisher) -> dict[str, bytes]:
    """Return the content of every file that is published, by path."""
    return {path: scripted.contents[each["sha256"]] for path, each in scripted.items.items()}
