"""The SDK's bundle: a zip of site-packages in the bucket, unpacked once per machine."""

import re
import shutil
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

from marketdata.errors import NotFoundError, UpstreamSetupError

KEY = "sdk/bundle.zip"


class BundleObjects(Protocol):
    """The store of the bundle; `aws.objects.Bucket` is one. Both methods raise NotFoundError."""

    def version(self, key: str) -> str:
        """Return a text that changes whenever the object does."""

    def copy_to(self, key: str, file: BinaryIO) -> str:
        """Write the object into a file and return its version."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """Keeps the bundle unpacked.

    Parameters
    ----------
    objects : BundleObjects
        The bucket.
    folder : Path
        Where the bundle is unpacked; anything else in there may be deleted.
    """

    objects: BundleObjects
    folder: Path

    def unpacked(self) -> Path:
        """Return the folder of the current bundle, which is unpacked first if necessary.

        Raises
        ------
        UpstreamSetupError
            There is no bundle, or it is not a zip file.
        """
        try:
            path = self._path(self.objects.version(KEY))
            return path if path.is_dir() else self._unpack()
        except NotFoundError as error:
            raise UpstreamSetupError(
                f"AmazingData: there is no SDK bundle at {KEY} in the bucket; "
                "docs/operations.md says how to make one"
            ) from error

    def _unpack(self) -> Path:
        # The disk has room for one bundle, not for two.
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(prefix="unpacking-", dir=self.folder))
        try:
            with tempfile.TemporaryFile(dir=self.folder) as file:
                version = self.objects.copy_to(KEY, file)
                with zipfile.ZipFile(file) as archive:
                    archive.extractall(fresh)
        except zipfile.BadZipFile as error:
            shutil.rmtree(fresh)
            raise UpstreamSetupError(f"AmazingData: {KEY} in the bucket is not a zip") from error
        # It gets its name only when complete, since this process may be killed before.
        return fresh.rename(self._path(version))

    def _path(self, version: str) -> Path:
        return self.folder / f"bundle-{re.sub('[^0-9A-Za-z-]', '', version)}"
