"""A vendor plugs into the room by what it says of itself: here one that is made up."""

import logging
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from marketdata.errors import (
    UpstreamCrashedError,
    UpstreamError,
    UpstreamFaultError,
    UpstreamLoginError,
    UpstreamQuotaError,
    UpstreamSessionLostError,
    UpstreamSetupError,
    UpstreamTimeoutError,
)
from marketdata.sources.child.limits import Deadline, Limits
from marketdata.sources.child.session import Session
from marketdata.sources.child.vendor import FixedLogin, Start
from tests.support.environments import freeze, variables_of
from tests.support.faults import wait_until
from tests.unit.sources.child import made_up
from tests.unit.sources.child.made_up import LOST, make, noted

HERE = Path(made_up.__file__).parent

type Open = Callable[..., Session]


@pytest.fixture
def connect(tmp_path: Path) -> Iterator[Open]:
    """Give a function that opens a session; ended after the test."""
    opened: list[Session] = []

    def make_session(fence: Callable[[], int] = lambda: 1, **options: Any) -> Session:
        opened.append(Session(make(tmp_path, **options), fence))
        return opened[-1]

    yield make_session
    for each in opened:
        each._limits = Limits(60, 20, 20)
        each.close()


def ask(session: Session, operation: str = "double", seconds: float = 30, **arguments: Any) -> Any:
    if operation == "double":
        arguments = {"values": [1.0, 2.5]}
    return session.call(operation, Deadline(seconds), **arguments)


def failing(folder: Path, operation: str, how: str) -> Callable[[], Start]:
    """Have processes started in which an operation fails."""
    return lambda: Start(folder, (HERE,), {f"FAIL_{operation.upper()}": how})


def pid(session: Session) -> int:
    process = session._process
    assert process is not None
    return process._process.pid


def test_the_adapter_that_is_named_is_served(connect: Open, tmp_path: Path) -> None:
    session = connect()
    assert [list(ask(session)["doubled"]) for _ in range(2)] == [[2.0, 5.0]] * 2
    assert noted(tmp_path) == ["load", "login 192.0.2.1:10030", "double", "double"]


def test_the_process_has_the_vendors_environment_beside_the_rooms(
    connect: Open, tmp_path: Path
) -> None:
    session = connect(start=lambda: Start(tmp_path, (HERE,), {"OWN": "1"}))
    assert ask(session, "whoami") == [pid(session), "secret"]
    found = variables_of(pid(session))
    home = found.pop("HOME")
    assert Path(home).parent == tmp_path
    rooms = {"LANG": "C.UTF-8", "PATH": os.defpath, "TMPDIR": home, "TZ": "CST-8"}
    assert found == {**rooms, "OWN": "1"}


def test_the_folder_need_not_be_there(connect: Open, tmp_path: Path) -> None:
    session = connect(start=lambda: Start(tmp_path / "deep" / "down", (HERE,)))
    assert list(ask(session)["doubled"]) == [2.0, 5.0]


def test_another_start_is_another_process_and_the_old_one_logs_out(
    connect: Open, tmp_path: Path
) -> None:
    versions = iter("112")
    session = connect(start=lambda: Start(tmp_path, (HERE,), {"VERSION": next(versions)}))
    ask(session)
    first = pid(session)
    ask(session)
    assert pid(session) == first
    ask(session)
    assert pid(session) != first
    login = ["load", "login 192.0.2.1:10030"]
    left = ["logout", "logged out"]
    assert noted(tmp_path) == [*login, "double", "double", *left, *login, "double"]


def test_an_adapter_that_does_not_exist_is_a_process_that_dies(connect: Open) -> None:
    with pytest.raises(UpstreamCrashedError, match=r"Made up: its process died \(exit 1\) in load"):
        ask(connect(adapter="no_such_module"))


@pytest.mark.parametrize("code", ["10004011", 7])
def test_a_code_is_the_vendors_to_explain(connect: Open, code: str | int) -> None:
    with pytest.raises(UpstreamFaultError) as error:
        ask(connect(), "fail", code=code)
    assert str(error.value) == f"Made up: it says {code!r}"


@pytest.mark.parametrize(
    ("operation", "how", "kind", "text"),
    [
        ("load", "raise", UpstreamSetupError, "the package made-up cannot be imported: its answer"),
        ("login", "raise", UpstreamLoginError, "the login was refused; its answer"),
        ("login", "10001011", UpstreamFaultError, "it says '10001011'"),
    ],
)
def test_what_fails_before_the_call_is_told_in_the_vendors_name(
    tmp_path: Path, operation: str, how: str, kind: type[UpstreamError], text: str
) -> None:
    session = Session(make(tmp_path, start=failing(tmp_path, operation, how)), lambda: 1)
    with pytest.raises(kind, match=f"^Made up: {text}") as error:
        ask(session)
    assert type(error.value) is kind
    assert "not to be told" not in str(error.value)
    assert session._process is None
    assert "logout" not in noted(tmp_path)


def test_a_failure_without_a_code_names_the_operation(connect: Open) -> None:
    with pytest.raises(UpstreamFaultError) as error:
        ask(connect(), "fail", code=None)
    assert str(error.value) == "Made up: fail failed: told to"


