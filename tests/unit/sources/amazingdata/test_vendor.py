"""What is this vendor's own in the room of child processes: its bundle, account and environment."""

import os
import time
from pathlib import Path

import pytest

from marketdata.errors import UpstreamLoginError, UpstreamSetupError
from marketdata.sources.amazingdata.vendor import LIMITS, REFUSED_SECONDS, make_vendor
from marketdata.sources.child.limits import OPERATION_SECONDS, Deadline
from marketdata.sources.child.session import Session
from tests.support.environments import variables_of
from tests.support.standins import (
    PASSWORD,
    Account,
    Accounts,
    Start,
    bundle,
    calls,
    fault,
    session,
    stocks,
)


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


def test_a_refusal_is_believed_for_ten_minutes_frozen_ones_included(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened, path = start(accounts=Accounts(Account(password="wrong horse")))
    for _ in range(2):
        with pytest.raises(UpstreamLoginError):
            stocks(opened)
    later = time.time() + REFUSED_SECONDS + 1
    monkeypatch.setattr("marketdata.sources.amazingdata.vendor.time.time", lambda: later)
    with pytest.raises(UpstreamLoginError):
        stocks(opened)
    assert calls(path, "login") == 2


def test_another_account_can_be_tried(start: Start) -> None:
    opened, path = start()
    stocks(opened)
    opened.try_login(vars(Account("other")), Deadline(60))
    with pytest.raises(UpstreamLoginError):
        opened.try_login(vars(Account(password="wrong horse")), Deadline(60))
    assert stocks(opened)
    assert calls(path, "login") == 4


def test_another_bundle_is_another_process(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    paths = [bundle(tmp_path / "a"), bundle(tmp_path / "b")]
    opened = Session(make_vendor(lambda: paths[0], Accounts(), ""), lambda: 1)
    stocks(opened)
    paths.pop(0)
    stocks(opened)
    opened.close()
    assert calls(paths[0], "login") == 1


def test_a_bundle_without_the_sdk(tmp_path: Path) -> None:
    (tmp_path / "bundle-1").mkdir()
    opened = session(tmp_path / "bundle-1")
    with pytest.raises(UpstreamSetupError, match="ModuleNotFoundError"):
        stocks(opened)
    opened.close()


def test_the_process_gets_the_bundles_libraries_and_what_numba_compiled(
    start: Start,
) -> None:
    opened, path = start()
    stocks(opened)
    process = opened._process
    assert process is not None
    found = variables_of(process._process.pid)
    home = found.pop("HOME")
    assert found == {
        "LANG": "C.UTF-8",
        "LD_LIBRARY_PATH": f"{path}/tgw/common_linux_lib64",
        "NUMBA_CACHE_DIR": f"{path.parent}/numba-bundle-1",
        "PATH": os.defpath,
        "TMPDIR": home,
        "TZ": "CST-8",
    }
    assert Path(home).parent == path.parent


def test_pythons_own_libraries_come_after_those_of_the_bundle(tmp_path: Path) -> None:
    made = make_vendor(lambda: tmp_path / "bundle-1", Accounts(), "/var/lang/lib").start()
    own = f"{tmp_path}/bundle-1/tgw/common_linux_lib64"
    assert made.environment["LD_LIBRARY_PATH"] == f"{own}:/var/lang/lib"


def test_a_cold_start_and_a_hang_fit_into_one_question() -> None:
    assert LIMITS.load + LIMITS.login + LIMITS.call <= OPERATION_SECONDS
