"""What the cache knows about the days of a part, as bit sets in Python integers.

A part is a year ("2024") for daily bars and a month ("2024-01") for intraday ones. Bit *d*,
counted from 0, stands for the part's calendar day *d* + 1, trading day or not.
"""

from dataclasses import dataclass
from typing import Literal, Self

type Reason = Literal["suspended", "no_trade", "unconfirmed"]


@dataclass(frozen=True, slots=True)
class Coverage:
    """What is known about the days of one block; each field is a bit set.

    `mark` maintains these invariants: no day is both present and absent; `short` and
    `close_outside` days are present; `suspended` and `no_trade` days are absent, and no day is
    both; `rejected` days are neither present nor absent.

    Attributes
    ----------
    present : int
        Days with at least one stored bar.
    absent : int
        Days for which the source was asked after they were final, and had no bar.
    short : int
        Days with fewer intraday bars than the session has.
    suspended, no_trade : int
        Absent days for which the source knew the reason.
    close_outside : int
        Days on which an official close lies outside [low, high].
    rejected : int
        Days whose recently fetched bars could not be used.
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
        """Return this coverage plus what was learnt; a day once present stays present.

        Parameters
        ----------
        present, absent : int
            Days whose bars were stored, and days for which the source had none.
        short, close_outside : int
            Those of the stored days that now are so. Any other day in `present` no longer is.
        suspended, no_trade : int
            Why days are absent; days that are not absent are ignored. A known reason stays until
            another one is given; if both are given, the day is suspended.
        rejected : int
            Days whose bars could not be used; days that are present or absent are ignored.
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
        """Split absent days by reason, into non-empty bit sets."""
        known: list[tuple[Reason, int]] = [
            ("suspended", days & self.suspended),
            ("no_trade", days & self.no_trade & ~self.suspended),
            ("unconfirmed", days & ~self.suspended & ~self.no_trade),
        ]
        return [(reason, bits) for reason, bits in known if bits]

    def reason_of(self, bit: int) -> Reason:
        """Return why a day is absent.

        Parameters
        ----------
        bit : int
            The mask of one absent day.
        """
        return self.reasons(bit)[0][0]


UNKNOWN = Coverage()
"""Nothing is known about any day."""


def missing(expected: int, coverage: Coverage) -> int:
    """Return the expected days that are neither present nor absent, as a bit set."""
    return expected & ~(coverage.present | coverage.absent)
