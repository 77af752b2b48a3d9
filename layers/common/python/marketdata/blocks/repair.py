"""Looking for damaged blocks, and clearing them so that a fill fetches them again."""

import logging
from collections.abc import Collection
from typing import NamedTuple

from marketdata.aws.clients import side_by_side
from marketdata.blocks import codec
from marketdata.blocks.block import Block, BlockKey, Damage, damage_of, void
from marketdata.blocks.store import BlockStore

MOST_GONE, GONE_SHARE = 5, 0.01
"""If more payloads and a larger share than this are not in the bucket, it is the bucket that is
away: another one's name, or not yet restored."""

_log = logging.getLogger(__name__)


class Inspection(NamedTuple):
    """What was found in some blocks.

    Attributes
    ----------
    damaged : dict
        The damaged blocks, and what is wrong with them.
    in_bucket : int
        Number of blocks whose payload belongs in the bucket.
    gone : frozenset of BlockKey
        Those whose payload is not there.
    """

    damaged: dict[BlockKey, Damage]
    in_bucket: int
    gone: frozenset[BlockKey]


def inspect(store: BlockStore, keys: Collection[BlockKey]) -> Inspection:
    """Look at every row of some blocks; the seals of whole ones are bound to their items."""
    blocks = store.read(keys)
    judged = {key: damage_of(key, block) for key, block in blocks.items()}
    damaged = {key: damage for key, damage in judged.items() if damage}
    unbound = [
        key
        for key, block in blocks.items()
        if block.frame and key not in damaged and not codec.is_bound(block.seal)
    ]
    side_by_side(lambda key: store.seal(key, blocks[key]), unbound)
    in_bucket = [key for key, block in blocks.items() if block.object_key]
    gone = frozenset(key for key in in_bucket if damaged.get(key) is Damage.LOST)
    return Inspection(damaged, len(in_bucket), gone)


def is_away(gone: int, in_bucket: int) -> bool:
    """Check whether so many payloads are not in the bucket that it must be the wrong one."""
    return gone > MOST_GONE and gone > in_bucket * GONE_SHARE


def clear_damaged(
    store: BlockStore, keys: Collection[BlockKey], *, however_many: bool = False
) -> int:
    """Look at every row of some blocks, and forget the present days of the damaged ones.

    A block that another writer replaces meanwhile is looked at again.

    Parameters
    ----------
    store : BlockStore
        The store.
    keys : collection of BlockKey
        The blocks.
    however_many : bool
        Whether to clear lost blocks even if the bucket seems to be away.

    Returns
    -------
    int
        The number of blocks cleared: their days now count as missing, for the index as well.

    Raises
    ------
    VersionConflictError
        Others kept writing one of the blocks.
    """
    if not however_many:
        found = inspect(store, keys)
        if is_away(len(found.gone), found.in_bucket):
            counts = len(found.gone), found.in_bucket
            _log.error("the bucket lacks %d of %d payloads: none of them is cleared", *counts)
            keys = found.damaged.keys() - found.gone

    def cleared(key: BlockKey, stored: Block) -> Block:
        damage = damage_of(key, stored)
        return void(key, stored, damage) if damage else stored

    return store.update_all(keys, cleared)
