"""The object of a market day: the beginning of the answer to a question for it, packed. Pure.

The answer is the object, unopened, and what the manifest says of the day. Rows are the lines that
the blocks hold, so a day shows the same values as a K-line, bar by bar.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import orjson
from backports import zstd

from marketdata.blocks import codec
from marketdata.catalog.securities import market_of
from marketdata.exports.entries import Change, Counts
from marketdata.status.columns import NOTHING, columns_in
from marketdata.status.status import MARKETS

DIGEST_CHARACTERS = 16

_BEGIN, _META = b'{"code":200,"message":"success","data":{', b'},"meta":'


@dataclass(slots=True)
class MarketDay:
    """All bars of a dataset on one day, and which there are not.

    Attributes
    ----------
    day : str
        "YYYYMMDD".
    pieces : list of bytes
        Some codes and their rows each, ``"600000.SH":{"trade_date":…}``, joined as the rows of a
        block, and all sorted by code.
    returned : int
        The number of rows.
    missing, unconfirmed : list of str
        Codes whose bar is missing, and those of which it is believed that they have none.
    absent : dict
        By code, why there is no bar.
    """

    day: str
    pieces: list[bytes] = field(default_factory=list)
    returned: int = 0
    missing: list[str] = field(default_factory=list)
    unconfirmed: list[str] = field(default_factory=list)
    absent: dict[str, str] = field(default_factory=dict)

    def add(self, piece: bytes) -> None:
        """Add the rows of the next codes, if there are any."""
        if piece:
            self.pieces.append(piece)
            self.returned += codec.rows_in(piece)

    @property
    def known(self) -> bool:
        """Whether anything is known of the day; else it is not worth publishing."""
        return bool(self.returned or self.unconfirmed or self.absent)

    @property
    def counts(self) -> Counts:
        """The numbers of its bars."""
        return Counts(self.returned, len(self.missing), len(self.unconfirmed), len(self.absent))

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
                _BEGIN,
                codec.JOINT.join(self.pieces),
                _META,
                orjson.dumps(meta)[:-1],
            )
        )


def ending(release: Mapping[str, Any], *, stale: bool) -> bytes:
    """Return what follows a day's text in an answer."""
    return b',"release":%b,"stale":%b}}' % (orjson.dumps(release), b"true" if stale else b"false")


def of_markets(text: bytes, markets: Collection[str]) -> tuple[bytes, Counts]:
    """Return what is left of a day's text if only the codes of some markets count.

    No row is parsed.

    Returns
    -------
    bytes
        The text as `MarketDay.text` would have made it of them.
    Counts
        The numbers of their bars.
    """
    data, _, said = text.removeprefix(_BEGIN).rpartition(_META)
    meta = orjson.loads(said + b"}")
    suffixes = tuple(f".{market}" for market in markets)
    ends = tuple(suffix.encode() for suffix in suffixes)
    day = MarketDay(meta["trade_date"])
    rows = [row for row in codec.lines(data) if row[1 : row.index(b'"', 1)].endswith(ends)]
    day.add(codec.JOINT.join(rows))
    day.missing = [code for code in meta["missing"] if code.endswith(suffixes)]
    day.unconfirmed = [code for code in meta["unconfirmed"] if code.endswith(suffixes)]
    day.absent = {code: why for code, why in meta["absent"].items() if code.endswith(suffixes)}
    return day.text(), day.counts


NO_STATUS: Mapping[str, Any] = {
    "complete": False,
    "missing": [],
    "unconfirmed": [],
    "not_covered": [],
}
"""What is said of the status of a day of which none is published."""


def with_status(text: bytes, status: bytes) -> bytes:
    """Return a day's text with the columns of the status in each row, and `status` in its meta.

    Parameters
    ----------
    text : bytes
        The bars of a day.
    status : bytes
        The status of the same day; empty if none is published.
    """
    data, _, said = text.removeprefix(_BEGIN).rpartition(_META)
    known, told = _columns(status) if status else ({}, {**NO_STATUS})
    rows, others = [], []
    for row in codec.lines(data):
        code = row[: row.index(b":")]
        rows.append(row[:-1] + known.get(code, NOTHING) + b"}")
        if code not in known:
            others.append(code.strip(b'"').decode())
    told["not_covered"] = [code for code in others if market_of(code) not in MARKETS]
    return b'%b%b%b%b,"status":%b' % (
        _BEGIN,
        codec.JOINT.join(rows),
        _META,
        said,
        orjson.dumps(told),
    )


def _columns(text: bytes) -> tuple[dict[bytes, bytes], dict[str, Any]]:
    """Return the columns of each code's status, and what is said of all of them."""
    data, _, said = text.removeprefix(_BEGIN).rpartition(_META)
    meta = orjson.loads(said + b"}")
    rows = (row.partition(b":") for row in codec.lines(data))
    told = {name: meta[name] for name in ("complete", "missing", "unconfirmed")}
    return {code: columns_in(row) for code, _, row in rows}, told


def digest_of(text: bytes) -> str:
    """Return what identifies a day's text."""
    return sha256(text).hexdigest()[:DIGEST_CHARACTERS]


def pack(text: bytes) -> bytes:
    """Pack a day's text into one zstd frame; the same text gives the same bytes."""
    return zstd.compress(text, options=codec.ANSWER_OPTIONS)


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
