"""Rows as an answer: their envelope in each form, their ETag, a 304 to a client that has them."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import orjson

from marketdata.api.answer import Answer
from marketdata.api.call import Call
from marketdata.blocks import codec
from marketdata.kline.rows import Piece, RowSet, bind

KEPT_SECONDS = 3600
"""So long is a settled answer good without asking.

Only a correction by the vendor changes it, which reaches the cache when somebody has the days
fetched again, at most once a day; an hour more matters little, and a session of charts or a
notebook that is run again and again asks once.
"""

PASSING = ("pending", "unknown_codes", "warnings")
"""What in `meta` may be otherwise soon, though nobody corrects a bar."""

JOINT = Piece.between(codec.JOINT)

_OPAQUE = re.compile(r'(?:W/)?"([^"]*)"')


def answer_rows(call: Call[Any], rows: RowSet) -> Answer:
    """Return what was read, or 304 and no body to a client that has it already.

    Parameters
    ----------
    call : Call
        Whose If-None-Match (RFC 9110, 13.1.2) says what the client has.
    rows : RowSet
        What was read; neither opened nor packed for a 304.
    """
    content = RowContent(rows)
    etag = content.etag
    kept = f"max-age={KEPT_SECONDS}" if content.settled else "no-cache"
    headers = {"ETag": etag, "Cache-Control": f"private, {kept}"}
    if _names(call.headers.get("If-None-Match"), etag):
        return Answer.encoded(b"", status=304, headers=headers)
    return Answer(200, content, headers)


@dataclass(frozen=True, slots=True)
class RowContent:
    """Rows in the envelope of an answer."""

    rows: RowSet

    @property
    def etag(self) -> str:
        """What changes if and only if the answer does, quoted as HTTP wants it.

        It is weak (RFC 9110, 8.8.1): the same for every content coding, of which API Gateway
        applies one by itself, so that a strong one would have to differ where we cannot see it.
        """
        known = hashlib.sha256(orjson.dumps(self.rows.meta))
        for code, pieces in self.rows.pieces.items():
            known.update(b"%b:%d:" % (code.encode(), len(pieces)))
            for piece in pieces:
                known.update(piece.digest)
        return f'W/"{known.hexdigest()[:32]}"'

    @property
    def settled(self) -> bool:
        """Whether nothing but a correction can change the answer."""
        meta = self.rows.meta
        # The anchor of adjusted prices moves on with every day, and with it the prices.
        closed = meta["complete"] and meta["source"] == "cache" and "adjust" not in meta
        return closed and not any(meta[name] for name in PASSING)

    def body(self) -> bytes:
        """Return the answer's JSON; no row is parsed for it."""
        return b"".join(piece.text for piece in self._whole())

    def zstd(self) -> bytes:
        """Return the same as a zstd stream, for which no stored frame is opened."""
        return bind(self._whole())

    def _whole(self) -> Iterator[Piece]:
        before = b'{"code":200,"message":"success","data":{'
        for code, pieces in self.rows.pieces.items():
            yield Piece.between(b'%b"%b":[' % (before, code.encode()))
            for at, piece in enumerate(pieces):
                if at:
                    yield JOINT
                yield piece
            before = b"],"
        end = before.removesuffix(b",")
        yield Piece.between(b'%b},"meta":%b}' % (end, orjson.dumps(self.rows.meta)))


def _names(if_none_match: str, etag: str) -> bool:
    """Compare weakly: a W/ before either tag means nothing."""
    if if_none_match.strip() == "*":
        return True
    return _OPAQUE.findall(etag)[0] in _OPAQUE.findall(if_none_match)
