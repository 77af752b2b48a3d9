"""The object of a market day: the beginning of the answer to a question for it, packed. Pure.

The answer is the object, unopened, and what the manifest says of the day. Rows are the lines that
the blocks hold, so a day shows the same values as a K-line, bar by bar.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import orjson
from backports import zstd

from marketdata.blocks import codec
from marketdata.exports.entries import Change, Counts

DIGEST_CHARACTERS = 16

# Of market days, unlike blocks, the fastest level makes the smallest frames.
OPTIONS: dict[int, int] = {
    zstd.CompressionParameter.compression_level: 1,
    zstd.CompressionParameter.checksum_flag: 1,
}


@dataclass(slots=True)
class MarketDay:
    """All bars of a dataset on one day, and which there are not.

    Attributes
    ----------
    day : str
        "YYYYMMDD".
    rows : list of bytes
        Each code and its row, ``"600000.SH":{"trade_date":…}``, sorted by code.
    missing, unconfirmed : list of str
        Codes whose bar is missing, and those of which it is believed that they have none.
    absent : dict
        By code, why there is no bar.
    """

    day: str
    rows: list[bytes] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    unconfirmed: list[str] = field(default_factory=list)
    absent: dict[str, str] = field(default_factory=dict)

    @property
    def known(self) -> bool:
        """Whether anything is known of the day; else it is not worth publishing."""
        return bool(self.rows or self.unconfirmed or self.absent)

    @property
    def counts(self) -> Counts:
        """The numbers of its bars."""
        return Counts(len(self.rows), len(self.missing), len(self.unconfirmed), len(self.absent))

    def text(self) -> bytes:
        """Return the answer up to what the manifest says."""
        counts = self.counts
        meta = {
            "trade_date": self.day,
            "complete": counts.complete,
            "expected": counts.expected,
            "returned": counts.returned,
            "missing": sorted(self.missing),
            "unconfirmed": sorted(self.unconfirmed),
            "absent": dict(sorted(self.absent.items())),
        }
        return b"".join(
            (
                b'{"code":200,"message":"success","data":{',
                codec.JOINT.join(self.rows),
                b'},"meta":',
                orjson.dumps(meta)[:-1],
            )
        )


def ending(release: Mapping[str, Any], *, stale: bool) -> bytes:
    """Return what follows a day's text in an answer."""
    return b',"release":%b,"stale":%b}}' % (orjson.dumps(release), b"true" if stale else b"false")


def digest_of(text: bytes) -> str:
    """Return what identifies a day's text."""
    return sha256(text).hexdigest()[:DIGEST_CHARACTERS]


def pack(text: bytes) -> bytes:
    """Pack a day's text into one zstd frame; the same text gives the same bytes."""
    return zstd.compress(text, options=OPTIONS)


def change_between(before: bytes, after: bytes) -> Change:
    """Return what has changed from one packed day to another one's text."""
    old, new = _rows(codec.decode(before)), _rows(after)
    same = all(new.get(code) == row for code, row in old.items())
    return Change.LATE if same else Change.CORRECTED


def _rows(text: bytes) -> dict[str, Any]:
    rows: dict[str, Any] = orjson.loads(text + b"}}")["data"]
    return rows


def object_key(dataset: str, day: str, digest: str, revision: int) -> str:
    """Return the key of a day's object; none ever comes back, so it can be deleted for good."""
    return f"{folder(dataset, day[:4])}days/{day}-{revision}-{digest}.zst"


def folder(dataset: str, year: str) -> str:
    """Return what the keys of all objects of a dataset and year begin with."""
    return f"exports/{dataset}/{year}/"
