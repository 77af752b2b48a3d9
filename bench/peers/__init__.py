"""The usual ways to keep bars and to answer with them, and our own, behind one small protocol."""

from collections.abc import Iterable, Sequence
from typing import Protocol

from bench.market import Market
from bench.questions import Question

HEAD, TAIL = b'{"code":200,"message":"success","data":{', b"}}"


class Peer(Protocol):
    """Keeps bars and answers with JSON; its module's `make(folder)` gives it."""

    def build(self, table: str, market: Market, codes: Sequence[int]) -> None:
        """Store the bars of a market under a name, see `Question.table`.

        Those that keep a file or a symbol a code need only the codes given: of others they never
        touch anything.
        """

    def read(self, question: Question) -> bytes:
        """Give `{"code": 200, "message": "success", "data": {code: [row, …], …}}`."""


def envelope(rows: Iterable[tuple[str, bytes]]) -> bytes:
    """Put each code's rows, a JSON array, into the envelope."""
    return HEAD + b",".join(b'"%b":%b' % (code.encode(), array) for code, array in rows) + TAIL
