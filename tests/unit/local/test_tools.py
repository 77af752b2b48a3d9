"""Claims on files, and commands with a log."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from local import tools


def test_one_process_claims_a_file(tmp_path: Path) -> None:
    first = tools.claim(tmp_path / "deep" / "lock")
    assert first
    assert tools.claim(tmp_path / "deep" / "lock") is None
    first.close()
    second = tools.claim(tmp_path / "deep" / "lock")
    assert second
    second.close()


def test_claim_lasts_as_long_as_who_inherits_it(tmp_path: Path) -> None:
    lock = tools.claim(tmp_path / "lock")
    assert lock
    child = subprocess.Popen(["sleep", "60"], pass_fds=[lock.fileno()], start_new_session=True)
    lock.close()
    assert tools.claim(tmp_path / "lock") is None
    tools.end(child, grace=5)
    after = tools.claim(tmp_path / "lock", within=5)
    assert after
    after.close()


def test_sign_replaces_what_stood_there(tmp_path: Path) -> None:
    for pid in (123456, 7):
        lock = tools.claim(tmp_path / "lock")
        assert lock
        with lock:
            tools.sign(lock, pid)
    assert (tmp_path / "lock").read_text() == "7\n"


def test_run_writes_the_log_and_adds_to_the_environment(tmp_path: Path) -> None:
    script = "import os; print(os.environ['COLOUR'])"
    tools.run("print", [sys.executable, "-c", script], tmp_path / "log", {"COLOUR": "green"})
    assert (tmp_path / "log").read_text() == "green\n"


def test_run_that_fails_shows_the_end_of_its_log(tmp_path: Path) -> None:
    script = "import sys; print(*range(100), sep='\\n'); sys.exit(3)"
    with pytest.raises(tools.LocalCloudError) as caught:
        tools.run("print", [sys.executable, "-c", script], tmp_path / "log")
    text = str(caught.value)
    assert text.startswith("print failed (exit 3):")
    assert "| 99" in text
    assert "| 84\n" not in text
    assert str(tmp_path / "log") in text


def test_end_kills_who_does_not_listen() -> None:
    script = "trap '' TERM; echo ready; while true; do sleep 1; done"
    shell = subprocess.Popen(["sh", "-c", script], stdout=subprocess.PIPE, start_new_session=True)
    with shell:
        assert shell.stdout
        shell.stdout.readline()
        tools.end(shell, grace=0.1)
    assert shell.returncode == -signal.SIGKILL


def test_end_takes_along_what_the_process_started() -> None:
    script = "sleep 60 & echo ready; wait"
    shell = subprocess.Popen(["sh", "-c", script], stdout=subprocess.PIPE, start_new_session=True)
    with shell:
        assert shell.stdout
        shell.stdout.readline()
        tools.end(shell, grace=5)
        # the last holder of the pipe is gone
        assert shell.stdout.read() == b""
    assert shell.returncode == -signal.SIGTERM


def test_isolate_hides_real_accounts(monkeypatch: pytest.MonkeyPatch) -> None:
    environ = {"AWS_PROFILE": "production", "AWS_ACCESS_KEY_ID": "real", "PATH": "/bin"}
    monkeypatch.setattr(os, "environ", environ)
    tools.isolate()
    assert "AWS_PROFILE" not in environ
    assert environ["AWS_ACCESS_KEY_ID"] == "test"
    assert environ["AWS_CONFIG_FILE"] == os.devnull
    assert environ["PATH"] == "/bin"


@pytest.mark.parametrize(("downloaded", "network"), [(True, ["--offline"]), (False, [])])
def test_a_tool_that_was_downloaded_needs_no_internet(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, downloaded: bool, network: list[str]
) -> None:
    asked = tmp_path / "asked"
    uv = tmp_path / "uv"
    uv.write_text(f'#!/bin/sh\necho "$@" > {asked}\nexit {int(not downloaded)}\n')
    uv.chmod(0o755)
    monkeypatch.setenv("UV", str(uv))
    tool = ("--from", f"tool=={int(downloaded)}", "--with", "pip", "tool")
    command = tools.uvx(tool, "build", "--cached")
    asked_for = [*network, "--from", f"tool=={int(downloaded)}", "--with", "pip"]
    assert command[5:] == [*asked_for, "tool", "build", "--cached"]
    assert "--offline --from" in asked.read_text()
