"""The bundle in the bucket is unpacked once."""

import io
import zipfile
from pathlib import Path

import pytest

from marketdata.errors import UpstreamSetupError
from marketdata.sources.amazingdata.bundle import KEY, Bundle
from tests.support.memory import MemoryBucket


def zipped(**files: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in files.items():
            archive.writestr(f"{name}/__init__.py", text)
    return buffer.getvalue()


def test_it_is_unpacked_once_and_anew_when_it_changes(tmp_path: Path) -> None:
    bucket = MemoryBucket({KEY: zipped(first="1")})
    bundle = Bundle(bucket, tmp_path / "sdk")
    path = bundle.unpacked()
    assert (path / "first/__init__.py").read_text() == "1"
    assert bundle.unpacked() == path
    assert bucket.copies == 1
    bucket.objects[KEY] = zipped(second="2")
    fresh = bundle.unpacked()
    assert fresh != path
    assert [each.name for each in fresh.iterdir()] == ["second"]
    # The disk is not large enough for two.
    assert list((tmp_path / "sdk").iterdir()) == [fresh]


@pytest.mark.parametrize("objects", [{}, {KEY: b"no zip"}])
def test_without_a_good_one_nothing_is_set_up(objects: dict[str, bytes], tmp_path: Path) -> None:
    with pytest.raises(UpstreamSetupError, match=KEY):
        Bundle(MemoryBucket(objects), tmp_path / "sdk").unpacked()
    assert not list(tmp_path.glob("sdk/*"))
