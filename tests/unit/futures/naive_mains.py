"""The rule of the main contract once more, as plainly as it can be put: the tests' second opinion.

From the description: the first main contract is the one with the largest open interest; another one
takes over on the next trading day when its open interest exceeds 1.1 times the main one's after the
close, or when the main one has ended; none comes back. Volume where open interest is not known.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise

type Weights = tuple[int | None, int | None]


def naive_mains(
    bars: Mapping[str, Mapping[str, Weights]], ends: Mapping[str, str], calendar: Sequence[str]
) -> dict[str, str | None]:
    """Give the main contract of each day after one with bars.

    Parameters
    ----------
    bars : mapping
        For each day and contract its open interest and volume.
    ends : mapping
        Each contract's last trading day.
    calendar : sequence of str
        The trading days.
    """
    mains: dict[str, str | None] = {}
    replaced: list[str] = []
    main: str | None = None
    for today, tomorrow in pairwise(calendar):
        if today not in bars:
            continue
        weights = weigh(bars[today])
        if main is not None and ends[main] < tomorrow:
            replaced.append(main)
            main = None
        ranking = [
            (-weights[code], ends[code], code)
            for code in weights
            if code not in replaced and code != main and ends[code] >= tomorrow
        ]
        if ranking:
            weight, _, best = min(ranking)
            if main is None:
                main = best
            elif main in weights and -weight * 10 > weights[main] * 11:
                replaced.append(main)
                main = best
        mains[tomorrow] = main
    return mains


def weigh(standings: Mapping[str, Weights]) -> dict[str, int]:
    """Give the numbers that count on a day."""
    if None in [interest for interest, _ in standings.values()]:
        return {code: volume or 0 for code, (_, volume) in standings.items()}
    return {code: interest or 0 for code, (interest, _) in standings.items()}
