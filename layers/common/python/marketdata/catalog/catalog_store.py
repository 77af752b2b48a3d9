"""The store of the catalog: one block of the market table, kept in memory for five minutes."""

import time
from collections.abc import Callable, Mapping
from typing import Any

from marketdata.blocks.block import DOCUMENT, Block, BlockKey, read_document, write_document
from marketdata.blocks.store import BlockStore
from marketdata.catalog.known_years import learn
from marketdata.catalog.lives import continued
from marketdata.catalog.securities import Catalog, row_of, security_of
from marketdata.errors import StorageError

KEY = BlockKey("catalog", "all", DOCUMENT)
KEPT_SECONDS = 300


class CatalogStore:
    """Loads, reads and saves the catalog.

    Parameters
    ----------
    store : BlockStore
        Holds the catalog's block.
    refresh : callable
        Has the catalog fetched from the source and saved; called if none is stored yet.
    clock : callable
        A clock, in seconds, that goes on while Lambda freezes this process.
    """

    def __init__(
        self,
        store: BlockStore,
        refresh: Callable[[], object],
        clock: Callable[[], float] = time.time,
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
            None is stored, and the source cannot provide one now.
        StorageError
            None is stored, although one was fetched.
        """
        known = self.stored()
        return self._keep(self._first()) if known is None else known

    def stored(self) -> Catalog | None:
        """Return the catalog as `load` does, but never ask the source: None if none is stored."""
        if self._kept is not None and self._clock() < self._until:
            return self._kept
        known = self.read()
        return None if known is None else self._keep(known)

    def _keep(self, catalog: Catalog) -> Catalog:
        self._kept = catalog
        self._until = self._clock() + KEPT_SECONDS
        return catalog

    def _first(self) -> Catalog:
        self._refresh()
        stored = self.read(fresh=True)
        if stored is None:
            raise StorageError("the catalog was fetched, but is not there")
        return stored

    def read(self, *, fresh: bool = False) -> Catalog | None:
        """Return the stored catalog; None if there is none that can be read.

        The calendar learns the years that came with it.

        Parameters
        ----------
        fresh : bool
            Whether to see writes of a moment ago.
        """
        stored = self._store.read([KEY], fresh=fresh).get(KEY, Block())
        head, rows = read_document(KEY, stored)
        if not head:
            return None
        learn(_later_years(head))
        return Catalog.from_rows(
            rows,
            head["refreshed_at"],
            head["source"],
            head["first_days"],
            # One that was stored before there were any has none.
            final_times=head.get("final_times"),
            whole_days=head.get("whole_days"),
        )

    def save(self, catalog: Catalog) -> None:
        """Replace the stored catalog, but keep codes and lives that the new one no longer lists.

        A source may list only today's codes, and a delisted one must still be found, even where its
        code was given to another security since. Those of another source are not kept. The next
        `load` reads the stored catalog again.
        """

        def change(stored: Block) -> Block:
            known, old = read_document(KEY, stored)
            kept = old if known and known["source"] == catalog.source else []
            rows = {row["code"]: row for row in kept}
            for listed in catalog.securities():
                before = rows.get(listed.code)
                now = continued(security_of(before), listed) if before else listed
                rows[listed.code] = row_of(now)
            # What is announced stays so, even if this source has no calendar of its own.
            later = _later_years(known) if catalog.later_years is None else catalog.later_years
            head = {
                "refreshed_at": catalog.refreshed_at,
                "source": catalog.source,
                "first_days": catalog.first_days,
                "final_times": catalog.final_times,
                "whole_days": catalog.whole_days,
                "later_years": {str(year): f"{bits:X}" for year, bits in later.items()},
            }
            return write_document(stored, head, [rows[code] for code in sorted(rows)])

        self._store.update(KEY, None, change)
        self._kept = None


def _later_years(head: Mapping[str, Any]) -> dict[int, int]:
    """Read the years that came with a catalog; one of before there were any has none."""
    return {int(year): int(bits, 16) for year, bits in head.get("later_years", {}).items()}
