"""Locks, sleeping, doing things at once; the one module that `_sync` has its own version of."""

from collections.abc import Awaitable, Callable, Iterable

from anyio import Lock, create_task_group, sleep

__all__ = ["Lock", "at_once", "sleep"]


async def at_once(
    limit: int,
    jobs: Iterable[Callable[[], Awaitable[None]]],
    stop: Callable[[], None] = lambda: None,
    on_done: Callable[[], None] = lambda: None,
) -> None:
    """Do jobs, several at a time; if one fails, call `stop`, end the others and raise its error.

    `on_done` is called after each job, in the caller's thread.
    """
    waiting = iter(jobs)
    failures: list[Exception] = []

    async def work() -> None:
        try:
            for job in waiting:
                await job()
                on_done()
        except Exception as error:  # noqa: BLE001  raised below, without a group around it
            failures.append(error)
            stop()
            group.cancel_scope.cancel()

    async with create_task_group() as group:
        for _ in range(limit):
            group.start_soon(work)
    if failures:
        raise failures[0]
