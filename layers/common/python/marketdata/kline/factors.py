"""Where adjustment factors are kept: one block a code.

A block's first line is its head, `{"until", "asked_at", "failed"}`; the others are the steps by
time, `{"trade_date", "factor"}`.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

import orjson

from marketdata.kline.adjust import Steps
from marketdata.kline.bar import Kind
from marketdata.kline.parallel import side_by_side
from marketdata.kline.store import Block, BlockKey, BlockStore, unpack

if TYPE_CHECKING:  # readers need no more of it
    from marketdata.upstream.source import FactorRequest, FetchedFactors

NO_FACTORS = "the source gave no factors"


class Known(NamedTuple):
    """What is stored of one code.

    Attributes
    ----------
    steps : Steps or None
        Its factors, if the source ever gave some that can be used.
    asked_at : str
        When the source was asked last, ISO 8601; empty if it never was.
    failed : str
        Why it gave none then; empty if it did.
    """

    steps: Steps | None = None
    asked_at: str = ""
    failed: str = ""


def read_factors(
    store: BlockStore, kind: Kind, codes: Iterable[str], *, fresh: bool = False
) -> dict[str, Known]:
    """Read what is stored of some codes of a kind; `fresh` as in `BlockStore.read`."""
    keys = {code: _key(kind, code) for code in codes}
    stored = store.read(keys.values(), fresh=fresh)
    return {code: _decode(key, stored.get(key, Block())) for code, key in keys.items()}


def save_factors(
    store: BlockStore,
    request: "FactorRequest",
    fetched: "FetchedFactors",
    final_until: str,
    asked_at: str,
) -> dict[str, str]:
    """Store what the source gave.

    A code's steps take the place of its old ones as a whole: a source that counts from another
    day gives other factors for all days, and old and new ones mixed would be wrong. Steps that are
    known until an earlier day than the old ones, or that could not be got, leave the old ones.

    Parameters
    ----------
    store : BlockStore
        Where they go.
    request, fetched
        What was asked of the source, and what it gave.
    final_until : str
        The last final day: what a source says of later ones may still change.
    asked_at : str
        When that was, ISO 8601.

    Returns
    -------
    dict
        For each code whose factors could not be got, why.

    Raises
    ------
    VersionConflictError
        Others kept writing one of the blocks.
    """
    given = {code: steps.up_to(final_until) for code, steps in fetched.steps.items()}
    failed = {
        code: fetched.failed.get(code, NO_FACTORS) for code in request.codes if not given.get(code)
    }
    old = store.read([_key(request.kind, code) for code in request.codes])

    def save(code: str) -> None:
        key, new = _key(request.kind, code), given.get(code)

        def change(stored: Block) -> Block:
            known = _decode(key, stored).steps
            steps = known if known and (not new or new.until < known.until) else new
            return _encode(Known(steps, asked_at, failed.get(code, "")), stored)

        store.update(key, old.get(key, Block()), change)

    side_by_side(save, request.codes)
    return failed


def _key(kind: Kind, code: str) -> BlockKey:
    return BlockKey(f"factor.{kind}", code, "all")


def _decode(key: BlockKey, stored: Block) -> Known:
    _, text = unpack(key, stored)
    if not text:
        return Known()
    head, *rows = orjson.loads(b"[%b]" % text)
    days, factors = (tuple(row[name] for row in rows) for name in ("trade_date", "factor"))
    steps = Steps(days, factors, head["until"]) if rows else None
    return Known(steps, head["asked_at"], head["failed"])


def _encode(known: Known, stored: Block) -> Block:
    steps = known.steps
    head = {
        "until": steps.until if steps else "",
        "asked_at": known.asked_at,
        "failed": known.failed,
    }
    changes = zip(steps.days, steps.factors, strict=True) if steps else ()
    rows = [head, *({"trade_date": day, "factor": factor} for day, factor in changes)]
    return stored.holding([orjson.dumps(row) for row in rows], stored.coverage)
