"""The peers: the usual ways to store bars and answer with them, and ours, behind one protocol."""

from collections.abc import Iterable, Sequence
from typing import Protocol

from bench.market import Market
from bench.questions import Question

HEAD, TAIL = b'{"code":200,"message":"success","data":{', b"}}"


class Peer(Protocol):
    """A way to store bars and answer with JSON; `make(folder)` in its module creates it."""

    def build(self, table: str, market: Market, codes: Sequence[int]) -> None:
        """Store the bars of a market under a name, see `bench.questions.Question.table`.

        Peers with one file or symbol per code need only store the given codes, positions in the
        market, because they never touch the others.
        """

    def read(self, question: Question) -> bytes:
        """Return `{"code": 200, "message": "success", "data": {code: [row, …], …}}` as JSON."""


def envelope(rows: Iterable[tuple[str, bytes]]) -> bytes:
    """Put each code's rows, a JSON array, into the envelope."""
    return HEAD + b",".join(b'"%b":%b' % (code.encode(), array) for code, array in rows) + TAIL
