"""Our own service, called as the Lambda runtime calls it; its blocks come from the endpoint."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from bench.market import Market
from bench.questions import Question
from bench.runtime import ZSTD, Answered, Function, get_event


@dataclass(frozen=True, slots=True)
class Ours:
    """The function `stock`.

    Attributes
    ----------
    function : Function
        The function under its runtime.
    accepts : str
        The client's Accept-Encoding.
    """

    function: Function
    accepts: str

    def build(self, table: str, market: Market, codes: Sequence[int]) -> None:
        """Store nothing: the endpoint has everything."""

    def read(self, question: Question) -> bytes:
        """Return what the runtime sends to API Gateway."""
        return self.function.call(_event(question, self.accepts)).encode()


@lru_cache
def _event(question: Question, accepts: str) -> bytes:
    return get_event("/stock/kline", question.query, accepts)


def body(answer: bytes) -> bytes:
    """Return the body of an answer of `Ours`, decompressed as the client does it."""
    return Answered(answer.decode()).unpacked()


def make(folder: Path) -> Ours:
    """Create the peer: `ours` for a client with gzip only, `ours_zstd` for one with zstd."""
    return Ours(Function("stock"), ZSTD if folder.name == "ours_zstd" else "gzip")
