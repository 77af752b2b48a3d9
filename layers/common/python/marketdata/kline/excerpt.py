"""What a read takes from a block: its rows within the question's range, and what it knows. Pure."""

from collections.abc import Mapping
from typing import NamedTuple

from marketdata.blocks.block import BlockKey, Damage
from marketdata.blocks.coverage import UNKNOWN, Coverage
from marketdata.kline.rows import Piece


class Excerpt(NamedTuple):
    """What is known about a block's days, and its rows within the question's range.

    Attributes
    ----------
    coverage : Coverage
        What is known about the days.
    piece : Piece
        The rows.
    damage : Damage or None
        Why the stored rows count as not stored.
    computed : int
        The days whose rows are not stored but computed from shorter bars, as bits.
    """

    coverage: Coverage
    piece: Piece
    damage: Damage | None = None
    computed: int = 0


EMPTY = Excerpt(UNKNOWN, Piece.of(b""))

type Parts = Mapping[BlockKey, Excerpt]
