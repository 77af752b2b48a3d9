"""The source `files`: CSV files in the bucket.

::

    imports/{kind}/{period}/{code}.csv   trade_date[,kline_time],open,high,low,close,volume,amount
                                         [,settle,open_interest]
    imports/{kind}/factors/{code}.csv    trade_date,factor
    imports/securities.csv               code,name,type,list_date,delist_date
    imports/suspensions.csv              code,trade_date
    imports/finance/{statement}.csv      code,reporting_period,ann_date,statement_type, and columns
                                         of `finance.columns`

An empty field is null. A code without a file has no bars; without a statement's file, no code has
that statement; a code without factors cannot be adjusted, see `sources.files.factors`. A code's
file that cannot be read fails only that code. Without `suspensions.csv`, no suspension is known.
"""

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime
from io import BytesIO, StringIO
from typing import Protocol

import pandas as pd

from marketdata.catalog.calendar import FIRST_DAYS, MARKETS, last_final_day
from marketdata.catalog.securities import Security, security_of
from marketdata.errors import NotFoundError, UpstreamFaultError
from marketdata.kline.bars import BarDataset
from marketdata.sources.files.factors import parse_factors
from marketdata.sources.files.statements import parse_statements
from marketdata.sources.source import (
    BarRequest,
    FactorRequest,
    FetchedBars,
    FetchedFactors,
    FetchedStatements,
    Halt,
    StatementRequest,
    frame_columns,
    join_frames,
)

PARALLEL = 8
TEXTS = {
    "trade_date": "[0-9]{8}",
    "kline_time": "[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}",
}
SECURITY_COLUMNS = ("code", "name", "type", "list_date", "delist_date")


class ObjectReader(Protocol):
    """The store of the files; `aws.objects.Bucket` is one."""

    def read(self, key: str) -> bytes:
        """Read an object; raises NotFoundError if there is none."""


