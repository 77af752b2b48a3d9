"""Jobs are done several at a time, and one that fails ends the others."""

from collections.abc import Callable
from threading import Barrier, Event, Lock

import anyio
import pytest
from amazingdata_client._async import runtime as of_tasks
from amazingdata_client._sync import runtime as of_threads


def test_four_threads_and_no_more() -> None:
    together, lock, running, most = Barrier(4, timeout=10), Lock(), [0], [0]

    def job() -> None:
        with lock:
            running[0] += 1
            most[0] = max(most[0], running[0])
        together.wait()
        with lock:
            running[0] -= 1

    of_threads.at_once(4, [job] * 8, pytest.fail)
    assert most[0] == 4


def test_a_thread_that_fails_stops_the_others() -> None:
    stopped, begun = Event(), Event()
    done: list[int] = []

    def fails() -> None:
        assert begun.wait(10)
        raise ValueError("broken")

    def waits() -> None:
        begun.set()
        assert stopped.wait(10)
        done.append(1)

    jobs: list[Callable[[], None]] = [waits, fails, *[waits] * 20]
    with pytest.raises(ValueError, match="broken"):
        of_threads.at_once(2, jobs, stopped.set)
    assert stopped.is_set()
    assert len(done) <= 2


def test_a_thread_that_waits_to_try_again_ends_with_the_others() -> None:
    """Or an error, and Ctrl-C as well, would be told only when all retries are over."""
    begun = Event()
    woken: list[int] = []

    def waits() -> None:
        begun.set()
        of_threads.sleep(10)
        woken.append(1)

    def fails() -> None:
        assert begun.wait(10)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        of_threads.at_once(2, [waits, fails])
    assert not woken


def test_four_tasks_and_no_more() -> None:
    running, most = [0], [0]

    async def job() -> None:
        running[0] += 1
        most[0] = max(most[0], running[0])
        await anyio.lowlevel.checkpoint()
        running[0] -= 1

    async def run() -> None:
        await of_tasks.at_once(4, [job] * 8, pytest.fail)

    anyio.run(run)
    assert most[0] == 4


def test_a_task_that_fails_ends_the_others_and_comes_without_a_group() -> None:
    stopped: list[int] = []

    async def fails() -> None:
        raise ValueError("broken")

    async def run() -> None:
        await of_tasks.at_once(2, [anyio.sleep_forever, fails], lambda: stopped.append(1))

    with pytest.raises(ValueError, match="broken"):
        anyio.run(run)
    assert stopped == [1]
