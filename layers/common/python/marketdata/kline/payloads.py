"""Payloads that are too long for an item: objects in the bucket that never change."""

import hashlib
from collections.abc import Iterable
from typing import Protocol

INLINE_BYTES = 32 * 1024
"""A longer payload lies in the bucket: writing 32 KiB costs as much as 32 small items."""


class PayloadObjects(Protocol):
    """What payloads need of a bucket."""

    def read(self, key: str) -> bytes: ...
    def write(self, key: str, body: bytes, content_type: str = ...) -> None: ...
    def delete(self, key: str) -> None: ...


class Payloads:
    """Writes, reads and removes payloads.

    Parameters
    ----------
    objects : PayloadObjects
        The bucket.
    """

    def __init__(self, objects: PayloadObjects) -> None:
        self._objects = objects

    def write(self, block: str, version: int, frame: bytes) -> str:
        """Write a payload that is too long for an item.

        Parameters
        ----------
        block : str
            Names the block.
        version : int
            The version of the block that this is the payload of. It is part of the key, so no
            later writer can want the same one, and a payload that is removed is removed for good.
        frame : bytes
            The payload.

        Returns
        -------
        str
            Where it is now; empty for one that belongs into the item.
        """
        if len(frame) <= INLINE_BYTES:
            return ""
        digest = hashlib.blake2b(frame, digest_size=8).hexdigest()
        object_key = f"blocks/{block}/{version:06d}-{digest}.zst"
        self._objects.write(object_key, frame, "application/zstd")
        return object_key

    def read(self, object_key: str) -> bytes:
        """Read a payload.

        Raises
        ------
        NotFoundError
            It is no longer there.
        """
        return self._objects.read(object_key)

    def delete(self, object_keys: Iterable[str]) -> None:
        """Remove payloads; empty keys are passed over."""
        for object_key in filter(None, object_keys):
            self._objects.delete(object_key)
