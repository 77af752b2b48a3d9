"""The years whose trading days are known: those of the generated module, and later ones. Pure.

The module ends with a year; the next one is announced in November or December. So that this needs
no deployment, the catalog brings later years with it where its source knows them, and this process
learns them when it loads the catalog. The catalog's block is written by the upstream function
alone, after `catalog.announced` has checked what the source says.
"""

from collections.abc import Callable, Mapping
from functools import lru_cache, wraps
from typing import cast

from marketdata.catalog._trading_days import YEARS


class _Known:
    """What is known now; `years` is replaced as a whole and never changed, so threads may read."""

    years: Mapping[int, int] = YEARS


def known_years() -> Mapping[int, int]:
    """Return the trading days of each known year as a bit set, as in the generated module."""
    return _Known.years


def learn(later: Mapping[int, int]) -> None:
    """Know these years after those of the generated module, and no others.

    Parameters
    ----------
    later : mapping
        Year → trading days as a bit set. Years of the module are ignored: it is right about them.
        So are those after a year that nobody knows.
    """
    years = dict(YEARS)
    while (following := max(years) + 1) in later:
        years[following] = later[following]
    if years != _Known.years:
        _Known.years = years


def kept_while_known[**P, R](
    maxsize: int | None = None,
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Return a decorator that keeps results, as `lru_cache` does, until other years are known."""

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        def anew() -> Callable[P, R]:
            return cast(Callable[P, R], lru_cache(maxsize)(function))

        kept = _Known.years, anew()

        @wraps(function)
        def call(*args: P.args, **kwargs: P.kwargs) -> R:
            nonlocal kept
            # One tuple, so that another thread sees the years and their results together.
            years, results = kept
            if years is not _Known.years:
                years, results = kept = _Known.years, anew()
            return results(*args, **kwargs)

        return call

    return decorate
