"""The write path of adjustment factors."""

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
    """Store the adjustment factors that the source delivered.

    A code's new steps replace all of its old ones: a source that counts from another day has
    different factors for all days, and a mix of old and new ones would be wrong. The old steps
    stay if the new ones are missing or known only until an earlier day.

    Parameters
    ----------
    store : BlockStore
        Where the factors go.
    request, fetched
        What was requested from the source, and what it delivered.
    final_until : str
        The last final day, YYYYMMDD: the factors of later days may still change.
    asked_at : str
        When the source was asked, ISO 8601.

    Returns
    -------
    dict
        Code → the reason, for each code whose factors could not be obtained.

    Raises
    ------
    VersionConflictError
        Other writers kept changing one of the blocks.
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
