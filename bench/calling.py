"""Concurrent callers: a process each, as Lambda gives each concurrent call its own environment."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from time import perf_counter

from bench.clock import Times
from bench.preparing import command
from bench.processes import Worker
from bench.questions import Question

CALLERS = (1, 2, 4, 8)
CALLS = 30


def many(question: Question, port: int) -> list[dict[str, float]]:
    """Let more and more callers ask the same question continuously.

    Returns
    -------
    list of dict
        For each number of callers their calls per second together, and the median CPU and wall
        time of a call, in milliseconds.
    """
    with ExitStack() as stack:
        workers = [stack.enter_context(Worker(command("ours"), port)) for _ in range(CALLERS[-1])]
        warm = {"ask": question.fields(), "times": 3}
        for worker in workers:
            worker.ask(warm)
        return [
            {"callers": callers, **_all_at_once(workers[:callers], question)} for callers in CALLERS
        ]


def _all_at_once(workers: list[Worker], question: Question) -> dict[str, float]:
    order = {"ask": question.fields(), "times": CALLS}
    start = perf_counter()
    with ThreadPoolExecutor(len(workers)) as pool:
        asked = list(pool.map(lambda worker: worker.ask(order), workers))
    seconds = perf_counter() - start
    times = sorted(Times(*each) for taken in asked for each in taken)
    cpu = times[len(times) // 2].cpu_ms
    wall = sorted(each.wall_ms for each in times)[len(times) // 2]
    return {"calls_per_s": len(times) / seconds, "cpu_ms": cpu, "wall_ms": wall}
