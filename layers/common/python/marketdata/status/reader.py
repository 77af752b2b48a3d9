"""The read path of the status of stocks, alone and beside their bars."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from marketdata.blocks import codec
from marketdata.blocks.days import ranges
from marketdata.catalog.securities import Security
from marketdata.catalog.window import common_market
from marketdata.details import Detail
from marketdata.kline.gaps import OneCall
from marketdata.kline.reader import Found, KlineQuestion, KlineReader, Pieces
from marketdata.kline.rows import Piece, RowSet
from marketdata.status.columns import add_status
from marketdata.status.status import covers

TOLD = ("complete", "missing", "unconfirmed", "rejected")
"""What an answer with bars says of their status."""


@dataclass(frozen=True, slots=True)
class StatusReader:
    """Answers questions about the status of stocks.

    Parameters
    ----------
    rows : KlineReader
        Reads the rows of `status.status.STATUS`.
    """

    rows: KlineReader

    def read(self, question: KlineQuestion) -> RowSet:
        """Answer a question as completely as the cache and small fetches allow.

        Raises
        ------
        NotFoundError
            None of the codes is known.
        InvalidInputError
            The answer would have too many rows, see `KlineReader.read`.
        """
        known = self.rows.catalog.known(question.codes, question.kinds)
        found, told = self.read_known(question, known)
        unknown = [code for code in question.codes if code not in known]
        return RowSet(found.rows.pieces, {**found.rows.meta, "unknown_codes": unknown, **told})

    def read_known(
        self, question: KlineQuestion, known: Mapping[str, Security]
    ) -> tuple[Found, dict[str, Any]]:
        """Answer a question about securities that are known already.

        Returns
        -------
        Found
            The rows of those that have a status.
        dict
            `not_covered`, the codes of the others, and `disagreeing`, for each code the days on
            which its status and its bar do not agree.
        """
        covered = {code: each for code, each in known.items() if covers(each)}
        found = self.rows.read_known(question, covered)
        disagreeing: dict[str, list[list[str]]] = {}
        for state in found.completeness.states.values():
            window = state.window
            market = common_market(covered.values())
            days = window.calendar.days(market, window.start, window.end)
            disagreeing |= {code: ranges(each, days) for code, each in state.disagreeing.items()}
        not_covered = [code for code in known if code not in covered]
        return found, {"not_covered": not_covered, "disagreeing": disagreeing}

    def read_beside(self, bars: KlineReader, question: KlineQuestion) -> RowSet:
        """Answer a question about daily bars with the columns of the status in each row.

        Parameters
        ----------
        bars : KlineReader
            Reads the bars. If it adjusts prices, those of the status are adjusted with them.
        question : KlineQuestion
            The question; errors as for the bars alone.
        """
        bars = replace(bars, fetch=OneCall(bars.fetch))
        beside = replace(self, rows=replace(self.rows, fetch=bars.fetch))
        said: dict[str, Any] = {}
        warnings: list[Detail] = []

        def add(known: Mapping[str, Security], pieces: Pieces) -> Pieces:
            found, told = beside.read_known(question, known)
            said.update({name: found.rows.meta[name] for name in TOLD} | told)
            warnings.extend(found.rows.meta["warnings"])
            status = found.rows.pieces
            joined = {
                code: [_joined(each, status.get(code, ()))] if each else []
                for code, each in pieces.items()
            }
            return bars.adjust(known, joined) if bars.adjust else joined

        rows = replace(bars, adjust=add).read(question)
        meta = {**rows.meta, "warnings": [*rows.meta["warnings"], *warnings], "status": said}
        return RowSet(rows.pieces, meta)


def _joined(bars: Sequence[Piece], status: Sequence[Piece]) -> Piece:
    text = add_status(_text(bars), _text(status))
    # It follows from those of both, which are known unless rows were cut.
    digest = codec.digest(b"".join(piece.digest for piece in (*bars, *status)))
    return Piece(sum(piece.rows for piece in bars), digest=digest, text=text)


def _text(pieces: Sequence[Piece]) -> bytes:
    return codec.JOINT.join(piece.text for piece in pieces)
