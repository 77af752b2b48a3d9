"""What a machine that is not like Lambda is told, and what is built on it."""

import platform
from pathlib import Path

import pytest

from local import stack
from local.machine import hint


@pytest.mark.parametrize(
    ("system", "machine", "told"),
    [
        ("Linux", "x86_64", ""),
        ("Linux", "aarch64", "this is Linux on aarch64: "),
        ("Darwin", "arm64", "this is Darwin on arm64: "),
    ],
)
def test_another_machine_is_told_and_has_a_build_of_its_own(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, system: str, machine: str, told: str
) -> None:
    monkeypatch.setattr(platform, "system", lambda: "Linux")
    monkeypatch.setattr(platform, "machine", lambda: "x86_64")
    for_lambda = stack.build_key(tmp_path)
    monkeypatch.setattr(platform, "system", lambda: system)
    monkeypatch.setattr(platform, "machine", lambda: machine)
    assert hint().startswith(told)
    assert bool(hint()) == bool(told)
    assert (stack.build_key(tmp_path) == for_lambda) == (not told)
