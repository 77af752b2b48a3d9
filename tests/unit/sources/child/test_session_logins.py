"""Logging in: kept, repeated, refused, hanging."""

import pytest

from marketdata.errors import (
    UpstreamCrashedError,
    UpstreamSessionLostError,
    UpstreamTimeoutError,
)
from marketdata.sources.child.limits import Limits
from tests.support.standins import (
    SHORT,
    Start,
    calls,
    fault,
    stocks,
)


def test_a_lost_session_is_logged_in_again(start: Start) -> None:
    opened, path = start(fault("get_code_list", "kick", 2))
    stocks(opened)
    assert stocks(opened)
    assert calls(path, "login") == 2


def test_a_session_that_is_lost_twice_is_an_error(start: Start) -> None:
    opened, path = start(fault("get_code_list", "kick", 1, 2))
    with pytest.raises(UpstreamSessionLostError) as error:
        stocks(opened)
    assert error.value.retryable
    assert stocks(opened)
    # Once more in the first process, once in the second.
    assert calls(path, "login") == 3


def test_a_login_that_hangs_or_dies(start: Start) -> None:
    opened, _ = start(fault("login", "hang", 1), fault("login", "segfault", 2))
    opened._limits = Limits(60, 0.3, 20)
    with pytest.raises(UpstreamTimeoutError):
        stocks(opened)
    opened._limits = SHORT
    with pytest.raises(UpstreamCrashedError):
        stocks(opened)
    assert stocks(opened)
