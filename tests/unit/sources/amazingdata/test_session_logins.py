"""Logging in: kept, repeated, refused, hanging."""

import pytest

from marketdata.errors import (
    UpstreamCrashedError,
    UpstreamLoginError,
    UpstreamSessionLostError,
    UpstreamTimeoutError,
)
from marketdata.sources.amazingdata.limits import Deadline, Limits
from tests.support.standins import (
    PASSWORD,
    SHORT,
    Account,
    Accounts,
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


def test_a_login_may_give_zero(start: Start) -> None:
    assert stocks(start(fault("login", "zero"))[0])


@pytest.mark.parametrize(
    ("password", "faults", "code"), [("wrong horse", (), "-74"), (PASSWORD, ("refused",), "exit")]
)
def test_a_refused_account_is_not_tried_again_until_it_changes(
    start: Start, password: str, faults: tuple[str, ...], code: str
) -> None:
    accounts = Accounts(Account(password=password))
    opened, path = start(*(fault("login", each, 1) for each in faults), accounts=accounts)
    for _ in range(2):
        with pytest.raises(UpstreamLoginError, match=code) as error:
            stocks(opened)
        assert not error.value.retryable
        assert password not in str(error.value)
    assert calls(path, "login") == 1
    accounts.current = Account(password="right")
    assert stocks(opened)


def test_a_login_that_hangs_or_dies(start: Start) -> None:
    opened, _ = start(fault("login", "hang", 1), fault("login", "segfault", 2))
    opened._limits = Limits(60, 0.3, 20)
    with pytest.raises(UpstreamTimeoutError):
        stocks(opened)
    opened._limits = SHORT
    with pytest.raises(UpstreamCrashedError):
        stocks(opened)
    assert stocks(opened)


def test_another_account_can_be_tried(start: Start) -> None:
    opened, path = start()
    stocks(opened)
    opened.try_login(Account("other"), Deadline(60))
    with pytest.raises(UpstreamLoginError):
        opened.try_login(Account(password="wrong horse"), Deadline(60))
    assert stocks(opened)
    assert calls(path, "login") == 4
