"""The quarantine: where rows that must not be stored are kept."""

import hashlib
import math
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import orjson

from marketdata.sources.source import Locate, Place, RowsByCode


def placed(locate: Locate | None, rows: RowsByCode) -> Mapping[str, Sequence[Place | None]]:
    """Return where each row came from, by code; None where nobody knows."""
    if locate and rows:
        return locate(rows)
    return {code: [None] * len(its) for code, its in rows.items()}


def record_of(row: Mapping[Any, Any]) -> dict[str, Any]:
    """Return a bad row in a form that JSON can hold: infinity as text; NaN becomes null."""
    return {
        str(name): str(value) if isinstance(value, float) and math.isinf(value) else value
        for name, value in row.items()
    }


class QuarantineObjects(Protocol):
    """The part of a bucket that the quarantine uses."""

    def write_json(self, key: str, value: Any) -> None: ...


class Quarantine:
    """Keeps bad rows under `quarantine/{dataset}/{code}/`.

    Parameters
    ----------
    objects : QuarantineObjects
        The bucket.
    """

    def __init__(self, objects: QuarantineObjects) -> None:
        self._objects = objects

    def set_aside(
        self,
        dataset: str,
        code: str,
        rows: Sequence[Mapping[str, Any]],
        places: Sequence[Place | None],
    ) -> None:
        """Write a code's bad rows; the same rows in the same order always get the same key.

        Parameters
        ----------
        dataset : str
            The name of the dataset.
        code : str
            The code of the rows, as the source wrote it.
        rows : sequence of mapping
            Rows that JSON can hold, each with its `reason`.
        places : sequence of Place or None
            Where each of them came from. They do not decide on the key: in a file that others have
            edited, the same rows are on other lines.
        """
        digest = hashlib.blake2b(orjson.dumps(rows), digest_size=8).hexdigest()
        placed_rows = [
            {**row, **(place._asdict() if place else {})}
            for row, place in zip(rows, places, strict=True)
        ]
        self._objects.write_json(f"quarantine/{dataset}/{code}/{digest}.json", placed_rows)
