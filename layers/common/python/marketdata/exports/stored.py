"""The blocks that are to be published, as last written."""

from collections.abc import Iterator, Sequence
from itertools import batched

from marketdata.blocks.block import Block, BlockKey, unpack
from marketdata.blocks.store import BlockStore
from marketdata.errors import StorageError

BLOCKS_AT_ONCE = 800


def stored(store: BlockStore, keys: Sequence[BlockKey]) -> Iterator[tuple[str, Block, bytes]]:
    """Yield the code, the block and the text of the rows of each block that exists, in order.

    Raises
    ------
    StorageError
        A block is damaged: once it is cleared and filled, there is something to publish.
    """
    for some in batched(keys, BLOCKS_AT_ONCE, strict=False):
        found = store.read(some, fresh=True)
        for key in some:
            if key in found:
                block, text = unpack(key, found[key])
                if block.damage:
                    raise StorageError(f"{key.name} is damaged: {block.damage}")
                yield key.code, block, text
