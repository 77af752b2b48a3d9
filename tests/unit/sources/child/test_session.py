"""The child process: every way in which it fails costs what it must and no more."""

import logging
import threading
import time
from pathlib import Path

import pytest

from marketdata.errors import (
    UpstreamBusyError,
    UpstreamClosedError,
    UpstreamCrashedError,
    UpstreamError,
    UpstreamFaultError,
    UpstreamPermissionError,
    UpstreamQuotaError,
    UpstreamTimeoutError,
)
from marketdata.sources.child.limits import Limits
from marketdata.sources.child.session import Session
from tests.support.faults import wait_until
from tests.support.standins import (
    PASSWORD,
    SHORT,
    TOKEN,
    Start,
    calls,
    fault,
    stocks,
)


def group_of(opened: Session) -> int:
    process = opened._process
    assert process is not None
    return process._process.pid


def test_one_login_serves_many_calls_and_nothing_leaks(
    start: Start, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    with caplog.at_level(logging.DEBUG):
        opened, path = start()
        assert "600000.SH" in stocks(opened)
        for _ in range(3):
            stocks(opened)
    assert calls(path, "login") == 1
    assert "code_list: ok" in caplog.text
    seen = caplog.text + "".join(capfd.readouterr())
    assert TOKEN not in seen
    assert PASSWORD not in seen
    home = f"/proc/{group_of(opened)}"
    environment = Path(f"{home}/environ").read_bytes()
    assert b"AWS" not in environment
    assert PASSWORD.encode() not in environment + Path(f"{home}/cmdline").read_bytes()
    # What was printed is in no file that anybody else could read.
    assert all(TOKEN.encode() not in file.read_bytes() for file in path.parent.rglob("*.log"))


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("quota", UpstreamQuotaError),
        ("hours", UpstreamClosedError),
        ("busy", UpstreamBusyError),
        ("denied", UpstreamPermissionError),
        ("pair_error", UpstreamQuotaError),
        ("type_error", UpstreamFaultError),
        ("exit", UpstreamFaultError),
    ],
)
def test_a_failing_call_is_a_named_error_and_the_next_one_works(
    start: Start, name: str, kind: type[UpstreamError]
) -> None:
    opened, path = start(fault("get_code_list", name, 1))
    with pytest.raises(kind) as error:
        stocks(opened)
    assert type(error.value) is kind
    assert TOKEN not in str(error.value)
    assert stocks(opened)
    assert calls(path, "login") == 1


@pytest.mark.parametrize("name", ["none", "empty"])
def test_an_empty_answer_is_an_empty_answer(start: Start, name: str) -> None:
    opened, _ = start(fault("get_code_list", name, 1))
    assert stocks(opened) == []


def test_a_dead_process_is_replaced(start: Start) -> None:
    opened, path = start(fault("get_code_list", "segfault", 1))
    with pytest.raises(UpstreamCrashedError, match="SIGSEGV"):
        stocks(opened)
    assert stocks(opened)
    assert calls(path, "login") == 2


def test_a_hang_costs_one_limit(start: Start) -> None:
    opened, path = start(fault("get_code_list", "hang", 1))
    opened._limits = Limits(60, 20, 0.3)
    with pytest.raises(UpstreamTimeoutError, match="code_list gave no answer"):
        stocks(opened)
    assert opened._process is None
    opened._limits = SHORT
    assert stocks(opened)
    assert calls(path, "login") == 2


def test_a_hang_costs_no_more_than_is_left(start: Start) -> None:
    opened, _ = start(fault("get_code_list", "hang", 2))
    stocks(opened)
    began = time.monotonic()
    with pytest.raises(UpstreamTimeoutError):
        stocks(opened, seconds=0.3)
    assert time.monotonic() - began < 5
    with pytest.raises(UpstreamTimeoutError, match="longer than"):
        stocks(opened, seconds=0)


def test_a_process_does_not_outlive_its_parent(start: Start) -> None:
    opened, path = start()
    stocks(opened)
    process = opened._process
    assert process is not None
    process._socket.close()
    assert process._process.wait(10) == 0
    assert not list(path.parent.glob("run-*"))


def test_two_calls_never_run_at_once(start: Start) -> None:
    opened, _ = start(fault("get_code_list", "hang", 2))
    stocks(opened)
    ended: list[type[Exception]] = []

    def hang() -> None:
        try:
            stocks(opened, seconds=2)
        except UpstreamError as error:
            ended.append(type(error))

    thread = threading.Thread(target=hang)
    thread.start()
    wait_until(opened._turn.locked)
    with pytest.raises(UpstreamBusyError):
        stocks(opened, seconds=0.05)
    thread.join()
    assert ended == [UpstreamTimeoutError]
