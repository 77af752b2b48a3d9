"""The bundle in the bucket is unpacked once."""

import io
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import pytest

from marketdata.errors import NotFoundError, UpstreamSetupError
from marketdata.sources.amazingdata.bundle import KEY, Bundle


@dataclass
class Objects:
    """A bucket with one object."""

    content: bytes | None
    etag: str = '"1-a"'
    copies: int = 0

    def version(self, key: str) -> str:
        if self.content is None or key != KEY:
            raise NotFoundError(key)
        return self.etag

    def copy_to(self, key: str, file: BinaryIO) -> str:
        self.copies += 1
        file.write(self.content or b"")
        return self.version(key)


def zipped(**files: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in files.items():
            archive.writestr(f"{name}/__init__.py", text)
    return buffer.getvalue()


def test_it_is_unpacked_once_and_anew_when_it_changes(tmp_path: Path) -> None:
    objects = Objects(zipped(first="1"))
    bundle = Bundle(objects, tmp_path / "sdk")
    path = bundle.unpacked()
    assert (path / "first/__init__.py").read_text() == "1"
    assert bundle.unpacked() == path
    assert objects.copies == 1
    objects.content, objects.etag = zipped(second="2"), '"2-b"'
    fresh = bundle.unpacked()
    assert fresh != path
    assert [each.name for each in fresh.iterdir()] == ["second"]
    # The disk is not large enough for two.
    assert list((tmp_path / "sdk").iterdir()) == [fresh]


@pytest.mark.parametrize("content", [None, b"no zip"])
def test_without_a_good_one_nothing_is_set_up(content: bytes | None, tmp_path: Path) -> None:
    with pytest.raises(UpstreamSetupError, match=KEY):
        Bundle(Objects(content), tmp_path / "sdk").unpacked()
    assert not list(tmp_path.glob("sdk/*"))
