"""Where the catalog is kept: one block of the market table, in memory for five minutes."""

import time
from collections.abc import Callable

from marketdata.blocks.block import Block, BlockKey, read_document, write_document
from marketdata.blocks.store import BlockStore
from marketdata.catalog.securities import Catalog
from marketdata.errors import StorageError

KEY = BlockKey("catalog", "all", "all")
KEPT_SECONDS = 300


class CatalogStore:
    """Loads, reads and saves the catalog.

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
        """Return the catalog, at most `KEPT_SECONDS` old.

        Raises
        ------
        UpstreamError
            None is stored, and the source cannot give one now.
        StorageError
            None is stored, although one was fetched.
        """
        if self._kept is None or self._clock() >= self._until:
            known = self.read()
            self._kept = self._first() if known is None else known
            self._until = self._clock() + KEPT_SECONDS
        return self._kept

    def _first(self) -> Catalog:
        self._refresh()
        stored = self.read(fresh=True)
        if stored is None:
            raise StorageError("the catalog was fetched, but is not there")
        return stored

    def read(self, *, fresh: bool = False) -> Catalog | None:
        """Read the stored catalog; None where there is none that can be read.

        Parameters
        ----------
        fresh : bool
            Whether a write of a moment ago must be seen.
        """
        stored = self._store.read([KEY], fresh=fresh).get(KEY, Block())
        head, rows = read_document(KEY, stored)
        if not head:
            return None
        return Catalog.from_rows(rows, head["refreshed_at"], head["source"], head["first_days"])

    def save(self, catalog: Catalog) -> None:
        """Put a catalog in the stored one's place; codes that it no longer names are kept.

        A source may list today's codes only, and a delisted one must still be found. Those of
        another source are not kept. What is loaded next is the new catalog.
        """

        def change(stored: Block) -> Block:
            known, old = read_document(KEY, stored)
            kept = old if known and known["source"] == catalog.source else []
            rows = {row["code"]: row for row in [*kept, *catalog.to_rows()]}
            head = {
                "refreshed_at": catalog.refreshed_at,
                "source": catalog.source,
                "first_days": catalog.first_days,
            }
            return write_document(stored, head, [rows[code] for code in sorted(rows)])

        self._store.update(KEY, None, change)
        self._kept = None
