"""Parquet files, written by DuckDB.

DuckDB parses the rows' own JSON, and its library is a third of pyarrow's or polars'. One thread
writes, so the same rows give the same bytes.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

DATE, TEXT, REAL, WHOLE, TRUTH = "DATE", "VARCHAR", "DOUBLE", "BIGINT", "BOOLEAN"
"""The types of columns; a DATE is written "YYYYMMDD" in rows."""

ROWS_A_GROUP = 51_200
"""Some 200 codes of a year: a reader of one code skips all other groups."""

OPTIONS = (
    "FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, WRITE_BLOOM_FILTER false, "
    f"ROW_GROUP_SIZE {ROWS_A_GROUP}"
)
"""Rows are sorted, so groups are skipped by their least and greatest values, without filters."""


class Rows:
    """The rows of a file of JSON lines, to be written as Parquet files.

    Parameters
    ----------
    connection : DuckDBPyConnection
        An empty database in memory.
    lines : Path
        One JSON object a line, in the order of the files to come; none if it is empty.
    columns : mapping
        Each column's type, in order.
    """

    def __init__(
        self, connection: "DuckDBPyConnection", lines: Path, columns: Mapping[str, str]
    ) -> None:
        self._connection = connection
        types = ", ".join(f"\"{name}\": '{kind}'" for name, kind in columns.items())
        self._all = (
            f"SELECT * FROM read_json({_quoted(str(lines))}, "  # noqa: S608  our own names
            f"format = 'newline_delimited', dateformat = '%Y%m%d', columns = {{{types}}})"
        )
        self._loaded = False

    @classmethod
    @contextmanager
    def of(cls, lines: Path, columns: Mapping[str, str]) -> Iterator[Self]:
        """Open rows, and forget them at the end; parameters as for the class."""
        import duckdb  # noqa: PLC0415  only the function `publish` has it

        connection = duckdb.connect()
        try:
            connection.execute("SET threads = 1")
            connection.execute("SET preserve_insertion_order = true")
            yield cls(connection, lines, columns)
        finally:
            connection.close()

    def write(self, path: Path, metadata: Mapping[str, str], day: str = "") -> None:
        """Write the rows, or those of one day, "YYYYMMDD".

        Parameters
        ----------
        path : Path
            The file.
        metadata : mapping
            Goes into the file's key-value metadata.
        day : str
            The `trade_date` of the rows to write; empty for all.
        """
        pairs = ", ".join(f"{name}: {_quoted(value)}" for name, value in metadata.items())
        self._connection.execute(
            f"COPY ({self._of(day)}) TO {_quoted(str(path))} ({OPTIONS}, KV_METADATA {{{pairs}}})"
        )

    def _of(self, day: str) -> str:
        """Return the query for all rows, which reads them once, or for those of a day."""
        if not day:
            return self._all
        if not self._loaded:
            self._connection.execute(f"CREATE TABLE rows AS {self._all}")
            self._loaded = True
        return f"SELECT * FROM rows WHERE trade_date = strptime('{int(day)}', '%Y%m%d')::DATE"  # noqa: S608


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
