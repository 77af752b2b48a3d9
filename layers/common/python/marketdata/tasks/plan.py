"""Cutting missing days into batches for the source.

Pure. One call to the source costs about the same for one code as for three hundred, so codes
that lack about the same days go together, although a batch asks for one range of days only.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

CODES_A_BATCH = 300
BARS_A_BATCH = 100_000

BRIDGE_DAYS = 5
"""Gaps of one code this near to each other are fetched as one."""

WASTE = 2
"""A batch may ask for this many times the bars that are missing, for the sake of fewer calls."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Neighbouring days that one code lacks, as positions among the scope's trading days.

    Attributes
    ----------
    code : str
        Which code.
    first, last : int
        The first and the last day that is missing.
    born, gone : int
        The first and the last day of the code's life inside the scope.
    """

    code: str
    first: int
    last: int
    born: int
    gone: int


@dataclass(slots=True)
class Batch:
    """What one call to the source asks for: some codes, one range of days (positions).

    Attributes
    ----------
    first, last : int
        The range.
    pieces : list of Piece
        Each of another code.
    """

    first: int
    last: int
    pieces: list[Piece] = field(default_factory=list)

    @property
    def days_missing(self) -> int:
        """Days that are needed, summed over the codes."""
        return sum(piece.last - piece.first + 1 for piece in self.pieces)

    def days_asked(self, first: int, last: int) -> int:
        """Days that a range would bring, summed over the codes and their lives."""
        return sum(
            max(0, min(piece.gone, last) - max(piece.born, first) + 1) for piece in self.pieces
        )


def pieces(
    code: str, missing: Sequence[int], born: int, gone: int, longest: int
) -> Iterator[Piece]:
    """Join a code's missing days into pieces.

    Parameters
    ----------
    missing : sequence of int
        Positions of the missing days, rising.
    born, gone : int
        Positions of the first and the last day of the code's life inside the scope.
    longest : int
        No piece is longer than this many days.
    """
    first = last = None
    for day in missing:
        if first is None or last is None:
            first = last = day
        elif day - last - 1 <= BRIDGE_DAYS and day - first < longest:
            last = day
        else:
            yield Piece(code, first, last, born, gone)
            first = last = day
    if first is not None and last is not None:
        yield Piece(code, first, last, born, gone)


def longest_piece(bars_a_day: int) -> int:
    """How many days of one code fit into a batch."""
    return max(1, BARS_A_BATCH // bars_a_day)


def batches(work: Iterable[Piece], bars_a_day: int) -> list[Batch]:
    """Put pieces together into as few calls as the limits allow.

    Parameters
    ----------
    work : iterable of Piece
        In any order; no piece longer than `longest_piece`.
    bars_a_day : int
        Bars that one code has on one day.

    Returns
    -------
    list of Batch
        Every piece is in exactly one batch; a batch has a code once, at most `CODES_A_BATCH`
        codes, and asks for at most `BARS_A_BATCH` bars and `WASTE` times those missing.
    """
    limit = BARS_A_BATCH // bars_a_day
    result: list[Batch] = []
    codes: set[str] = set()
    for piece in sorted(work, key=lambda each: (each.last, each.first, each.code)):
        batch = result[-1] if result else None
        if batch is None or piece.code in codes or not _take(batch, piece, limit):
            result.append(Batch(piece.first, piece.last, [piece]))
            codes = set()
        codes.add(piece.code)
    return result


def _take(batch: Batch, piece: Piece, limit: int) -> bool:
    """Add a piece to a batch if it fits in."""
    if len(batch.pieces) >= CODES_A_BATCH:
        return False
    first, last = min(batch.first, piece.first), max(batch.last, piece.last)
    batch.pieces.append(piece)
    asked = batch.days_asked(first, last)
    if asked > limit or asked > WASTE * batch.days_missing:
        batch.pieces.pop()
        return False
    batch.first, batch.last = first, last
    return True
