"""What a source says of adjustment factors, stored."""

from marketdata.blocks.block import Block, BlockKey
from marketdata.blocks.store import BlockStore
from marketdata.kline.adjust.factors import (
    NO_FACTORS,
    KnownFactors,
    decode_factors,
    encode_factors,
    factor_key,
)
from marketdata.sources.source import FactorRequest, FetchedFactors


def save_factors(
    store: BlockStore,
    request: FactorRequest,
    fetched: FetchedFactors,
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

    def change(key: BlockKey, stored: Block) -> Block:
        known, new = decode_factors(key, stored).steps, given.get(key.code)
        steps = known if known and (not new or new.until < known.until) else new
        return encode_factors(KnownFactors(steps, asked_at, failed.get(key.code, "")), stored)

    store.update_all([factor_key(request.kind, code) for code in request.codes], change)
    return failed
