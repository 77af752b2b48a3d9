"""Small changes of a block, for tests of the store."""

import random
from collections.abc import Callable

from marketdata.blocks import codec
from marketdata.blocks.block import Block, BlockKey, unpack
from marketdata.blocks.days import bits_of
from marketdata.blocks.store import INLINE_BYTES
from marketdata.kline.bars import merge_bars
from tests.support.memory import MemoryStore

KEY = BlockKey("stock.daily", "600000.SH", "2024")


def line(day: str, note: str = "") -> bytes:
    return b'{"trade_date":"%b","note":"%b"}' % (day.encode(), note.encode())


def noise(seed: int) -> str:
    """Give what zstd cannot make small: one row of it lies in the bucket."""
    return random.Random(seed).randbytes(INLINE_BYTES).hex()


def adding(*lines: bytes) -> Callable[[Block], Block]:
    """Make the change that adds rows to a block, or gives it back if it has them all."""

    def change(stored: Block) -> Block:
        known, text = unpack(KEY, stored)
        old = codec.lines(text)
        merged = merge_bars(old, lines)
        if merged == old:
            return stored
        present = bits_of("2024", {each[15:23].decode() for each in merged})
        coverage = known.coverage.mark(present=present)
        return stored.holding(merged, coverage)

    return change


def once(action: Callable[[], object]) -> Callable[[], None]:
    """Make a hook that acts the first time only."""
    waiting = [action]

    def hook() -> None:
        if waiting:
            waiting.pop()()

    return hook


def rows_of(store: MemoryStore) -> list[bytes]:
    block = store.read([KEY], fresh=True).get(KEY, Block())
    return codec.lines(unpack(KEY, block)[1])


def fail() -> None:
    raise ConnectionError
