"""Our own answer, as the Lambda runtime has it made; the blocks come from the endpoint."""

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
    accepts : str
        The client's Accept-Encoding.
    """

    function: Function
    accepts: str

    def build(self, table: str, market: Market, codes: Sequence[int]) -> None:
        """The endpoint has everything."""

    def read(self, question: Question) -> bytes:
        """Give what the runtime sends to API Gateway."""
        return self.function.call(_event(question, self.accepts)).encode()


@lru_cache
def _event(question: Question, accepts: str) -> bytes:
    return get_event("/stock/kline", question.query, accepts)


def body(answer: bytes) -> bytes:
    """Unpack what `Ours.read` gave, as the client does."""
    return Answered(answer.decode()).unpacked()


def make(folder: Path) -> Ours:
    """Give the peer: `ours` for a client that knows gzip only, `ours_zstd` for a current one."""
    return Ours(Function("stock"), ZSTD if folder.name == "ours_zstd" else "gzip")
