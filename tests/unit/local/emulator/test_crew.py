"""A function has as many processes as it needs, and starts them one after the other."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from threading import Event

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


def test_the_first_starts_at_once_and_is_used_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crew, "START_AFTER", 60)
    made = Crew(8)
    for _ in range(3):
        with made.member():
            made.ready()
    assert made.started == 1


def test_short_calls_at_once_share_one(pool: ThreadPoolExecutor) -> None:
    made = Crew(8)

    def call(_: int) -> None:
        with made.member():
            made.ready()

    list(pool.map(call, range(16)))
    assert made.started == 1


def test_a_long_call_gets_another_beside_it_up_to_the_limit(pool: ThreadPoolExecutor) -> None:
    made, over = Crew(3), Event()

    def call(_: int) -> None:
        with made.member():
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
    made = Crew(3)
    with ExitStack() as stack:
        stack.enter_context(made.member())
        waiting = pool.submit(stack.enter_context, made.member())
        time.sleep(0.1)
        assert made.started == 1
        made.ready()
        waiting.result(10)
        assert made.started == 2


def test_one_that_fails_to_start_holds_nobody_up() -> None:
    made = Crew(1)
    with pytest.raises(OSError, match="no memory"), made.member():
        raise OSError("no memory")
    with made.member():
        assert made.working == 1


def test_those_that_were_started_ahead_are_used_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crew, "START_AFTER", 60)
    made = Crew(8)
    made.started_ahead(2)
    with made.member(), made.member():
        assert (made.started, made.working) == (2, 2)
    made.started_ahead(1)
    assert made.started == 2


def test_one_that_ended_is_missed_by_nobody(pool: ThreadPoolExecutor) -> None:
    made, over = Crew(2), Event()
    made.started_ahead(2)
    made.ended()

    def call() -> None:
        with made.member():
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
