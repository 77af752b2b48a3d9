"""Two processes share the account: each logs in anew when the other one had the session."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from marketdata.errors import UpstreamSessionLostError
from marketdata.sources.child.session import Session
from tests.support.standins import bundle, calls, session, sessions, stocks


class Fence:
    """A fencing number, or none once the lease is lost."""

    def __init__(self) -> None:
        self.number: int | None = 1

    def __call__(self) -> int:
        if self.number is None:
            raise UpstreamSessionLostError("lost")
        return self.number


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return bundle(tmp_path)


@pytest.fixture
def pair(path: Path) -> Iterator[list[tuple[Session, Fence]]]:
    with ExitStack() as stack:
        made = []
        for _ in range(2):
            fence = Fence()
            opened = session(path, fence=fence)
            stack.callback(opened.close)
            made.append((opened, fence))
        yield made


def test_a_session_that_another_process_had_is_not_used_without_a_login(
    pair: list[tuple[Session, Fence]], path: Path
) -> None:
    (one, ones), (two, twos) = pair
    for number, opened, fence in ((1, one, ones), (2, two, twos), (3, one, ones), (4, two, twos)):
        fence.number = number
        stocks(opened)
        stocks(opened)
    assert sessions(path, "login") == 4
    assert sessions(path, "lost") == 0


def test_who_lost_the_lease_neither_asks_nor_ends_the_others_session(
    pair: list[tuple[Session, Fence]], path: Path
) -> None:
    (one, ones), (two, twos) = pair
    stocks(one)
    twos.number, ones.number = 2, None
    stocks(two)
    asked = calls(path, "get_code_list")
    with pytest.raises(UpstreamSessionLostError):
        stocks(one)
    assert calls(path, "get_code_list") == asked
    stocks(two)
    assert (sessions(path, "login"), sessions(path, "lost")) == (2, 0)


def test_a_call_that_notices_the_loss_itself_does_not_log_in_again(
    pair: list[tuple[Session, Fence]], path: Path
) -> None:
    """It was frozen in the middle of it, and the lease went to the other one meanwhile."""
    (one, ones), (two, twos) = pair
    stocks(one)
    twos.number = 2
    stocks(two)
    held = iter([1])
    one._fence = lambda: next(held, None) or Fence.__call__(ones)
    ones.number = None
    with pytest.raises(UpstreamSessionLostError):
        stocks(one)
    assert sessions(path, "login") == 2
