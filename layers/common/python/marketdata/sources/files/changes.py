"""When the files of the source `files` were written."""

import sys
from collections.abc import Callable, Iterator
from pathlib import PurePosixPath
from typing import Protocol

from marketdata.blocks.dataset import Dataset
from marketdata.catalog.securities import our_code
from marketdata.finance.statement import StatementDataset
from marketdata.sources.files.folder import IMPORTS

GONE = sys.maxsize
"""Later than any word of a file that is not there any more."""


class ObjectTimes(Protocol):
    """The part of a bucket that is needed here; `aws.objects.Bucket` is one."""

    def modified(self, prefix: str) -> Iterator[tuple[str, int]]: ...


def file_times(objects: ObjectTimes, dataset: Dataset) -> Callable[[str], int]:
    """Return a function from a code to when its file of a dataset was written, epoch seconds."""
    if isinstance(dataset, StatementDataset):
        # One file has the statements of all companies.
        path = f"{IMPORTS}finance/{dataset.statement}.csv"
        written = dict(objects.modified(path)).get(path, GONE)
        return lambda _: written
    folder = f"{IMPORTS}{dataset.name.replace('.', '/')}/"
    found = ((our_code(PurePosixPath(key).stem), at) for key, at in objects.modified(folder))
    times = {code: at for code, at in found if code}
    return lambda code: times.get(code, GONE)
