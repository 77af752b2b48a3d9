"""What Lambda does to the two processes: it stops them for long, and ends them without a word."""

import os
import signal
import threading
import time
from pathlib import Path

import pytest

from marketdata.errors import (
    UpstreamBusyError,
    UpstreamCrashedError,
    UpstreamError,
    UpstreamTimeoutError,
)
from marketdata.sources.child.limits import Limits
from marketdata.sources.child.session import Session
from tests.support.environments import Environment, end, freeze, thaw
from tests.support.faults import wait_until
from tests.support.standins import Start, bundle, calls, fault, stocks

LIMIT = 1.5
FREEZE = LIMIT + 0.5
"""The five minutes of these tests: longer than any limit that could run."""


def child_of(opened: Session) -> int:
    assert opened._process is not None
    return opened._process._process.pid


def left_in(path: Path) -> list[Path]:
    """List the folders of children."""
    return list(path.parent.glob("run-*"))


def in_call(path: Path, number: int) -> None:
    """Wait until the SDK is called for the nth time."""
    wait_until(lambda: calls(path, "get_code_list") == number)


def test_a_freeze_between_calls_costs_nothing(tmp_path: Path) -> None:
    path = bundle(tmp_path)
    with Environment(path, LIMIT) as environment:
        assert environment.invoke() == "listed"
        child = environment.child
        freeze(*environment.groups)
        time.sleep(FREEZE)
        thaw(*environment.groups)
        assert environment.invoke() == "listed"
        assert environment.child == child
    assert calls(path, "login") == 1


def test_a_short_freeze_in_a_call_only_delays_it(tmp_path: Path) -> None:
    path = bundle(tmp_path, fault("get_code_list", "slow", 2))
    with Environment(path) as environment:
        environment.invoke()
        environment.send()
        in_call(path, 2)
        freeze(*environment.groups)
        time.sleep(FREEZE)
        thaw(*environment.groups)
        assert environment.answer() == "listed"
    assert calls(path, "login") == 1


def test_a_freeze_in_a_call_beyond_its_limit_is_a_timeout_and_the_next_call_works(
    tmp_path: Path,
) -> None:
    path = bundle(tmp_path, fault("get_code_list", "hang", 2))
    with Environment(path, LIMIT) as environment:
        environment.invoke()
        environment.send()
        in_call(path, 2)
        freeze(*environment.groups)
        time.sleep(FREEZE)
        thaw(*environment.groups)
        assert environment.answer() == "UpstreamTimeoutError"
        assert environment.invoke() == "listed"
        assert len(left_in(path)) == 1
    assert calls(path, "login") == 2


def test_an_answer_of_before_the_freeze_is_taken_after_it(tmp_path: Path) -> None:
    """Only the parent is stopped; its limit has passed when it goes on, but the answer is there."""
    path = bundle(tmp_path, fault("get_code_list", "slow", 2))
    with Environment(path, LIMIT) as environment:
        environment.invoke()
        environment.send()
        in_call(path, 2)
        parent, _ = environment.groups
        freeze(parent)
        time.sleep(FREEZE)
        thaw(parent)
        assert environment.answer() == "listed"


def asked(opened: Session, outcomes: list[object]) -> threading.Thread:
    """Have the stocks listed by a thread, which notes the answer or the error."""

    def ask() -> None:
        try:
            outcomes.append(stocks(opened))
        except UpstreamError as error:
            outcomes.append(type(error))

    thread = threading.Thread(target=ask)
    thread.start()
    return thread


def test_a_child_that_stays_frozen_is_killed_at_its_limit(start: Start) -> None:
    opened, path = start(limits=Limits(60, 20, LIMIT))
    stocks(opened)
    child = child_of(opened)
    freeze(child)
    with pytest.raises(UpstreamTimeoutError) as error:
        stocks(opened)
    assert error.value.retryable
    assert not Path(f"/proc/{child}").exists()
    opened._limits = Limits(60, 20, 20)
    assert stocks(opened)
    assert calls(path, "login") == 2


def test_the_kernels_limit_is_the_same_timeout(start: Start) -> None:
    """After a long freeze of both, the child's alarm may come before the parent looks."""
    opened, path = start(fault("get_code_list", "hang", 2))
    stocks(opened)
    outcomes: list[object] = []
    thread = asked(opened, outcomes)
    in_call(path, 2)
    os.kill(child_of(opened), signal.SIGALRM)
    thread.join()
    assert outcomes == [UpstreamTimeoutError]
    assert stocks(opened)


def test_a_child_that_was_killed_between_two_calls_costs_a_login_and_no_call(start: Start) -> None:
    opened, path = start()
    stocks(opened)
    end(child_of(opened))
    assert stocks(opened)
    assert calls(path, "login") == 2


def test_a_child_that_is_killed_in_a_call_costs_that_call(start: Start) -> None:
    opened, path = start(fault("get_code_list", "hang", 2))
    stocks(opened)
    outcomes: list[object] = []
    thread = asked(opened, outcomes)
    in_call(path, 2)
    end(child_of(opened))
    thread.join()
    assert outcomes == [UpstreamCrashedError]
    assert stocks(opened)


def test_an_environment_that_ended_without_a_word_leaves_nothing_behind(tmp_path: Path) -> None:
    path = bundle(tmp_path)
    with Environment(path) as first:
        first.invoke()
        (folder,) = left_in(path)
        freeze(*first.groups)
        end(*first.groups)
        assert folder.exists()
        with Environment(path) as second:
            assert second.invoke() == "listed"
            assert folder not in left_in(path)
            assert len(left_in(path)) == 1
    assert calls(path, "login") == 2


def test_environments_leave_each_others_folders_alone(tmp_path: Path) -> None:
    path = bundle(tmp_path)
    with Environment(path) as first, Environment(path) as second:
        first.invoke()
        second.invoke()
        assert len(left_in(path)) == 2


def test_a_parent_that_is_killed_takes_its_child_along(tmp_path: Path) -> None:
    path = bundle(tmp_path)
    with Environment(path) as environment:
        environment.invoke()
        parent, child = environment.groups
        end(parent)
        wait_until(lambda: not Path(f"/proc/{child}").exists())
        assert not left_in(path)


def test_a_session_that_another_environment_took_over_is_taken_back(tmp_path: Path) -> None:
    path = bundle(tmp_path)
    with Environment(path) as first, Environment(path) as second:
        first.invoke()
        freeze(*first.groups)
        assert second.invoke() == "listed"
        end(*second.groups)
        thaw(*first.groups)
        assert first.invoke() == "listed"
    assert calls(path, "login") == 3


def test_a_login_while_the_lost_session_still_counts_is_tried_again(start: Start) -> None:
    opened, path = start(fault("login", "counted", 2, 3))
    stocks(opened)
    end(child_of(opened))
    for _ in range(2):
        with pytest.raises(UpstreamBusyError, match="-90") as error:
            stocks(opened)
        assert error.value.retryable
    assert stocks(opened)
    assert calls(path, "login") == 4