def test_a_request_without_time_is_not_asked(connect: Open, tmp_path: Path) -> None:
    session = connect()
    ask(session)
    with pytest.raises(UpstreamTimeoutError, match=r"^Made up: it took longer than 0 s$"):
        ask(session, seconds=0)
    assert noted(tmp_path).count("double") == 1


# --- logins ---


def test_what_comes_before_a_login_can_forbid_it(connect: Open, tmp_path: Path) -> None:
    asked: list[str] = []

    def spend() -> None:
        asked.append("login")
        if len(asked) == 2:
            raise UpstreamQuotaError("none is left")

    fences = iter([1, 1, 2, 3])
    session = connect(fence=lambda: next(fences), before=spend)
    ask(session)
    ask(session)
    with pytest.raises(UpstreamQuotaError):
        ask(session)
    ask(session)
    assert len(asked) == 3
    assert noted(tmp_path).count("login 192.0.2.1:10030") == 2


def test_a_fixed_login_changes_with_its_arguments_only() -> None:
    one, same, other = (
        FixedLogin(arguments, lambda: None).revision()
        for arguments in ({"host": "a", "port": 1}, {"port": 1, "host": "a"}, {"host": "b"})
    )
    assert one == same
    assert one != other


def test_a_lost_session_is_asked_again(connect: Open, tmp_path: Path) -> None:
    session = connect()
    with pytest.raises(UpstreamSessionLostError):
        ask(session, "fail", code=LOST)
    assert noted(tmp_path).count("fail") == 2
    assert noted(tmp_path).count("load") == 1


# --- a vendor whose sessions do not outlast a failure ---


@pytest.mark.parametrize("code", [LOST, "10002007", None])
def test_a_fragile_session_ends_with_any_failure_and_nothing_is_asked_twice(
    connect: Open, tmp_path: Path, code: str | None
) -> None:
    session = connect(fragile=True)
    ask(session)
    child = pid(session)
    with pytest.raises(UpstreamError):
        ask(session, "fail", code=code)
    assert not Path(f"/proc/{child}").exists()
    assert noted(tmp_path)[-1] == "fail"
    ask(session)
    assert noted(tmp_path)[-4:] == ["fail", "load", "login 192.0.2.1:10030", "double"]


def test_others_go_on_after_a_failure(connect: Open, tmp_path: Path) -> None:
    session = connect()
    with pytest.raises(UpstreamFaultError):
        ask(session, "fail", code=7)
    ask(session)
    assert noted(tmp_path) == ["load", "login 192.0.2.1:10030", "fail", "double"]


# --- logging out ---


def test_a_session_that_is_closed_logs_out(
    connect: Open, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    session = connect()
    ask(session)
    with caplog.at_level(logging.INFO):
        session.close()
        session.close()
    assert noted(tmp_path)[-2:] == ["logout", "logged out"]
    # Other tests may have the log tell of everything else, too.
    (message,) = [each for each in caplog.messages if each.startswith("logout")]
    assert message.startswith("logout: exit 0 in ")
    assert not list(tmp_path.glob("run-*"))


def test_without_a_limit_for_it_nobody_logs_out(connect: Open, tmp_path: Path) -> None:
    session = connect(limits=Limits(60, 20, 20))
    ask(session)
    session.close()
    assert "logout" not in noted(tmp_path)
    assert not list(tmp_path.glob("run-*"))


@pytest.mark.parametrize("how", ["raise", "10001001"])
def test_a_logout_that_fails_ends_the_process_all_the_same(
    connect: Open, tmp_path: Path, how: str
) -> None:
    session = connect(start=failing(tmp_path, "logout", how))
    ask(session)
    process = session._process
    assert process is not None
    assert process.leave(5) == "exit 0"


def test_a_logout_that_hangs_costs_its_limit(connect: Open, tmp_path: Path) -> None:
    limits = Limits(60, 20, 20, logout=0.3)
    session = connect(start=failing(tmp_path, "logout", "hang"), limits=limits)
    ask(session)
    process = session._process
    assert process is not None
    # The child's own alarm or the parent, whichever is first.
    assert process.leave(0.3) in {"SIGALRM", "SIGKILL"}
    assert noted(tmp_path)[-1] == "logout"


def test_a_process_that_cannot_log_out_is_killed(connect: Open, tmp_path: Path) -> None:
    session = connect(limits=Limits(60, 20, 20, logout=0.3))
    ask(session)
    child = pid(session)
    freeze(child)
    session.close()
    assert not Path(f"/proc/{child}").exists()
    assert noted(tmp_path)[-1] == "double"


def test_a_process_whose_parent_is_gone_logs_out(connect: Open, tmp_path: Path) -> None:
    session = connect()
    ask(session)
    process = session._process
    assert process is not None
    process._socket.close()
    assert process._process.wait(10) == 0
    assert noted(tmp_path)[-1] == "logged out"
    wait_until(lambda: not list(tmp_path.glob("run-*")))


def test_who_hangs_is_killed_without_a_logout(connect: Open, tmp_path: Path) -> None:
    session = connect(limits=Limits(60, 20, 0.3, logout=5))
    with pytest.raises(UpstreamTimeoutError, match=r"^Made up: hang gave no answer in 0 s$"):
        ask(session, "hang")
    assert noted(tmp_path)[-1] == "hang"
    assert session._process is None
