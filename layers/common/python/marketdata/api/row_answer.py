"""Rows as an answer: the envelope, the ETag, and 304 for a client that has them."""

import hashlib
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import orjson

from marketdata.api.answer import Answer, Content, Text
from marketdata.api.call import Call
from marketdata.api.row_form import AS_STORED, Form, Written
from marketdata.blocks import codec
from marketdata.kline.forms import RowFormat, arrays, chosen, csv_text
from marketdata.kline.rows import Piece, RowSet, bind

KEPT_SECONDS = 3600
"""How long a client may use a settled answer without asking again.

Only a correction by the vendor changes such an answer, and it reaches the cache when the days are
fetched again, at most once a day. An hour more matters little, and it lets a session of charts or a
notebook that is run repeatedly ask only once.
"""

PASSING = ("pending", "unknown_codes", "warnings")
"""The fields of `meta` that may soon change although no bar is corrected."""

JOINT = Piece.between(codec.JOINT)

_OPAQUE = re.compile(r'(?:W/)?"([^"]*)"')


def answer_rows(call: Call[Any], rows: RowSet, form: Form = AS_STORED) -> Answer:
    """Return the rows, or 304 without a body if the client already has them.

    Parameters
    ----------
    call : Call
        The call; its If-None-Match (RFC 9110, 13.1.2) names what the client has.
    rows : RowSet
        The rows; for a 304 they are neither unpacked nor packed.
    form : Form
        The form in which the call wants them.
    """
    rows = RowSet(rows.pieces, call.told(rows.meta))
    content = RowContent(rows, form.mark)
    etag = content.etag
    kept = f"max-age={KEPT_SECONDS}" if content.settled and not _moves_on(call) else "no-cache"
    headers = {"ETag": etag, "Cache-Control": f"private, {kept}"}
    if names_tag(call.headers.get("If-None-Match"), etag):
        return Answer(304, Text(b""), headers, {**rows.meta, "returned": 0})
    return Answer(200, _written(rows, form), headers | form.headers(rows.meta), rows.meta)


def _moves_on(call: Call[Any]) -> bool:
    """Check whether the call asks for what is last as of now."""
    asked = call.parameters
    return getattr(asked, "count", None) is not None and asked.end_date is None


def _written(rows: RowSet, form: Form) -> Content:
    if form.format is RowFormat.CSV:
        return form.csv(csv_text(rows, form.columns), rows.meta)
    if form.format is RowFormat.COLUMNS:
        data = arrays(rows, form.columns)
        envelope = {"code": 200, "message": "success", "data": data, "meta": rows.meta}
        return Written(orjson.dumps(envelope))
    return RowContent(rows if form.whole else chosen(rows, form.columns))


class RowContent(NamedTuple):
    """Rows in the envelope of an answer.

    Attributes
    ----------
    rows : RowSet
        The rows.
    mark : bytes
        What distinguishes the form in which they are answered in the entity tag.
    """

    rows: RowSet
    mark: bytes = b""

    @property
    def etag(self) -> str:
        """The entity tag, which changes if and only if the answer does, quoted as HTTP requires.

        It is weak (RFC 9110, 8.8.1), the same for every content coding: API Gateway may compress
        the answer by itself, and a strong tag would have to differ then.
        """
        known = hashlib.sha256(orjson.dumps(self.rows.meta) + self.mark)
        for code, pieces in self.rows.pieces.items():
            known.update(b"%b:%d:" % (code.encode(), len(pieces)))
            for piece in pieces:
                known.update(piece.digest)
        return f'W/"{known.hexdigest()[:32]}"'

    @property
    def settled(self) -> bool:
        """Whether only a correction can change the answer."""
        meta = self.rows.meta
        # The anchor of adjusted prices moves every day, and the prices with it.
        closed = meta["complete"] and meta["source"] == "cache" and "adjust" not in meta
        closed &= meta.get("status", meta)["complete"]
        return closed and not any(meta[name] for name in PASSING)

    def body(self) -> bytes:
        """Return the answer's JSON without parsing any row."""
        return b"".join(piece.text for piece in self._whole())

    def zstd(self) -> bytes:
        """Return the same as a zstd stream without unpacking any stored frame."""
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


def names_tag(if_none_match: str, etag: str) -> bool:
    """Check whether If-None-Match names a tag, by weak comparison: a W/ prefix does not matter."""
    if if_none_match.strip() == "*":
        return True
    return _OPAQUE.findall(etag)[0] in _OPAQUE.findall(if_none_match)
