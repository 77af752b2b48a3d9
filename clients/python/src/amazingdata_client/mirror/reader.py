"""Reading a mirror with polars or DuckDB, which are optional dependencies."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from amazingdata_client.errors import NotMirroredError
from amazingdata_client.mirror import state as states

if TYPE_CHECKING:
    import duckdb
    import polars as pl


class MirrorReader:
    """The files of a mirror as tables.

    It reads the files that the mirror's state names, not those that lie in the folder, so that a
    run that is under way changes nothing for it.

    Parameters
    ----------
    folder : path
        The mirror's folder.
    """

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        self.folder = Path(folder)

    def datasets(self) -> dict[str, list[Path]]:
        """Return the files of each dataset, in order of their paths."""
        found: dict[str, list[Path]] = {}
        held = states.load(self.folder).held
        for path in sorted(held):
            found.setdefault(held[path].dataset, []).append(self.folder / path)
        return dict(sorted(found.items()))

    def files(self, dataset: str) -> list[Path]:
        """Return the files of a dataset, in order of their paths.

        Raises
        ------
        NotMirroredError
            There are none.
        """
        found = self.datasets()
        if dataset not in found:
            has = ", ".join(found) or "nothing"
            raise NotMirroredError(f"{dataset} is not in the mirror {self.folder}; it has {has}")
        return found[dataset]

    def scan(self, dataset: str) -> "pl.LazyFrame":
        """Return a dataset as a polars frame that is read when it is collected.

        Parameters
        ----------
        dataset : str
            Such as "stock.daily".

        Returns
        -------
        polars.LazyFrame
            The columns of the files. The folders' `year=…` does not become a column.

        Raises
        ------
        NotMirroredError
            The mirror does not have the dataset.
        ModuleNotFoundError
            The extra `polars` is not installed.
        """
        try:
            import polars as pl  # noqa: PLC0415
        except ModuleNotFoundError as error:
            raise _lacking("scan", "polars") from error
        return pl.scan_parquet(self.files(dataset), hive_partitioning=False)

    def sql(self, query: str, parameters: Sequence[Any] = ()) -> "duckdb.DuckDBPyRelation":
        """Ask DuckDB.

        Parameters
        ----------
        query : str
            Each dataset is a view by its name, `"stock.daily"` in quotes, and also `stock_daily`.
        parameters : sequence
            Values for each `?` of the query.

        Returns
        -------
        duckdb.DuckDBPyRelation
            Not yet computed: `.pl()`, `.df()`, `.fetchall()` or `.to_arrow_table()` do that.

        Raises
        ------
        duckdb.Error
            The query is wrong.
        ModuleNotFoundError
            The extra `duckdb` is not installed.
        """
        try:
            import duckdb  # noqa: PLC0415
        except ModuleNotFoundError as error:
            raise _lacking("sql", "duckdb") from error
        connection = duckdb.connect()
        for dataset, files in self.datasets().items():
            table = connection.read_parquet([str(each) for each in files], hive_partitioning=False)
            table.create_view(dataset)
            table.create_view(dataset.replace(".", "_"))
        answer: duckdb.DuckDBPyRelation = connection.sql(query, params=list(parameters))
        return answer


def _lacking(method: str, extra: str) -> ModuleNotFoundError:
    command = f"pip install 'amazingdata-client[{extra}]'"
    return ModuleNotFoundError(f"{method} needs {extra}: {command}", name=extra)
