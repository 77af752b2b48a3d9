"""Locks, sleeping, doing things at once; the one module here that is not generated."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor, as_completed
from threading import Lock
from time import sleep

__all__ = ["Lock", "at_once", "sleep"]


def at_once(
    limit: int,
    jobs: Iterable[Callable[[], None]],
    stop: Callable[[], None] = lambda: None,
    on_done: Callable[[], None] = lambda: None,
) -> None:
    """Do jobs, several at a time; if one fails, call `stop`, end the others and raise its error.

    `on_done` is called after each job, in the caller's thread.
    """
    todo = list(jobs)
    if len(todo) == 1:
        # In this thread, where Ctrl-C ends it at once.
        todo[0]()
        on_done()
        return
    with ThreadPoolExecutor(limit) as pool:
        try:
            for done in as_completed([pool.submit(job) for job in todo]):
                done.result()
                on_done()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            stop()
            raise
