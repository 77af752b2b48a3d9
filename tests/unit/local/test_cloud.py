"""What is said of saved states, at the start and as they are saved."""

import json
import os
import time
from pathlib import Path

import pytest

from local import cloud, generations
from local.cloud import Reports
from local.tools import LocalCloudError


def save(state: Path, *, orderly: bool) -> None:
    def fill(folder: Path) -> None:
        (folder / "kms.json").write_text("{}")

    generations.write(state / cloud.SAVED, fill, orderly=orderly, deleted=[])


def start(state: Path) -> generations.Generation | None:
    return cloud._choose(state)


def newest(state: Path) -> Path:
    return max((state / cloud.SAVED).glob("2*"))


def test_a_first_start_and_one_after_a_stop_say_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert start(tmp_path) is None
    save(tmp_path, orderly=True)
    assert start(tmp_path)
    assert capsys.readouterr().out == ""


def test_after_a_kill_the_start_says_from_when_the_state_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    save(tmp_path, orderly=False)
    found = start(tmp_path)
    assert found
    said = capsys.readouterr().out
    assert "the last run was killed" in said
    assert f"{found.saved_at.astimezone():%Y-%m-%d %H:%M:%S}" in said


def test_a_damaged_state_is_said_with_what_is_used_instead(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    save(tmp_path, orderly=True)
    save(tmp_path, orderly=True)
    os.truncate(newest(tmp_path) / "kms.json", 0)
    found = start(tmp_path)
    assert found
    said = capsys.readouterr().out
    assert "DAMAGED" in said
    assert "kms.json" in said
    assert f"{found.saved_at.astimezone():%Y-%m-%d %H:%M:%S}; what came later is lost" in said


def test_if_all_are_damaged_the_start_says_what_to_do(tmp_path: Path) -> None:
    save(tmp_path, orderly=True)
    os.truncate(newest(tmp_path) / "kms.json", 0)
    with pytest.raises(LocalCloudError, match=r"Nothing was changed.*backup.*make run STATE="):
        start(tmp_path)


def report(**fields: object) -> str:
    return json.dumps({"seconds": 0.1, **fields})


def test_a_failed_save_is_said_once_and_its_end(capsys: pytest.CaptureFixture[str]) -> None:
    reports = Reports(None)
    reports.follow([report(saved_at="2026-11-30T01:00:00+00:00")])
    assert capsys.readouterr().out == ""
    reports.follow(2 * [report(failed="No space left on device")])
    said = capsys.readouterr().out
    assert said.count("FAILED TO SAVE the state: No space left on device") == 1
    reports.follow([report(saved_at="2026-11-30T01:01:00+00:00")])
    assert "saved the state again" in capsys.readouterr().out


def test_a_stop_without_a_save_is_an_error() -> None:
    reports = Reports(None)
    reports.follow([report(saved_at="2026-11-30T01:00:00+00:00")])
    with pytest.raises(LocalCloudError, match="did not end by itself"):
        reports.check_stop()
    reports.follow([report(failed="No space left on device", stop=True)])
    with pytest.raises(LocalCloudError, match="No space left on device"):
        reports.check_stop()
    reports.follow([report(saved_at="2026-11-30T01:02:00+00:00", stop=True)])
    reports.check_stop()


def test_folders_are_deleted_in_the_background(tmp_path: Path) -> None:
    (tmp_path / "tmp-of-a-killed-run" / "sub").mkdir(parents=True)
    (tmp_path / "tmp" / "sub").mkdir(parents=True)
    (tmp_path / "other").mkdir()
    cloud.discard(tmp_path / "tmp")
    assert not (tmp_path / "tmp").exists()
    deadline = time.monotonic() + 10
    while [path.name for path in tmp_path.iterdir()] != ["other"]:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    cloud.discard(tmp_path / "tmp")
