"""What the cache knows of the days of a part, as bit sets in Python integers.

A part is a year ("2024") for daily bars and a month ("2024-01") for intraday ones. Bit *d*,
counted from 0, stands for the part's calendar day *d* + 1, trading day or not.
"""

from dataclasses import dataclass
from typing import Literal, Self

type Reason = Literal["suspended", "no_trade", "unconfirmed"]


@dataclass(frozen=True, slots=True)
class Coverage:
    """What is known of the days of one block; each field is a bit set.

    `mark` keeps these true: no day is both present and absent; `short` and `close_outside` are
    among `present`; `suspended` and `no_trade` are among `absent`, and no day is both; `rejected`
    days are neither.

    Attributes
    ----------
    present : int
        Days with at least one bar stored.
    absent : int
        Days for which upstream was asked after they were final, and had none.
    short : int
        Days with fewer intraday bars than the session has.
    suspended, no_trade : int
        Absent days whose reason upstream knew.
    close_outside : int
        Days on which an official close lies outside [low, high].
    rejected : int
        Days of which the bars that came lately could not be used.
    """

    present: int = 0
    absent: int = 0
    short: int = 0
    suspended: int = 0
    no_trade: int = 0
    close_outside: int = 0
    rejected: int = 0

    def mark(
        self,
        *,
        present: int = 0,
        absent: int = 0,
        short: int = 0,
        suspended: int = 0,
        no_trade: int = 0,
        close_outside: int = 0,
        rejected: int = 0,
    ) -> Self:
        """Add what was learnt; a day once present stays present.

        Parameters
        ----------
        present, absent : int
            Days of which bars were stored, and for which upstream had none.
        short, close_outside : int
            Those among the stored days that are so now. Any other day in `present` no longer is.
        suspended, no_trade : int
            Why days are absent; days that are not absent are passed over. A known reason stays
            until another one is given; where both are, a day is suspended.
        """
        all_present = self.present | present
        all_absent = (self.absent | absent) & ~all_present
        return type(self)(
            present=all_present,
            absent=all_absent,
            short=((self.short & ~present) | short) & all_present,
            suspended=((self.suspended & ~no_trade) | suspended) & all_absent,
            no_trade=(self.no_trade | no_trade) & ~suspended & all_absent,
            close_outside=((self.close_outside & ~present) | close_outside) & all_present,
            rejected=(self.rejected | rejected) & ~(all_present | all_absent),
        )

    def reasons(self, days: int) -> list[tuple[Reason, int]]:
        """Split absent days by why they are, as bit sets of which none is empty."""
        known: list[tuple[Reason, int]] = [
            ("suspended", days & self.suspended),
            ("no_trade", days & self.no_trade & ~self.suspended),
            ("unconfirmed", days & ~self.suspended & ~self.no_trade),
        ]
        return [(reason, bits) for reason, bits in known if bits]

    def reason_of(self, bit: int) -> Reason:
        """Say why a day is absent.

        Parameters
        ----------
        bit : int
            The mask of one absent day.
        """
        return self.reasons(bit)[0][0]


UNKNOWN = Coverage()
"""Of no day is anything known."""


def missing(expected: int, coverage: Coverage) -> int:
    """Give the expected days of which nothing is known, as a bit set."""
    return expected & ~(coverage.present | coverage.absent)
