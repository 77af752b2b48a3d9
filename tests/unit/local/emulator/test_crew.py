"""A function has as many processes as it needs, and starts them one after the other."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from threading import Event, Semaphore

import pytest

from local.emulator import crew
from local.emulator.crew import Crew


@pytest.fixture(autouse=True)
def _short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crew, "START_AFTER", 0.02)


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(16) as made:
        yield made


def nothing() -> None:
    """Start a process that is there at once."""


def test_the_first_starts_at_once_and_is_used_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crew, "START_AFTER", 60)
    made = Crew(8)
    for _ in range(3):
        with made.member(nothing):
            made.ready()
    assert made.started == 1


def test_short_calls_at_once_share_one(pool: ThreadPoolExecutor) -> None:
    made = Crew(8)

    def call(_: int) -> None:
        with made.member(nothing):
            made.ready()

    list(pool.map(call, range(16)))
    assert made.started == 1


def test_a_long_call_gets_another_beside_it_up_to_the_limit(pool: ThreadPoolExecutor) -> None:
    made, over = Crew(3), Event()

    def call(_: int) -> None:
        with made.member(nothing):
            made.ready()
            over.wait(10)

    calls = [pool.submit(call, number) for number in range(5)]
    _until(lambda: made.working == 3)
    time.sleep(0.1)
    assert (made.started, made.working) == (3, 3)
    over.set()
    for each in calls:
        each.result(10)
    assert (made.started, made.working) == (3, 0)


def test_none_is_started_while_another_is_starting(pool: ThreadPoolExecutor) -> None:
    made, starts, started = Crew(3), Semaphore(0), Event()

    def start() -> None:
        starts.release()
        assert started.wait(10)

    with ExitStack() as stack:
        stack.enter_context(made.member(start))
        made.ready()
        waiting = [pool.submit(stack.enter_context, made.member(start)) for _ in range(2)]
        assert starts.acquire(timeout=10)
        assert not starts.acquire(timeout=0.1)
        assert (made.started, made.working) == (1, 1)
        started.set()
        for each in waiting:
            each.result(10)
        assert (made.started, made.working) == (3, 3)


def test_whoever_waits_takes_what_is_free_first(pool: ThreadPoolExecutor) -> None:
    made, starting, started = Crew(2), Event(), Event()

    def start() -> None:
        starting.set()
        assert started.wait(10)

    with ExitStack() as stack:
        with made.member(start):
            made.ready()
            waiting = pool.submit(stack.enter_context, made.member(start))
            assert starting.wait(10)
        waiting.result(10)
        assert (made.started, made.working) == (1, 1)
        started.set()
        _until(lambda: made.started == 2)


def test_another_that_fails_to_start_holds_nobody_up(
    pool: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, told = Crew(2), Semaphore(0)
    monkeypatch.setattr("threading.excepthook", lambda _: told.release())

    def fail() -> None:
        raise OSError("no memory")

    with ExitStack() as stack:
        with made.member(fail):
            made.ready()
            waiting = pool.submit(stack.enter_context, made.member(fail))
            assert told.acquire(timeout=10)
            # It is tried again, as long as somebody waits.
            assert told.acquire(timeout=10)
        waiting.result(10)
        assert (made.started, made.working) == (1, 1)


def test_one_that_fails_to_start_holds_nobody_up() -> None:
    made = Crew(1)
    with pytest.raises(OSError, match="no memory"), made.member(nothing):
        raise OSError("no memory")
    with made.member(nothing):
        assert made.working == 1


def test_those_that_were_started_ahead_are_used_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crew, "START_AFTER", 60)
    made = Crew(8)
    made.started_ahead(2)
    with made.member(nothing), made.member(nothing):
        assert (made.started, made.working) == (2, 2)
    made.started_ahead(1)
    assert made.started == 2


def test_one_that_ended_is_missed_by_nobody(pool: ThreadPoolExecutor) -> None:
    made, over = Crew(2), Event()
    made.started_ahead(2)
    made.ended()

    def call() -> None:
        with made.member(nothing):
            over.wait(10)

    first = pool.submit(call)
    _until(lambda: made.working == 1)
    second = pool.submit(call)
    _until(lambda: made.working == 2)
    assert made.started == 2
    over.set()
    for each in (first, second):
        each.result(10)


def _until(holds: object) -> None:
    deadline = time.monotonic() + 10
    while not holds():  # type: ignore[operator]
        assert time.monotonic() < deadline
        time.sleep(0.001)
