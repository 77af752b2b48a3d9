"""Locks, sleeping, doing things at once; the one module here that is not generated."""

import time
from collections.abc import Callable, Iterable
from concurrent.futures import CancelledError, ThreadPoolExecutor, as_completed
from threading import Event, Lock, local

__all__ = ["Lock", "at_once", "sleep"]

_here = local()
"""In the thread of a job, the event `ended`: that the others need not go on."""


def sleep(seconds: float) -> None:
    """Wait, but in a job of `at_once` no longer than until it is to end.

    Raises
    ------
    CancelledError
        Another job has failed, or the caller was interrupted.
    """
    ended: Event | None = getattr(_here, "ended", None)
    if ended is None:
        time.sleep(seconds)
    elif ended.wait(seconds):
        raise CancelledError


def at_once(
    limit: int,
    jobs: Iterable[Callable[[], None]],
    stop: Callable[[], None] = lambda: None,
    on_done: Callable[[], None] = lambda: None,
) -> None:
    """Do jobs, several at a time; if one fails, call `stop`, end the others and raise its error.

    `on_done` is called after each job, in the caller's thread. A job that waits to try once more
    ends at once, and one whose request is under way when that is answered.
    """
    todo = list(jobs)
    if len(todo) == 1:
        # In this thread, where Ctrl-C ends it at once.
        todo[0]()
        on_done()
        return
    ended = Event()

    def do(job: Callable[[], None]) -> None:
        _here.ended = ended
        job()

    with ThreadPoolExecutor(limit) as pool:
        try:
            for done in as_completed([pool.submit(do, job) for job in todo]):
                done.result()
                on_done()
        except BaseException:
            ended.set()
            pool.shutdown(wait=False, cancel_futures=True)
            stop()
            raise
