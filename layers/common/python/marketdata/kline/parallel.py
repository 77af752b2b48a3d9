"""Requests side by side: reading and writing blocks is mostly waiting for answers."""

from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor

PARALLEL = 16
"""Threads at once; as many as a client keeps connections."""


def side_by_side[Thing, Result](
    work: Callable[[Thing], Result], things: Collection[Thing]
) -> list[Result]:
    """Do something for each of some things, in threads where there are several.

    Returns
    -------
    list
        The results, in the order of the things. If one raises, the others are done all the same.
    """
    if len(things) <= 1:
        return [work(thing) for thing in things]
    with ThreadPoolExecutor(min(PARALLEL, len(things))) as pool:
        return list(pool.map(work, things))
