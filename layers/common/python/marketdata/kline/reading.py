"""What was read for a question, and the answer made of it."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import orjson

from marketdata.kline import block as codec
from marketdata.kline.bar import Row
from marketdata.kline.piece import Piece, bind

JOINT = Piece.between(codec.JOINT)

PASSING = ("pending", "unknown_codes", "warnings")
"""What in `meta` may be otherwise soon, though nobody corrects a bar."""


@dataclass(frozen=True)
class Reading:
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
        """Take rows that are text already, see `kline.block`: computed ones, or a choice."""
        return cls({code: [Piece.of(text)] if text else [] for code, text in rows.items()}, meta)

    @cached_property
    def rows(self) -> dict[str, bytes]:
        """Each code's rows as text."""
        return {
            code: codec.JOINT.join(piece.text for piece in pieces)
            for code, pieces in self.pieces.items()
        }

    @property
    def etag(self) -> str:
        """What changes if and only if the answer does, quoted as HTTP wants it.

        It is weak (RFC 9110, 8.8.1): the same for every content coding, of which API Gateway
        applies one by itself, so that a strong one would have to differ where we cannot see it.
        """
        known = hashlib.sha256(orjson.dumps(self.meta))
        for code, pieces in self.pieces.items():
            known.update(b"%b:%d:" % (code.encode(), len(pieces)))
            for piece in pieces:
                known.update(piece.digest)
        return f'W/"{known.hexdigest()[:32]}"'

    @property
    def settled(self) -> bool:
        """Whether nothing but a correction can change the answer."""
        meta = self.meta
        # The anchor of adjusted prices moves on with every day, and with it the prices.
        closed = meta["complete"] and meta["source"] == "cache" and "adjust" not in meta
        return closed and not any(meta[name] for name in PASSING)

    def body(self) -> bytes:
        """Give the answer's JSON; no row is parsed for it."""
        return b"".join(piece.text for piece in self._whole())

    def zstd(self) -> bytes:
        """Give the same as a zstd stream, for which no stored frame is opened."""
        return bind(self._whole())

    def _whole(self) -> Iterator[Piece]:
        before = b'{"code":200,"message":"success","data":{'
        for code, pieces in self.pieces.items():
            yield Piece.between(b'%b"%b":[' % (before, code.encode()))
            for at, piece in enumerate(pieces):
                if at:
                    yield JOINT
                yield piece
            before = b"],"
        end = before.removesuffix(b",")
        yield Piece.between(b'%b},"meta":%b}' % (end, orjson.dumps(self.meta)))

    def parsed(self, code: str) -> list[Row]:
        """Give one code's rows as dictionaries."""
        return codec.parse(self.rows[code])
