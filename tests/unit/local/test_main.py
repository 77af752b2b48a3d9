"""The command line refuses, in words, what cannot work."""

import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from local import __main__ as command
from local import settings
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


def run(monkeypatch: pytest.MonkeyPatch, folder: Path, **changes: str) -> int:
    options = {"port": "18999", "upstream": "synthetic", "data": "", "first-fill": "0"}
    options |= {"sdk-bundle": "", "calls": "8", "host": "", "baostock": "", "days": ""}
    options |= {"state": str(folder)} | changes
    arguments = [f"--{name}={value}" for name, value in options.items()]
    monkeypatch.setattr(sys, "argv", ["local", "run", *arguments])
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
        ({"upstream": "sql"}, "UPSTREAM: invalid choice: 'sql' (choose from"),
        ({"upstream": "baostock", "baostock": "host"}, "BAOSTOCK: 'host' is not host:port"),
        ({"port": "70000"}, "PORT: '70000' is not a number from 1 to 65535"),
        ({"port": "0"}, "PORT: '0' is not"),
        ({"port": "http"}, "PORT: 'http' is not"),
        ({"port": "²"}, "PORT: '²' is not"),
        ({"calls": "0"}, "CALLS: '0' is not a number from 1 on"),
        ({"days": "-1"}, "DAYS: '-1' is not a number from 1 on"),
        ({"first-fill": "yes"}, "FIRST_FILL: 'yes' is neither 0 nor 1"),
        ({"state": ""}, "STATE: it is empty"),
        ({"state": "/dev/null"}, "STATE: /dev/null cannot be written: File exists"),
        ({"state": "/dev/null/x"}, "STATE: /dev/null/x cannot be written: Not a directory"),
    ],
)
def test_what_cannot_work_is_named(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    changes: dict[str, str],
    message: str,
) -> None:
    assert run(monkeypatch, tmp_path, **changes) == 1
    assert message in capsys.readouterr().err


@pytest.mark.parametrize(("name", "what"), [(None, "is empty"), ("bars.txt", "has no securities")])
def test_a_folder_without_data_is_refused_at_once(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    name: str | None,
    what: str,
) -> None:
    data = tmp_path / "data"
    data.mkdir()
    if name:
        (data / name).touch()
    assert run(monkeypatch, tmp_path, upstream="files", data=str(data)) == 1
    assert f"DATA: {data} {what}" in capsys.readouterr().err


HEADER = "code,name,type,list_date,delist_date\n"
GOOD = "600000.SH,浦发银行,stock,19991110,\n"


@pytest.mark.parametrize(
    ("content", "what"),
    [
        ("kode,name\n", "line 1: columns are missing"),
        (HEADER + "600000,浦发银行,stock,19991110,\n", "line 2: "),
        (HEADER + "\udcff\n", "line 2: it is not UTF-8"),
        (HEADER, "lists no security"),
    ],
)
def test_a_list_of_securities_that_cannot_be_read_is_refused_with_its_place(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    content: str,
    what: str,
) -> None:
    data = tmp_path / "data"
    data.mkdir()
    path = data / "securities.csv"
    path.write_bytes(content.encode(errors="surrogateescape"))
    assert run(monkeypatch, tmp_path, upstream="files", data=str(data)) == 1
    assert f"DATA: {path} {what}" in capsys.readouterr().err


def test_rows_that_are_left_out_are_named(tmp_path: Path) -> None:
    path = tmp_path / "securities.csv"
    path.write_text(HEADER + GOOD)
    assert settings.remarks_on(tmp_path) == []
    path.write_text(HEADER + GOOD + "600001,x,stock,19991110,\n" * 7)
    *named, more = settings.remarks_on(tmp_path)
    assert [each.split(": ")[0] for each in named] == [f"{path} line {at}" for at in range(3, 8)]
    assert more == f"{path}: 2 more rows like these"


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
