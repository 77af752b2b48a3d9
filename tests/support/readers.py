"""A clock that stands still, and object readers without a bucket."""

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

from marketdata.catalog.calendar import SHANGHAI
from marketdata.errors import NotFoundError

REAL = Path(__file__).parents[2] / "../shared/data/market"


def clock(text: str) -> Callable[[], datetime]:
    """Give a clock that stands at a time, Asia/Shanghai."""
    moment = datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)
    return lambda: moment


class Folder:
    """An `ObjectReader` over a folder that stands for `imports/`."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def read(self, key: str) -> bytes:
        path = self.root / key.removeprefix("imports/")
        if not path.exists():
            raise NotFoundError(key)
        return path.read_bytes()


class Objects:
    """An `ObjectReader` over texts."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self.texts = texts

    def read(self, key: str) -> bytes:
        try:
            return self.texts[key].encode()
        except KeyError as error:
            raise NotFoundError(key) from error
