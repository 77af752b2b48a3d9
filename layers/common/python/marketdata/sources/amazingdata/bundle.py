"""The SDK's bundle: a zip of site-packages in the bucket, unpacked once on this machine."""

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
    """Where the bundle is; `aws.objects.Bucket` is one. Both raise NotFoundError."""

    def version(self, key: str) -> str:
        """Give what changes whenever the object does."""

    def copy_to(self, key: str, file: BinaryIO) -> str:
        """Write the object into a file and give its version."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """Keeps the bundle unpacked.

    Parameters
    ----------
    objects : BundleObjects
        The bucket.
    folder : Path
        Where it is unpacked; whatever else is in there may be removed.
    """

    objects: BundleObjects
    folder: Path

    def unpacked(self) -> Path:
        """Give the folder of the present bundle; it is unpacked if that was not done yet.

        Raises
        ------
        UpstreamSetupError
            There is none, or it is no zip.
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
        # The disk holds one bundle and not two.
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
            raise UpstreamSetupError(f"AmazingData: {KEY} in the bucket is no zip") from error
        # Under its name only when it is whole: this process may be ended in between.
        return fresh.rename(self._path(version))

    def _path(self, version: str) -> Path:
        return self.folder / f"bundle-{re.sub('[^0-9A-Za-z-]', '', version)}"
