"""The command line refuses, in words, what cannot work."""

import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from local import __main__ as command
from local.tools import claim, sign


@pytest.fixture(autouse=True)
def _restore_signals(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(command, "isolate", lambda: None)
    monkeypatch.setattr(command, "LEAVE_SECONDS", 0.1)
    endings = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    handlers = {number: signal.getsignal(number) for number in endings}
    yield
    for number, handler in handlers.items():
        signal.signal(number, handler)


def run(monkeypatch: pytest.MonkeyPatch, state: Path, **changes: str) -> int:
    options = {"port": "0", "upstream": "synthetic", "data": "", "first-fill": "0"}
    options |= {"sdk-bundle": "", "calls": "8", "host": "", "baostock": "", "days": ""} | changes
    arguments = [text for name, value in options.items() for text in (f"--{name}", value)]
    monkeypatch.setattr(sys, "argv", ["local", "run", "--state", str(state), *arguments])
    return command.main()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"upstream": "files"}, "DATA, but it is not set"),
        ({"upstream": "files", "data": "/absent"}, "/absent is not a folder"),
        ({"data": "/absent"}, "DATA is read with UPSTREAM=files only"),
        ({"upstream": "amazingdata"}, "SDK_BUNDLE, but it is not set"),
        ({"upstream": "amazingdata", "sdk-bundle": "/absent"}, "/absent does not exist"),
        ({"sdk-bundle": "/absent"}, "SDK_BUNDLE is read with UPSTREAM=amazingdata only"),
        ({"baostock": "localhost:10030"}, "BAOSTOCK is read with UPSTREAM=baostock only"),
    ],
)
def test_data_must_fit_the_upstream(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    changes: dict[str, str],
    message: str,
) -> None:
    assert run(monkeypatch, tmp_path, **changes) == 1
    assert message in capsys.readouterr().err


def test_port_in_use(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as other:
        port = other.getsockname()[1]
        assert run(monkeypatch, tmp_path, port=str(port)) == 1
    assert f"port {port} is in use" in capsys.readouterr().err


def test_state_in_use(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    lock = claim(tmp_path / "run.pid")
    assert lock
    with lock:
        sign(lock, 4711)
        assert run(monkeypatch, tmp_path) == 1
    assert f"{tmp_path} is in use by process 4711" in capsys.readouterr().err
