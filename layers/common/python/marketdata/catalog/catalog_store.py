"""Where the catalog is kept: one block of the market table, in memory for five minutes."""

import time
from collections.abc import Callable
from functools import cache
from typing import Any

import orjson

from marketdata.aws.objects import Bucket
from marketdata.aws.tables import Table
from marketdata.blocks.block import Block, BlockKey, unpack
from marketdata.blocks.coverage import Coverage
from marketdata.blocks.store import BlockStore
from marketdata.catalog.securities import Catalog
from marketdata.errors import StorageError
from marketdata.settings import settings
from marketdata.upstream import client as gateway

KEY = BlockKey("catalog", "all", "all")
KEPT_SECONDS = 300


class Directory:
    """Loads and saves the catalog.

    Parameters
    ----------
    store : BlockStore
        Where its block is.
    refresh : callable
        Has the catalog fetched from the source and saved; called where none is stored yet.
    clock : callable
        Seconds, rising.
    """

    def __init__(
        self,
        store: BlockStore,
        refresh: Callable[[], object],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self._refresh = refresh
        self._clock = clock
        self._kept: Catalog | None = None
        self._until = 0.0

    def load(self) -> Catalog:
        """Give the catalog, at most `KEPT_SECONDS` old.

        Raises
        ------
        UpstreamError
            None is stored, and the source cannot give one now.
        StorageError
            None is stored, although one was fetched.
        """
        if self._kept is None or self._clock() >= self._until:
            self._kept = self._read()
            self._until = self._clock() + KEPT_SECONDS
        return self._kept

    def _read(self) -> Catalog:
        stored = read_catalog(self._store)
        if stored is None:
            self._refresh()
            stored = read_catalog(self._store, fresh=True)
        if stored is None:
            raise StorageError("the catalog was fetched, but is not there")
        return stored


@cache
def _directory() -> Directory:
    store = BlockStore(Table(settings().market_table), Bucket(settings().bucket))
    return Directory(store, gateway.refresh_catalog)


def load_catalog() -> Catalog:
    """Give this deployment's catalog; see `Directory.load`."""
    return _directory().load()


def read_catalog(store: BlockStore, *, fresh: bool = False) -> Catalog | None:
    """Read the stored catalog; None where there is none that can be read.

    Parameters
    ----------
    store : BlockStore
        Where its block is.
    fresh : bool
        Whether a write of a moment ago must be seen.
    """
    stored = store.read([KEY], fresh=fresh).get(KEY, Block())
    head, rows = _parse(stored)
    if not head:
        return None
    return Catalog.from_rows(rows, head["refreshed_at"], head["source"], head["first_days"])


def save_catalog(store: BlockStore, catalog: Catalog) -> None:
    """Put a catalog in the stored one's place; codes that it no longer names are kept.

    A source may list today's codes only, and a delisted one must still be found. Those of another
    source are not kept.
    """

    def change(stored: Block) -> Block:
        known, old = _parse(stored)
        kept = old if known and known["source"] == catalog.source else []
        rows = {row["code"]: row for row in [*kept, *catalog.to_rows()]}
        head = {
            "refreshed_at": catalog.refreshed_at,
            "source": catalog.source,
            "first_days": catalog.first_days,
        }
        lines = [orjson.dumps(row) for row in [head, *(rows[code] for code in sorted(rows))]]
        return stored.holding(lines, Coverage())

    store.update(KEY, None, change)


def _parse(stored: Block) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Give the head and the securities of a stored catalog; both empty where there is none."""
    _, text = unpack(KEY, stored)
    head, *rows = orjson.loads(b"[%b]" % text) if text else [{}]
    return head, rows
