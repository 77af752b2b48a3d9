"""The store of adjustment factors: one block per code.

A block's first line is its head, `{"until", "asked_at", "failed"}`; the others are the steps in
chronological order, `{"trade_date", "factor"}`.
"""

from collections.abc import Iterable
from typing import NamedTuple

from marketdata.blocks.block import DOCUMENT, Block, BlockKey, read_document, write_document
from marketdata.blocks.dataset import Kind
from marketdata.blocks.store import BlockStore
from marketdata.kline.adjust.steps import FactorDataset, Steps

NO_FACTORS = "the source gave no factors"


class KnownFactors(NamedTuple):
    """What is stored about one code.

    Attributes
    ----------
    steps : Steps or None
        Its factors, if the source ever gave any that can be used.
    asked_at : str
        When the source was last asked, ISO 8601; empty if it never was.
    failed : str
        Why it gave none then; empty if it did.
    """

    steps: Steps | None = None
    asked_at: str = ""
    failed: str = ""


def read_factors(
    store: BlockStore, kind: Kind, codes: Iterable[str], *, fresh: bool = False
) -> dict[str, KnownFactors]:
    """Read what is stored about some codes of a kind; `fresh` as in `BlockStore.read`."""
    keys = {code: factor_key(kind, code) for code in codes}
    stored = store.read(keys.values(), fresh=fresh)
    return {code: decode_factors(key, stored.get(key, Block())) for code, key in keys.items()}


def factor_key(kind: Kind, code: str) -> BlockKey:
    """Return the key of the block that holds a code's factors."""
    return BlockKey(FactorDataset(kind).name, code, DOCUMENT)


def decode_factors(key: BlockKey, stored: Block) -> KnownFactors:
    """Read what `encode_factors` wrote."""
    head, rows = read_document(key, stored)
    if not head:
        return KnownFactors()
    days, factors = (tuple(row[name] for row in rows) for name in ("trade_date", "factor"))
    steps = Steps(days, factors, head["until"]) if rows else None
    return KnownFactors(steps, head["asked_at"], head["failed"])


def encode_factors(known: KnownFactors, stored: Block) -> Block:
    """Return a code's block with what is known about its factors, to be written."""
    steps = known.steps
    head = {
        "until": steps.until if steps else "",
        "asked_at": known.asked_at,
        "failed": known.failed,
    }
    changes = zip(steps.days, steps.factors, strict=True) if steps else ()
    rows = ({"trade_date": day, "factor": factor} for day, factor in changes)
    return write_document(stored, head, rows)
