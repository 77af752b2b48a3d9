"""The rows of an answer as pieces, each either a stored frame, still unopened, or text.

An answer is a sequence of pieces. Their texts make up the JSON. For a client that reads zstd, whose
streams are any number of frames, the stored frames are sent as they are, and what lies between them
is packed into small ones. Both decode to the same bytes because both are made of the same pieces.
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
        The number of rows.
    frame : bytes
        The stored frame that holds them and nothing else; empty if there is text.
    digest : bytes
        The `blocks.codec.digest` of the frame's rows.
    text : bytes, optional
        The rows themselves, joined.
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
        """Make a piece of some rows' text."""
        return cls(codec.rows_in(text), text=text)

    @classmethod
    def between(cls, text: bytes) -> Self:
        """Make a piece of what stands before, between or after rows."""
        return cls(0, text=text)

    @property
    def text(self) -> bytes:
        """The rows' text, unpacked on first use.

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
        """What identifies these rows, the same for a frame and for its text."""
        return self._digest or codec.digest(self.text)


@dataclass(frozen=True)
class RowSet:
    """The rows that were found.

    Attributes
    ----------
    pieces : mapping
        By known code, its rows in chronological order; no piece is empty.
    meta : mapping
        The answer's `meta`.
    """

    pieces: Mapping[str, Sequence[Piece]]
    meta: Mapping[str, Any]

    @classmethod
    def of(cls, rows: Mapping[str, bytes], meta: Mapping[str, Any]) -> Self:
        """Take rows that are already text (see `blocks.codec`), such as computed or chosen ones."""
        return cls({code: [Piece.of(text)] if text else [] for code, text in rows.items()}, meta)

    @cached_property
    def rows(self) -> dict[str, bytes]:
        """Each code's rows as text."""
        return {
            code: codec.JOINT.join(piece.text for piece in pieces)
            for code, pieces in self.pieces.items()
        }

    def parsed(self, code: str) -> list[Bar]:
        """Return one code's rows as dictionaries."""
        return parse_bars(self.rows[code])


def bind(pieces: Iterable[Piece]) -> bytes:
    """Make one zstd stream of some pieces without opening a frame."""
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
