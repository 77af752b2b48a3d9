"""A run that is killed at any operation leaves what the next one completes to the same bytes."""

import os
from collections.abc import Callable
from pathlib import Path
from threading import Lock
from typing import Any

import httpx
import pytest
from amazingdata_client import Client

from tests.clients.conftest import AT_ONCE
from tests.clients.mirrors import CLOSED, DAYS, OTHER, YEAR, files_in, small_service
from tests.clients.publisher import Publisher
from tests.clients.scripted import PASSWORD, URL, USERNAME

OPERATIONS = ("replace", "fsync", "unlink", "rmdir", "mkdir")


class KilledError(BaseException):
    """The process is gone; nothing catches this."""


class Killer:
    """Counts what a run does to the disk and asks of the network, and ends it at the n-th."""

    def __init__(self, at: int) -> None:
        self.at = at
        self.count = 0
        self.lock = Lock()

    def step(self) -> None:
        """Count an operation; once the process is dead, none happens any more."""
        with self.lock:
            self.count += 1
            if self.count >= self.at:
                raise KilledError

    def before(self, operation: Callable[..., Any]) -> Callable[..., Any]:
        """Return the operation, counted."""

        def counted(*args: Any, **options: Any) -> Any:
            self.step()
            return operation(*args, **options)

        return counted


def changed() -> Publisher:
    """Return a service at which a mirror of `small_service` finds every kind of change."""
    service = small_service()
    for path in DAYS:
        service.withdraw(path)
    service.publish(YEAR, b"the whole year" * 300)
    service.publish(CLOSED, b"corrected" * 300)
    service.withdraw(OTHER)
    service.publish("calendar/part.parquet", b"new" * 1000)
    return service


def sync(service: Publisher, folder: Path, killer: Killer | None = None) -> None:
    answer = killer.before(service) if killer else service
    transport = httpx.MockTransport(answer)
    with Client(URL, USERNAME, PASSWORD, retry=AT_ONCE, transport=transport) as client:
        client.mirror(folder).sync()


def killed(service: Publisher, folder: Path, at: int, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Run until the n-th operation, and return whether there was one."""
    killer = Killer(at)
    with monkeypatch.context() as patched:
        for name in OPERATIONS:
            patched.setattr(os, name, killer.before(getattr(os, name)))
        try:
            sync(service, folder, killer)
        except KilledError:
            return True
    return False


@pytest.mark.parametrize("remainder", range(10))
def test_a_kill_at_any_operation(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, remainder: int
) -> None:
    """Every operation is one of ten classes, so that each class kills at several."""
    wanted = tmp_path / "undisturbed"
    sync(small_service(), wanted)
    sync(changed(), wanted)
    at, kills = remainder + 1, 0
    while True:
        folder = tmp_path / f"killed-{at}"
        sync(small_service(), folder)
        service = changed()
        service.cuts = [2000]
        if not killed(service, folder, at, monkeypatch):
            break
        kills += 1
        sync(service, folder)
        assert files_in(folder) == files_in(wanted), at
        at += 10
    assert kills >= 3


@pytest.mark.parametrize("at", range(2, 32, 3))
def test_a_kill_of_the_first_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: int) -> None:
    sync(small_service(), tmp_path / "undisturbed")
    assert killed(small_service(), tmp_path / "killed", at, monkeypatch)
    sync(small_service(), tmp_path / "killed")
    assert files_in(tmp_path / "killed") == files_in(tmp_path / "undisturbed")


@pytest.mark.parametrize("at", range(5, 100, 7))
def test_two_kills_in_a_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: int) -> None:
    wanted, folder = tmp_path / "undisturbed", tmp_path / "killed"
    for each in (wanted, folder):
        sync(small_service(), each)
    sync(changed(), wanted)
    killed(changed(), folder, at, monkeypatch)
    killed(changed(), folder, at, monkeypatch)
    sync(changed(), folder)
    assert files_in(folder) == files_in(wanted)
