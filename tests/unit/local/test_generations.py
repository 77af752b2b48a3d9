"""A saved state is there as a whole or not at all, and a damaged one is never used."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from local import generations
from local.generations import NoIntactGenerationError, adopt, choose, write

CONTENT = {"kms.json": '{"keys": []}', "blobs/one.zip": "PK"}


def filler(content: dict[str, str]) -> Callable[[Path], None]:
    def fill(folder: Path) -> None:
        for name, text in content.items():
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_text(text)

    return fill


def save(saved: Path, number: int, **options: bool) -> Path:
    """Write a generation whose table has a number; gives its folder."""
    write(saved, filler(CONTENT | {"table.json": json.dumps(number)}), deleted=[], **options)
    generation = choose(saved).generation
    assert generation
    return generation.folder


def number(folder: Path) -> int:
    found: int = json.loads((folder / "table.json").read_text())
    return found


def truncate(folder: Path) -> None:
    os.truncate(folder / "kms.json", 3)


def flip(folder: Path) -> None:
    (folder / "kms.json").write_text('{"keys": [ }')


def lose(folder: Path) -> None:
    (folder / "blobs/one.zip").unlink()


def lose_manifest(folder: Path) -> None:
    (folder / generations.MANIFEST).unlink()


def empty_manifest(folder: Path) -> None:
    (folder / generations.MANIFEST).write_text("{}")


DAMAGES = [truncate, flip, lose, lose_manifest, empty_manifest]


def test_nothing_saved_is_no_generation(tmp_path: Path) -> None:
    assert choose(tmp_path / "saved").generation is None


def test_the_newest_two_are_kept_and_share_no_file(tmp_path: Path) -> None:
    folders = [save(tmp_path, number) for number in range(5)]
    assert [folder for folder in folders if folder.exists()] == folders[-2:]
    assert number(folders[-1]) == 4
    for name in (*CONTENT, "table.json"):
        before, last = (folder / name for folder in folders[-2:])
        assert not before.samefile(last)


def test_what_has_not_changed_is_not_written_again(tmp_path: Path) -> None:
    first = (save(tmp_path, 1) / "kms.json").stat().st_ino
    save(tmp_path, 2)
    assert (save(tmp_path, 3) / "kms.json").stat().st_ino == first


def test_the_manifest_says_when_how_and_what_was_deleted(tmp_path: Path) -> None:
    saved_at = write(tmp_path, filler(CONTENT), orderly=True, deleted=["a/b"])
    found = choose(tmp_path).generation
    assert found
    assert (found.saved_at, found.orderly, found.deleted) == (saved_at, True, ["a/b"])


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_one_is_put_aside_and_the_one_before_it_used(
    tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    before, last = save(tmp_path, 1), save(tmp_path, 2)
    damage(last)
    choice = choose(tmp_path)
    assert choice.generation
    assert choice.generation.folder == before
    [(aside, why)] = choice.damaged.items()
    assert aside.name == f"damaged-{last.name}"
    assert number(aside) == 2
    assert why
    # The intact one stays while the next ones are written.
    assert number(save(tmp_path, 3)) == 3
    assert number(before) == 1


@pytest.mark.parametrize("damage", DAMAGES)
def test_if_all_are_damaged_nothing_is_touched(
    tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    folders = [save(tmp_path, 1), save(tmp_path, 2)]
    for folder in folders:
        damage(folder)
    with pytest.raises(NoIntactGenerationError) as raised:
        choose(tmp_path)
    assert all(str(folder) in str(raised.value) for folder in folders)
    assert sorted(tmp_path.iterdir()) == folders


def test_a_save_that_fails_leaves_the_others_as_they_were(tmp_path: Path) -> None:
    folders = [save(tmp_path, 1), save(tmp_path, 2)]

    def full(folder: Path) -> None:
        filler(CONTENT)(folder)
        raise OSError("No space left on device")

    with pytest.raises(OSError, match="No space"):
        write(tmp_path, full, deleted=[])
    assert sorted(tmp_path.iterdir()) == folders
    assert choose(tmp_path).damaged == {}


def test_a_killed_save_is_ignored(tmp_path: Path) -> None:
    last = save(tmp_path, 1)
    filler(CONTENT)(_made(tmp_path / generations.UNFINISHED))
    choice = choose(tmp_path)
    assert choice.generation
    assert choice.generation.folder == last
    assert number(save(tmp_path, 2)) == 2


def test_the_state_of_an_earlier_version_is_adopted_once(tmp_path: Path) -> None:
    earlier, saved = _made(tmp_path / "cloud"), tmp_path / "saved"
    filler(CONTENT)(earlier)
    adopt(saved, earlier)
    assert not earlier.exists()
    found = choose(saved).generation
    assert found
    assert found.orderly
    assert (found.folder / "kms.json").read_text() == CONTENT["kms.json"]
    adopt(saved, earlier)


def test_a_damaged_state_of_an_earlier_version_stays(tmp_path: Path) -> None:
    earlier = _made(tmp_path / "cloud")
    (earlier / "kms.json").write_text('{"keys": ')
    with pytest.raises(NoIntactGenerationError, match=r"kms\.json"):
        adopt(tmp_path / "saved", earlier)
    assert (earlier / "kms.json").exists()


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder
