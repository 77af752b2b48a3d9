"""The part of a continuous series that is asked for, and what an answer claims of it. Pure."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from marketdata.blocks.dataset import Dataset, Period
from marketdata.catalog.calendar import TRADING, first_known_day, is_trading_day, next_trading_day
from marketdata.catalog.securities import LAST_DATE, life
from marketdata.catalog.spelling import series_of
from marketdata.errors import NotFoundError
from marketdata.futures.continuous import Adjust, Hold, Roll, holds, rolls
from marketdata.futures.main_contracts import MainHistory
from marketdata.futures.varieties import Variety
from marketdata.kline.completeness import Completeness, expected_bars
from marketdata.kline.resample import first_day_of


class AskedDays(NamedTuple):
    """The days that are asked for, and what may be known of them, "YYYYMMDD".

    Attributes
    ----------
    start, end : str
        First and last day.
    final_until : str
        The last day whose bars are final.
    daily_since, since : str
        The first day for which the source has daily bars, by which main contracts are chosen, and
        bars of the period; `LAST_DATE` if it has none.
    """

    start: str
    end: str
    final_until: str
    daily_since: str
    since: str


@dataclass(frozen=True, slots=True)
class Series:
    """The part of a variety's series that is asked for.

    Attributes
    ----------
    variety : Variety
        The variety.
    outside : list of (day, reason)
        The days asked for that are not in its life.
    days : list of str
        The other ones, "YYYYMMDD".
    holds : list of Hold
        Who is main on these.
    unknown : list of str
        Those of them whose main contract is not known.
    rolls : list of Roll
        All changes that the answer is about, or that move its prices.
    shown : list of Roll
        Those that take effect on the days asked for.
    anchor : str
        The day whose prices stay; empty if no main contract is known.
    """

    variety: Variety
    outside: list[tuple[str, str]]
    days: list[str]
    holds: list[Hold]
    unknown: list[str]
    rolls: list[Roll]
    shown: list[Roll]
    anchor: str

    @property
    def code(self) -> str:
        """The code of the series."""
        return series_of(self.variety.code)


def series_asked(
    variety: Variety, history: MainHistory, asked: AskedDays, adjust: Adjust
) -> Series:
    """Return the part of a variety's series that is asked for.

    `adjust` says which rolls beside those on the days asked for move their prices.
    """
    last = min(asked.end, asked.final_until)
    why = _outside(variety, asked)
    known = {contract.code for contract in variety.contracts}
    trading = TRADING.days(variety.market, asked.start, last)
    days = [day for day in trading if not why(day)]
    held = [hold for hold in holds(history, days) if hold.contract in known]
    spans = ((bisect_left(days, first), bisect_right(days, end)) for first, end, _ in held)
    with_main = {day for at, to in spans for day in days[at:to]}
    unknown = [day for day in days if day not in with_main]
    # Between two lives of a variety there is no contract at all.
    idle = {day for day in unknown if not variety.alive(day, day)}
    changes = rolls(history, variety)
    until = min(asked.final_until, history.known_until)
    shown = [roll for roll in changes if asked.start <= roll.trade_date <= last]
    return Series(
        variety,
        outside=[(day, why(day) or "delisted") for day in trading if why(day) or day in idle],
        days=[day for day in days if day not in idle],
        holds=held,
        unknown=[day for day in unknown if day not in idle],
        rolls={
            Adjust.NONE: shown,
            Adjust.FORWARD: [each for each in changes if asked.start <= each.trade_date <= until],
            Adjust.BACKWARD: [each for each in changes if each.trade_date <= last],
        }[adjust],
        shown=shown,
        anchor=until if adjust is Adjust.FORWARD else _first_day(history),
    )


def _outside(variety: Variety, asked: AskedDays) -> Callable[[str], str]:
    """Return what says why a day is not in the life of a series; empty if it is.

    That begins on the second day of the variety, or of the source's history: the close of the first
    one decides who is main.
    """
    lives = [life(contract) for contract in variety.contracts]
    born, gone = min(first for first, _ in lives), max(last for _, last in lives)
    covered = max(asked.daily_since, asked.since)
    since = max(asked.since, _second_day(variety.market, max(born, asked.daily_since)))
    uncovered = "not_covered" if covered == LAST_DATE else "before_coverage"
    reason = uncovered if covered > born else "not_listed"

    def why(day: str) -> str:
        if day < born:
            return "not_listed"
        return "delisted" if day > gone else reason if day < since else ""

    return why


def _second_day(market: str, first: str) -> str:
    """Return the second trading day since a day; one that never comes if none is known."""
    try:
        first = max(first, first_known_day(market))
        if not is_trading_day(market, first):
            first = next_trading_day(market, first)
        return next_trading_day(market, first)
    except NotFoundError:
        return LAST_DATE


def _first_day(history: MainHistory) -> str:
    return next((row.trade_date for row in history.rows if row.contract), "")


LISTED = (
    "missing",
    "unconfirmed",
    "rejected",
    "short",
    "close_outside",
    "unknown_sessions",
    "computed",
)
"""What a `Completeness` lists of each code as days, in order."""


def claims_of(
    state: Completeness, dataset: Dataset, series: Sequence[Series], period: Period
) -> Completeness:
    """Return what is claimed of contracts as claims about the series that they make up."""
    names = {hold.contract: each.code for each in series for hold in each.holds}
    days: dict[str, dict[str, list[str]]] = {
        name: _united(getattr(state, name), names) for name in LISTED
    }
    absent, outside = _united(state.absent, names), _united(state.outside, names)
    expected = state.expected
    for each in series:
        if each.unknown:
            days["missing"][each.code] = sorted(
                [*days["missing"].get(each.code, ()), *each.unknown]
            )
        if each.outside:
            outside[each.code] = sorted([*outside.get(each.code, ()), *each.outside])
        expected += sum(_bars(dataset, each.variety, day) for day in each.unknown)
    if not period.stored:
        # A week of two contracts is one bar.
        expected = sum(len({first_day_of(day, period) for day in each.days}) for each in series)
    return replace(
        state,
        expected=expected,
        absent=absent,
        outside=outside,
        missing=days["missing"],
        unconfirmed=days["unconfirmed"],
        rejected=days["rejected"],
        short=days["short"],
        close_outside=days["close_outside"],
        unknown_sessions=days["unknown_sessions"],
        computed=days["computed"],
    )


def _united[Day: (str, tuple[str, str])](
    found: Mapping[str, Sequence[Day]], names: Mapping[str, str]
) -> dict[str, list[Day]]:
    united: dict[str, list[Day]] = {}
    for code, days in found.items():
        united.setdefault(names[code], []).extend(days)
    return {name: sorted(days) for name, days in united.items()}


def _bars(dataset: Dataset, variety: Variety, day: str) -> int:
    """Return how many bars the main contract should have on a day, whichever it is."""
    return max(expected_bars(dataset, each, day) for each in variety.alive(day, day))
