"""The preparation: makes once and keeps the bars of the markets and the files of the peers."""

import hashlib
import os
import shutil
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from bench import making, real
from bench.market import Market
from bench.processes import PLACE, Worker
from bench.questions import Question, of_made, of_real

ARCTIC = ("arcticdb==6.28.2", "pandas<3")
"""It does not support pandas 3 yet, so it gets its own environment."""

FIRST_DAY, LAST_DAY = "20130101", "20251231"
MINUTE_CODES, MINUTE_FIRST, MINUTE_LAST = 200, "20240102", "20240430"

# `polars_files` reads the files of `fastapi_pandas`, which come first therefore.
TITLES = {
    "parquet_pandas": "Parquet + pandas",
    "parquet_polars": "Parquet + polars",
    "duck": "DuckDB",
    "arctic": "ArcticDB (LMDB)",
    "fastapi_pandas": "FastAPI + pandas",
    "polars_files": "polars, a file a code",
}
PEERS = tuple(TITLES)
"""Each is used as its documentation advises; ours is compared with the best of them."""

DATA = PLACE / "data"
EXTRA_CODES = 200
"""Codes that no question names, stored as well by peers with one file or symbol per code."""


def markets(files: Path | None) -> list[Question]:
    """Make the markets and return the questions about them.

    Parameters
    ----------
    files : Path or None
        A folder with real bars in the layout of the `files` source.
    """

    def daily(folder: Path) -> None:
        making.make(folder, codes=making.CODES, first=FIRST_DAY, last=LAST_DAY)

    def minutes(folder: Path) -> None:
        making.make(folder, codes=MINUTE_CODES, first=MINUTE_FIRST, last=MINUTE_LAST, minutes=True)

    _once(DATA / "made_daily", _key("making.py", "market.py"), daily)
    _once(DATA / "made_min1", _key("making.py", "market.py"), minutes)
    asked = of_made(Market.open(DATA / "made_daily"), Market.open(DATA / "made_min1"))
    if files is None:
        return asked
    for period in ("daily", "min1"):
        take = partial(real.take, files / "stock" / period)
        _once(DATA / f"real_{period}", _key("real.py"), take)
    return asked + of_real(Market.open(DATA / "real_daily"), Market.open(DATA / "real_min1"))


def peers(questions: Sequence[Question]) -> None:
    """Have every peer store the bars that the questions ask for, and many more."""
    tables: dict[str, set[str]] = {}
    for question in questions:
        tables.setdefault(question.table, set()).update(question.codes)
    for table, codes in tables.items():
        codes.update(Market.open(DATA / table).codes[:EXTRA_CODES])

    def build(folder: Path) -> None:
        with Worker(command(folder.name)) as worker:
            for table, codes in tables.items():
                worker.ask({"build": table, "codes": sorted(codes)})

    for peer in PEERS:
        named = [f"peers/{peer}.py", "peers/parquet.py", "making.py", "preparing.py"]
        _once(PLACE / peer, _key(*named, also=repr(tables.keys())), build)


def command(peer: str) -> list[str]:
    """Return the command that starts a peer's process, see `bench.worker`."""
    python = [sys.executable]
    if peer == "arctic":
        version = str(Path(sys.executable).resolve())
        wanted = [text for package in ARCTIC for text in ("--with", package)]
        uv = [os.environ.get("UV", "uv"), "run", "--quiet", "--no-project", "--python", version]
        python = [*uv, *wanted, "python"]
    return [*python, "-m", "bench.worker", peer, str(PLACE)]


def _key(*sources: str, also: str = "") -> str:
    digest = hashlib.sha256(also.encode())
    for name in sources:
        digest.update((Path(__file__).parent / name).read_bytes())
    return digest.hexdigest()


def _once(folder: Path, key: str, make: Callable[[Path], object]) -> None:
    """Make a folder, unless the same code has already made it."""
    stamp = folder.with_name(f"{folder.name}.made")
    if stamp.exists() and stamp.read_text() == key:
        return
    shutil.rmtree(folder, ignore_errors=True)
    folder.parent.mkdir(parents=True, exist_ok=True)
    make(folder)
    stamp.write_text(key)
