"""The rule of the main contract once more, as plainly as it can be put: the tests' second opinion.

From the description: the first main contract is the one with the largest open interest; another one
takes over on the next trading day when its open interest exceeds 1.1 times the main one's after the
close, or when the main one has ended; none comes back. Volume where open interest is not known. Of
stock index futures only this month's and the next month's contract may be main, as seen from the
day on which it is.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise

type Weights = tuple[int | None, int | None]


def naive_mains(
    bars: Mapping[str, Mapping[str, Weights]],
    lives: Mapping[str, tuple[str, str]],
    calendar: Sequence[str],
    *,
    by_volume: bool = False,
    two_months: bool = False,
) -> dict[str, str | None]:
    """Give the main contract of each day after one with bars.

    Parameters
    ----------
    bars : mapping
        For each day and contract its open interest and volume.
    lives : mapping
        Each contract's first and last trading day.
    calendar : sequence of str
        The trading days.
    by_volume : bool
        Whether volume decides on every day.
    two_months : bool
        Whether only two months count.
    """
    mains: dict[str, str | None] = {}
    replaced: list[str | None] = []
    main: str | None = None
    for today, tomorrow in pairwise(calendar):
        if today not in bars:
            continue
        weights = weigh(bars[today], by_volume=by_volume)
        trading = [code for code, (first, last) in lives.items() if first <= tomorrow <= last]
        if two_months and trading:
            _, this = min((lives[code][1], code) for code in trading)
            trading = [code for code in trading if code in (this, month_after(this))]
        ranking = [
            (-weights[code], lives[code][1], code)
            for code in weights
            if code not in replaced and code != main and code in trading
        ]
        weight, _, best = min(ranking, default=(0, "", None))
        goes_on = main in trading
        if best and not (goes_on and (main not in weights or -weight * 10 <= weights[main] * 11)):
            replaced.append(main)
            main, goes_on = best, True
        mains[tomorrow] = main if goes_on else None
    return mains


def weigh(standings: Mapping[str, Weights], *, by_volume: bool = False) -> dict[str, int]:
    """Give the numbers that count on a day."""
    if by_volume or None in [interest for interest, _ in standings.values()]:
        return {code: volume or 0 for code, (_, volume) in standings.items()}
    return {code: interest or 0 for code, (interest, _) in standings.items()}


def month_after(code: str) -> str:
    """Give the contract of the next month: IF2401.CFE after IF2312.CFE."""
    name, market = code.split(".")
    year, month = int(name[-4:-2]), int(name[-2:])
    year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    return f"{name[:-4]}{year:02}{month:02}.{market}"