@dataclass(frozen=True, slots=True)
class FileSource:
    """Reads the files; nothing is kept between calls, so a new file takes effect at once.

    Parameters
    ----------
    objects : ObjectReader
        The bucket.
    now : callable
        The clock, with a time zone.
    final_time : str
        "HH:MM", see `catalog.calendar`.
    """

    objects: ObjectReader
    now: Callable[[], datetime]
    final_time: str
    name: str = "files"

    def fetch_bars(self, request: BarRequest) -> FetchedBars:
        """Read the bars from each code's file; see `Source`."""
        end = min(request.end, last_final_day(self.now(), self.final_time))
        frames, failed = [], {}
        folder = f"{request.dataset.kind}/{request.dataset.period}"
        for code, content in self._contents(folder, request.codes):
            try:
                bars = _parse(request.dataset, code, content)
            except ValueError as error:
                failed[code] = f"its file cannot be read: {error}"
            else:
                frames.append(bars[bars["trade_date"].between(request.start, end)])
        frame = join_frames(request.dataset, frames)
        return FetchedBars(frame, self._halted(request, end), failed=failed)

    def fetch_statements(self, request: StatementRequest) -> FetchedStatements:
        """Read the requested rows of a statement's file; see `Source`.

        Raises
        ------
        UpstreamFaultError
            The file does not have the documented layout.
        """
        path = f"finance/{request.statement}.csv"
        content = self._read(path)
        if content is None:
            return FetchedStatements()
        try:
            return parse_statements(content, request)
        except ValueError as error:
            raise UpstreamFaultError(f"imports/{path}: {error}") from error

    def fetch_factors(self, request: FactorRequest) -> FetchedFactors:
        """Read each code's factors; see `Source` and `sources.files.factors`."""
        found, folder = FetchedFactors(), f"{request.kind}/factors"
        for code, content in self._contents(folder, request.codes):
            if content is None:
                found.failed[code] = f"there is no imports/{folder}/{code}.csv"
                continue
            try:
                found.steps[code] = parse_factors(content)
            except ValueError as error:
                found.failed[code] = f"imports/{folder}/{code}.csv: {error}"
        return found

    def list_securities(self) -> list[Security]:
        """Read `securities.csv`.

        Raises
        ------
        UpstreamFaultError
            The file is missing, or does not have the documented layout.
        """
        content = self._read("securities.csv")
        if content is None:
            raise UpstreamFaultError("imports/securities.csv is missing")
        try:
            return [_security(row) for row in _rows(content, SECURITY_COLUMNS)]
        except ValueError as error:
            raise UpstreamFaultError(f"imports/securities.csv: {error}") from error

    def coverage_start(self, dataset: BarDataset) -> str:  # noqa: ARG002  the same for all
        """Return the calendar's first day: a file may begin on any day."""
        return min(FIRST_DAYS.values())

    def _contents(self, folder: str, codes: Sequence[str]) -> Iterator[tuple[str, bytes | None]]:
        """Yield each code with the content of its file in a folder, None if there is none."""
        with ThreadPoolExecutor(PARALLEL) as pool:
            files = pool.map(self._read, (f"{folder}/{code}.csv" for code in codes))
            yield from zip(codes, files, strict=True)

    def _read(self, path: str) -> bytes | None:
        try:
            return self.objects.read(f"imports/{path}")
        except NotFoundError:
            return None

    def _halted(self, request: BarRequest, end: str) -> dict[str, dict[str, Halt]]:
        wanted = set(request.codes)
        halted: dict[str, dict[str, Halt]] = {}
        for row in self._suspensions():
            code, day = row["code"], row["trade_date"]
            if code in wanted and request.start <= day <= end:
                halted.setdefault(code, {})[day] = "suspended"
        return halted

    def _suspensions(self) -> list[dict[str, str]]:
        content = self._read("suspensions.csv")
        if content is None:
            return []
        try:
            return _rows(content, ("code", "trade_date"))
        except ValueError as error:
            raise UpstreamFaultError(f"imports/suspensions.csv: {error}") from error


def _rows(content: bytes, columns: Sequence[str]) -> list[dict[str, str]]:
    """Parse a small table; raises ValueError if a column is missing."""
    reader = csv.DictReader(StringIO(content.decode("utf-8-sig")), restval="")
    if lacking := set(columns) - set(reader.fieldnames or ()):
        raise ValueError(f"columns are missing: {', '.join(sorted(lacking))}")
    return list(reader)


def _security(row: Mapping[str, str]) -> Security:
    """Parse a security; raises ValueError if its market or one of its dates is invalid."""
    security = security_of(row)
    if security.market not in MARKETS:
        raise ValueError(f"{security.code!r} belongs to no known market")
    for day in (security.list_date, security.delist_date):
        if day and date.fromisoformat(day).strftime("%Y%m%d") != day:
            raise ValueError(f"{security.code} has {day!r} for a date")
    return security


def _parse(dataset: BarDataset, code: str, content: bytes | None) -> pd.DataFrame:
    """Parse a whole file of bars.

    Raises
    ------
    ValueError
        It does not have its layout: a column is missing, or a number or day is invalid.
    """
    if content is None:
        return join_frames(dataset, [])
    columns = frame_columns(dataset)[1:]
    frame = pd.read_csv(
        BytesIO(content),
        dtype={name: "str" if name in TEXTS else "float64" for name in columns},
        keep_default_na=False,
        na_values={name: [""] for name in dataset.columns},
    )
    if lacking := set(columns) - set(frame.columns):
        raise ValueError(f"columns are missing: {', '.join(sorted(lacking))}")
    # A day in another format would be outside every range, and its bars would seem not to exist.
    for name, form in TEXTS.items():
        if name in columns and not frame[name].str.fullmatch(form).all():
            raise ValueError(f"{name} has a value in another format")
    frame.insert(0, "code", code)
    return frame[["code", *columns]]
