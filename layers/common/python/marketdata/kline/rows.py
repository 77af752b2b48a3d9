"""The rows that an answer takes from one place: a stored frame, still unopened, or text.

An answer is a sequence of pieces. Their texts make the JSON; for a client that reads zstd, which
is any number of frames, the stored frames go out as they are and what lies between them is packed
into small ones. Both decode to the same bytes because both are made of the same pieces.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

from backports import zstd

from marketdata.blocks import codec
from marketdata.kline.bars import Bar, parse_bars


class Piece:
    """Some rows, or what stands between rows.

    Parameters
    ----------
    rows : int
        How many rows they are.
    frame : bytes
        The stored frame that holds them and nothing else; empty where there is text.
    digest : bytes
        The `block.digest` of the frame's rows.
    text : bytes, optional
        The rows themselves.
    """

    __slots__ = ("_digest", "_text", "frame", "rows")

    def __init__(
        self, rows: int, frame: bytes = b"", digest: bytes = b"", text: bytes | None = None
    ) -> None:
        self.rows = rows
        self.frame = frame
        self._digest = digest
        self._text = text

    @classmethod
    def of(cls, text: bytes) -> Self:
        """Give the piece of some rows' text."""
        return cls(codec.rows_in(text), text=text)

    @classmethod
    def between(cls, text: bytes) -> Self:
        """Give the piece of what stands before, between or after rows."""
        return cls(0, text=text)

    @property
    def text(self) -> bytes:
        """The rows' text, unpacked when it is first wanted.

        Raises
        ------
        BlockCorruptError
            The frame cannot be opened, although its seal says that it is what was written.
        """
        if self._text is None:
            self._text = codec.decode(self.frame)
        return self._text

    @property
    def digest(self) -> bytes:
        """What tells these rows from others, the same for a frame and for its text."""
        return self._digest or codec.digest(self.text)


@dataclass(frozen=True)
class RowSet:
    """The rows that were found.

    Attributes
    ----------
    pieces : mapping
        For each known code its rows in the order of time, none of the pieces empty.
    meta : mapping
        The answer's `meta`.
    """

    pieces: Mapping[str, Sequence[Piece]]
    meta: Mapping[str, Any]

    @classmethod
    def of(cls, rows: Mapping[str, bytes], meta: Mapping[str, Any]) -> Self:
        """Take rows that are text already, see `blocks.codec`: computed ones, or a choice."""
        return cls({code: [Piece.of(text)] if text else [] for code, text in rows.items()}, meta)

    @cached_property
    def rows(self) -> dict[str, bytes]:
        """Each code's rows as text."""
        return {
            code: codec.JOINT.join(piece.text for piece in pieces)
            for code, pieces in self.pieces.items()
        }

    def parsed(self, code: str) -> list[Bar]:
        """Give one code's rows as dictionaries."""
        return parse_bars(self.rows[code])


def bind(pieces: Iterable[Piece]) -> bytes:
    """Make one zstd stream of some pieces; no frame is opened."""
    compressor = zstd.ZstdCompressor(options=codec.OPTIONS)
    frames: list[bytes] = []
    loose: list[bytes] = []
    for piece in pieces:
        if piece.frame:
            frames += (_flushed(compressor, loose), piece.frame)
            loose = []
        else:
            loose.append(piece.text)
    return b"".join((*frames, _flushed(compressor, loose)))


def _flushed(compressor: zstd.ZstdCompressor, texts: list[bytes]) -> bytes:
    return compressor.compress(b"".join(texts), zstd.ZstdCompressor.FLUSH_FRAME) if texts else b""
