"""Answers about whole market days, each asked for once however many batches want it."""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import numpy as np
import pandas as pd

from marketdata.blocks.dataset import Kind
from marketdata.sources.baostock.asker import Asker
from marketdata.sources.baostock.codes import code_of, their_day
from marketdata.sources.baostock.coverage import DAY_CALLS
from marketdata.sources.baostock.rows import DAILY_FIELDS, VALUES, daily_rows

KEPT = 64
"""So many days are kept, each of half a megabyte."""

KEPT_FOR = timedelta(hours=1)
"""How long a day is kept: a source may correct it."""

DOUBTED_FOR = timedelta(minutes=2)
"""How long a day is still kept that lacks rows, or has some that cannot be read: long enough for
the batches of a turn."""

LIST_ROWS = 8000
"""A day of 2026 lists 7,329 codes."""


@dataclass(slots=True)
class MarketDays:
    """Whole market days, kept in this process for a while.

    Parameters
    ----------
    now : callable
        The clock, with a time zone.
    """

    now: Callable[[], datetime]
    _kept: OrderedDict[tuple[str, str], tuple[datetime, object]] = field(
        default_factory=OrderedDict
    )

    def lacking(self, kind: Kind, days: list[str]) -> int:
        """Count the days that would have to be asked for."""
        return sum(not isinstance(self._get(kind, day), pd.DataFrame) for day in days)

    def rows(self, asker: Asker, kind: Kind, day: str) -> pd.DataFrame:
        """Return all rows of a kind on a day, see `rows.daily_rows`; none if it has none yet.

        Raises
        ------
        UpstreamError
            The call failed.
        """
        kept = self._get(kind, day)
        if isinstance(kept, pd.DataFrame):
            return kept
        call, _ = DAY_CALLS[kind]
        frame = daily_rows(asker.ask_twice(call, DAILY_FIELDS, date=their_day(day)))
        if len(frame):
            self._keep(kind, day, frame)
        if np.isinf(frame[[*VALUES]].to_numpy()).any():
            self.doubt(kind, [day])
        return frame

    def listed(self, asker: Asker, day: str) -> Mapping[str, str]:
        """Return the codes that it lists on a day: "1" if they traded, "0" if they were suspended.

        Raises
        ------
        UpstreamError
            The call failed.
        """
        kept = self._get("list", day)
        if isinstance(kept, dict):
            return kept
        fields = ("code", "tradeStatus")
        found = asker.ask_twice("list_of_day", fields, rows=LIST_ROWS, day=their_day(day))
        pairs = zip(found["code"], found["tradeStatus"], strict=True)
        listed = {code: status for theirs, status in pairs if (code := code_of(theirs))}
        if listed:
            self._keep("list", day, listed)
        return listed

    def doubt(self, kind: Kind, days: Iterable[str]) -> None:
        """Keep days for no more than a moment from now on, if they are to be kept for longer."""
        since = self.now() - KEPT_FOR + DOUBTED_FOR
        for day in days:
            if (kept := self._kept.get((kind, day))) and kept[0] > since:
                self._kept[kind, day] = since, kept[1]

    def _get(self, what: str, day: str) -> object:
        moment, answer = self._kept.get((what, day), (None, None))
        return answer if moment and self.now() - moment < KEPT_FOR else None

    def _keep(self, what: str, day: str, answer: object) -> None:
        self._kept[what, day] = self.now(), answer
        self._kept.move_to_end((what, day))
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
