"""Real market data, where there is some beside the repository, as the source `files` reads it."""

from collections.abc import Iterator
from pathlib import Path

from marketdata.errors import NotFoundError

REAL = Path(__file__).parents[3] / "shared/data/market"


class Folder:
    """An `ObjectReader` over a folder that stands for `imports/`."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def read(self, key: str) -> bytes:
        path = self.root / key.removeprefix("imports/")
        if not path.exists():
            raise NotFoundError(key)
        return path.read_bytes()

    def keys(self, prefix: str) -> Iterator[str]:
        folder = self.root / prefix.removeprefix("imports/")
        return (f"{prefix}{path.name}" for path in sorted(folder.glob("*")))
