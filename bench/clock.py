"""CPU and wall time of calls, in turns so that a noisy neighbour affects all alike; memory."""

import gc
import resource
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import NamedTuple


class Times(NamedTuple):
    """Milliseconds; CPU time counts all threads of the process."""

    cpu_ms: float
    wall_ms: float


def once(call: Callable[[], object]) -> Times:
    """Time one call."""
    cpu, wall = time.process_time(), time.perf_counter()
    call()
    return Times(1e3 * (time.process_time() - cpu), 1e3 * (time.perf_counter() - wall))


def middle(times: Sequence[Times]) -> Times:
    """Return the medians of some times."""
    return Times(*(round(median(values), 3) for values in zip(*times, strict=True)))


def least(times: Sequence[Times]) -> Times:
    """Return the minima of some times.

    Suits work of a tenth of a second and more, of which only few rounds are affordable: its own
    pauses are in every round, and anything else that makes a round longer is the machine's.
    """
    return Times(*(round(min(values), 3) for values in zip(*times, strict=True)))


def in_turns(
    calls: Mapping[str, Callable[[], object]],
    rounds: int,
    *,
    warm: int = 3,
    summary: Callable[[Sequence[Times]], Times] = middle,
) -> dict[str, Times]:
    """Time several calls, one after another, in many rounds.

    Parameters
    ----------
    calls : mapping
        The calls by name.
    rounds, warm : int
        The number of rounds that count, and of those before them that do not.
    summary : callable
        `middle` or `least`.

    Returns
    -------
    dict
        The summary of each call's times.
    """
    gc.collect()
    for _ in range(warm):
        for call in calls.values():
            call()
    taken = [{name: once(call) for name, call in calls.items()} for _ in range(rounds)]
    return {name: summary([each[name] for each in taken]) for name in calls}


def peak_mib() -> float:
    """Return the most memory that this process has had, in MiB."""
    status = Path("/proc/self/status")
    if status.exists():
        # On Linux, ru_maxrss includes what the parent used before this program was loaded.
        (peak,) = (line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(peak.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
