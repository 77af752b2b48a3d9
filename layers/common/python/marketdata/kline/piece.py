"""The rows that an answer takes from one place: a stored frame, still unopened, or text.

An answer is a sequence of pieces. Their texts make the JSON; for a client that reads zstd, which
is any number of frames, the stored frames go out as they are and what lies between them is packed
into small ones. Both decode to the same bytes because both are made of the same pieces.
"""

from collections.abc import Iterable
from typing import Self

from backports import zstd

from marketdata.kline import block as codec


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
