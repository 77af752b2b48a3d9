"""Where rows go that must not be stored."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import orjson


class QuarantineObjects(Protocol):
    """What the quarantine needs of a bucket."""

    def write_json(self, key: str, value: Any) -> None: ...


class Quarantine:
    """Keeps rows that were set aside, below `quarantine/{dataset}/{code}/`.

    Parameters
    ----------
    objects : QuarantineObjects
        The bucket.
    """

    def __init__(self, objects: QuarantineObjects) -> None:
        self._objects = objects

    def set_aside(self, dataset: str, code: str, rows: Sequence[Mapping[str, Any]]) -> None:
        """Write a code's bad rows; the same rows in the same order always have the same key.

        Parameters
        ----------
        dataset : str
            Its name.
        code : str
            Whose rows they are, as the source has it.
        rows : sequence of mapping
            As JSON can hold them, each with its `reason`.
        """
        digest = hashlib.blake2b(orjson.dumps(rows), digest_size=8).hexdigest()
        self._objects.write_json(f"quarantine/{dataset}/{code}/{digest}.json", rows)
