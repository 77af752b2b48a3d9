"""Where logins are kept."""

import os
import stat
from pathlib import Path

import click
import pytest
from amazingdata_client import Token
from amazingdata_client.cli.store import Profile, Store

HERE = Profile("http://here/api/v1", "wang", Token("secret-1", 2.0, 1.0))
THERE = Profile("http://there/api/v1", "li", Token("secret-2", 4.0, 3.0))


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "config" / "logins.json")


def test_nothing_is_kept_at_first(store: Store) -> None:
    assert store.find(None) is None
    assert store.find(HERE.url) is None
    assert not store.forget(HERE.url)


def test_profiles_by_url_and_the_last_one_without(store: Store) -> None:
    store.save(HERE)
    store.save(THERE)
    assert store.find(HERE.url) == HERE
    assert store.find(None) == THERE
    assert store.forget(THERE.url)
    assert store.find(None) is None
    assert store.find(HERE.url) == HERE


def test_only_the_owner_can_read_it(store: Store) -> None:
    store.save(HERE)
    assert stat.S_IMODE(store.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(store.path.parent.stat().st_mode) == 0o700
    store.path.chmod(0o644)
    store.save(THERE)
    assert stat.S_IMODE(store.path.stat().st_mode) == 0o600


def test_it_is_private_before_anything_is_in_it(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    modes: list[int] = []
    opened = os.fdopen

    def seen(file: int, *args: str, **options: str) -> object:
        modes.append(stat.S_IMODE(os.fstat(file).st_mode))
        return opened(file, *args, **options)  # type: ignore[call-overload]

    monkeypatch.setattr(os, "fdopen", seen)
    mask = os.umask(0)
    try:
        store.save(HERE)
    finally:
        os.umask(mask)
    assert modes == [0o600]


def test_a_failed_write_leaves_the_old_file_alone(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.save(HERE)

    def full(*_: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="no space"):
        store.save(THERE)
    monkeypatch.undo()
    assert store.find(None) == HERE
    assert os.listdir(store.path.parent) == ["logins.json"]  # noqa: PTH208


def test_a_damaged_file_is_named(store: Store) -> None:
    store.save(HERE)
    store.path.write_text("{")
    with pytest.raises(click.ClickException, match="cannot be read"):
        store.find(None)
