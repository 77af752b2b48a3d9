"""Whose rows a call asks for: codes, or the members of an index on each day."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Self

from pydantic import model_validator

from marketdata import deployment
from marketdata.api.parameters import MAX_CODES, Code, Codes, Parameters, wrong
from marketdata.catalog.constituents import spans_between
from marketdata.details import Detail
from marketdata.errors import InvalidInputError
from marketdata.kline.reader import Spans
from marketdata.kline.rows import RowSet


class Which(Parameters):
    """Codes, or an index whose members are meant."""

    codes: Codes | None = None
    universe: Code | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.codes is None) is (self.universe is None):
            reason = "must be given, or universe instead"
            raise wrong("one_needed", reason, "codes", others=["universe"])
        return self


class Asked(NamedTuple):
    """The codes that a call asks for.

    Attributes
    ----------
    codes : sequence of str
        The codes, in the order of the answer.
    members : mapping or None
        Code → the days on which it belongs to the universe; None without one.
    universe : str
        The index; empty without one.
    warnings : list of Detail
        Why its members are not known as of today.
    """

    codes: Sequence[str]
    members: Mapping[str, Spans] | None = None
    universe: str = ""
    warnings: Sequence[Detail] = ()

    def told(self, rows: RowSet) -> RowSet:
        """Add to the answer's `meta` who belonged to the universe, and when."""
        if self.members is None:
            return rows
        spans = {code: [list(span) for span in spans] for code, spans in self.members.items()}
        meta: dict[str, Any] = {
            **rows.meta,
            "universe": {"code": self.universe, "members": spans},
            "warnings": [*rows.meta["warnings"], *self.warnings],
        }
        return RowSet(rows.pieces, meta)


def codes_of(codes: Sequence[str] | None, universe: str | None, start: str, end: str) -> Asked:
    """Return the codes that a call asks for in a range of days.

    Raises
    ------
    InvalidInputError
        The index had no members in the range, or more than a call may ask for.
    NotFoundError
        The source knows no such index.
    UpstreamError
        Nothing is stored of it, and the source cannot be asked now.
    """
    if universe is None:
        return Asked(codes or ())
    known = deployment.group_reader().members(universe)
    members = spans_between(known.content, start, end)
    if not 1 <= len(members) <= MAX_CODES:
        raise InvalidInputError(
            "universe",
            f"must have had 1 to {MAX_CODES} members from start_date to end_date, "
            f"and {universe} had {len(members)}: "
            + ("ask for fewer days at a time" if members else "none are known of these days"),
            key="wrong_member_count",
            count=len(members),
            most=MAX_CODES,
        )
    return Asked([*members], members, universe, known.warnings)
