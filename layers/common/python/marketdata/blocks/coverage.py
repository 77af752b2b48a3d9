"""What the cache knows of the days of a part, as bit sets in Python integers. Pure.

A part is a year ("2024") for daily bars and a month ("2024-01") for intraday ones. Bit *d*,
counted from 0, stands for the part's calendar day *d* + 1, trading day or not.
"""

from typing import Literal, NamedTuple, Self

from marketdata.blocks import silences as silence
from marketdata.blocks.silences import Silence

type Reason = Literal["suspended", "no_trade", "no_bar"]


class Coverage(NamedTuple):
    """What is known of the days of one block; each field but `silences` is a bit set.

    `mark` keeps these true: no day is both present and absent; `short` and `close_outside` are
    among `present`; `suspended` and `no_trade` are among `absent`, and no day is both;
    `unconfirmed` days are neither, and `rejected` ones neither or short.

    Attributes
    ----------
    present : int
        Days with at least one stored bar.
    absent : int
        Days without a bar, by the source's own word or because its silence was confirmed.
    short : int
        Days that lack some of the intraday bars of the session.
    suspended, no_trade : int
        Absent days whose reason the source knew.
    close_outside : int
        Days on which an official close lies outside [low, high].
    rejected : int
        Days of which the bars that came lately could not be used.
    silences : tuple of Silence
        Days for which the source was asked in vain, and when.
    disagreeing : int
        In a block of status, days on which it and the bar do not agree, see `ingest.agreement`.
    """

    present: int = 0
    absent: int = 0
    short: int = 0
    suspended: int = 0
    no_trade: int = 0
    close_outside: int = 0
    rejected: int = 0
    silences: tuple[Silence, ...] = ()
    disagreeing: int = 0

    @property
    def unconfirmed(self) -> int:
        """Days of which it is believed, and not certain, that they have no bar."""
        return silence.unconfirmed(self.silences) if self.silences else 0

    def lacking(self, expected: int) -> int:
        """Return the expected days that lack bars: all of them, or some."""
        known = (self.present & ~self.short) | self.absent
        lacking = expected & ~known
        return lacking & ~self.unconfirmed if lacking and self.silences else lacking

    def due(self, now: int) -> int:
        """Return the days whose silence is to be asked about again, now in epoch seconds."""
        return silence.due(self.silences, now) if self.silences else 0

    def told_before(self, moment: int) -> int:
        """Return the days that were absent at a moment because the source had later rows."""
        return silence.told_before(self.silences, moment) if self.silences else 0

    def asked_since(self, moment: int) -> int:
        """Return the days for which the source was asked in vain since a moment."""
        return silence.asked_since(self.silences, moment) if self.silences else 0

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
        silent: int = 0,
        undecided: int = 0,
        now: int = 0,
    ) -> Self:
        """Return this coverage plus what was learnt.

        A day once present stays present. A day that is absent because the source had later rows,
        or for a reason that nobody remembers, stays so only as long as the source says it.

        Parameters
        ----------
        present, absent : int
            Days of which bars were stored, and of which the source says that there are none.
        short, close_outside : int
            Those of the stored days that now are so. Any other day in `present` no longer is.
        suspended, no_trade : int
            Why days are absent; days that are not absent are passed over. A known reason stays
            until another one is given; where both are, a day is suspended.
        rejected : int
            Days of which bars came that could not be used.
        silent, undecided : int
            Days of which nothing came: a belief that there is nothing, or not even that, see
            `silences.after`.
        now : int
            When the source was asked, epoch seconds.
        """
        all_present = self.present | present
        sure = absent | self.suspended | self.no_trade | silence.settled(self.silences)
        withdrawn = self.absent & (silent | undecided | rejected) & ~sure
        told = ((self.absent & ~withdrawn) | absent) & ~all_present
        all_short = ((self.short & ~present) | short) & all_present
        whole = all_present & ~all_short
        silences = silence.after(
            silence.without(self.silences, withdrawn),
            answered=whole | (absent & (suspended | no_trade)) | rejected,
            partly=all_short,
            absent=told,
            told=absent & ~(all_present | suspended | no_trade | self.suspended | self.no_trade),
            silent=silent & ~all_present,
            undecided=((undecided & ~all_present) | (all_short & (short | silent | undecided)))
            & ~(absent | rejected),
            now=now,
        )
        all_absent = told | (silence.confirmed(silences) & ~all_present)
        return type(self)(
            present=all_present,
            absent=all_absent,
            short=all_short,
            suspended=((self.suspended & ~no_trade) | suspended) & all_absent,
            no_trade=(self.no_trade | no_trade) & ~suspended & all_absent,
            close_outside=((self.close_outside & ~present) | close_outside) & all_present,
            rejected=((self.rejected & ~present) | rejected) & ~(whole | all_absent),
            silences=silences,
            disagreeing=self.disagreeing & all_present,
        )

    def filled_from(self, finer: "Coverage", days: int, computable: int) -> Self:
        """Return this coverage plus what the bars of a shorter period tell of days that lack bars.

        A day that lacks bars becomes present if the shorter bars are whole, and short if they are
        short and nothing of it is stored. It becomes absent if the source said of them why.

        Parameters
        ----------
        finer : Coverage
            Of the shorter bars of the same code and days.
        days : int
            The days that should have bars; others stay as they are.
        computable : int
            The days whose bars can be computed from shorter ones.
        """
        lacking = days & (self.lacking(days) | self.unconfirmed)
        found = lacking & computable & finer.present
        whole = found & ~finer.short
        partly = found & finer.short & ~self.present
        absent = lacking & ~self.present & (finer.suspended | finer.no_trade)
        return self._replace(
            present=self.present | whole | partly,
            short=(self.short & ~whole) | partly,
            absent=self.absent | absent,
            suspended=self.suspended | (absent & finer.suspended),
            no_trade=self.no_trade | (absent & finer.no_trade),
            rejected=self.rejected & ~(whole | absent),
            silences=silence.without_belief(silence.without(self.silences, whole | absent), partly),
        )

    def without_rows(self) -> Self:
        """Return what is left of this coverage when all rows are lost."""
        return self._replace(
            present=0,
            short=0,
            close_outside=0,
            rejected=0,
            disagreeing=0,
            silences=silence.without(self.silences, self.present),
        )

    def reasons(self, days: int) -> list[tuple[Reason, int]]:
        """Split absent days by reason, into non-empty bit sets."""
        known: list[tuple[Reason, int]] = [
            ("suspended", days & self.suspended),
            ("no_trade", days & self.no_trade & ~self.suspended),
            ("no_bar", days & ~self.suspended & ~self.no_trade),
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
"""Of no day is anything known."""
