"""Blocks as values: their keys, their rows, and what the cache knows about their days. Pure."""

import logging
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, NamedTuple

import orjson

from marketdata.aws.items import ItemKey
from marketdata.blocks import codec
from marketdata.blocks.coverage import UNKNOWN, Coverage
from marketdata.blocks.dataset import Period
from marketdata.blocks.days import bits_of
from marketdata.errors import BlockCorruptError

DOCUMENT = "all"
"""The part of a block whose rows are not of some year or month: the catalog, a code's factors."""

_DAY = re.compile(rb'\{"[a-z_]+":"([0-9]{8})"')
_DAYS = re.compile(rb'\n\{"[a-z_]+":"([0-9]{8})"')
"""A row of a day begins with it, whatever kind of row it is."""

_ONE_A_DAY = (f".{Period.DAILY}", ".status", ".weights")
"""The endings of names of datasets with at most one row per code and day."""

_log = logging.getLogger(__name__)


class BlockKey(NamedTuple):
    """A block's key: a dataset's name, a code and a part ("2024", or "2024-01" for minutes)."""

    dataset: str
    code: str
    part: str

    @property
    def item(self) -> ItemKey:
        """The key of the block's item."""
        return f"{self.dataset}#{self.code}", self.part

    @property
    def name(self) -> str:
        """The key as one text, which logs show."""
        return "#".join(self)

    @property
    def has_days(self) -> bool:
        """Whether the rows are of the days of the part, unlike those of a document."""
        return self.part != DOCUMENT

    @property
    def one_a_day(self) -> bool:
        """Whether there is at most one row per day."""
        return self.dataset.endswith(_ONE_A_DAY)


class Damage(StrEnum):
    """What can be wrong with a stored payload.

    `LOST`: the bucket does not have it. `BROKEN`: it is cut, or has a flipped bit. `FOREIGN`: it is
    whole, but not this block's. `CONTRADICTORY`: its rows are not those that the item claims.
    """

    LOST = "lost"
    BROKEN = "broken"
    FOREIGN = "foreign"
    CONTRADICTORY = "contradictory"


@dataclass(frozen=True, slots=True)
class Block:
    """One block as it was read, or as it is to be written.

    Attributes
    ----------
    coverage : Coverage
        What the cache knows about the part's days.
    rows : int
        Number of lines in the payload: its rows, and its head if it has one.
    frame : bytes
        The payload, one zstd frame (see `blocks.codec`); empty if there are no rows, or if the
        bucket has lost it.
    version : int
        Counts the writes; 0 for a block that is not stored yet.
    object_key : str
        The payload's key in the bucket; empty while the payload is in the item.
    seal : bytes
        Identifies the payload without opening it (see `blocks.codec`); empty if there is none.
    damage : Damage or None
        Why the stored payload counts as not stored, see `unpack`.
    """

    coverage: Coverage = UNKNOWN
    rows: int = 0
    frame: bytes = b""
    version: int = 0
    object_key: str = ""
    seal: bytes = b""
    damage: Damage | None = None

    def holding(self, lines: Sequence[bytes], coverage: Coverage) -> "Block":
        """Return the block with these rows and coverage in place of its own, to be written."""
        frame, seal = codec.encode(lines) if lines else (b"", b"")
        return replace(self, coverage=coverage, rows=len(lines), frame=frame, seal=seal)


class BlockCoverage(NamedTuple):
    """A block without its payload, as the index holds it."""

    coverage: Coverage
    rows: int


def unpack(key: BlockKey, block: Block) -> tuple[Block, bytes]:
    """Return a block and the text of its rows; see `blocks.codec`.

    If the payload is damaged, the block comes back with no day present, but with its version: the
    days then count as missing, and fetching them again replaces the block.
    """
    text, damage = _opened(key, block)
    return (void(key, block, damage), b"") if damage else (block, text)


def void(key: BlockKey, block: Block, damage: Damage) -> Block:
    """Return a damaged block as what it counts as: stored, with no day present.

    What else is known about its days stays if the item can be believed.
    """
    _log.error("the payload of %s is damaged: %s", key.name, damage)
    known = damage in (Damage.LOST, Damage.BROKEN)
    coverage = block.coverage.without_rows() if known else UNKNOWN
    return Block(coverage, version=block.version, object_key=block.object_key, damage=damage)


def claim_of(key: BlockKey, block: Block) -> bytes:
    """Return what the item of a block claims to hold; its seal is bound to it."""
    return f"{key.name} {block.rows} {block.coverage.present:x}".encode()


def digest_unopened(key: BlockKey, block: Block) -> bytes:
    """Return the digest of a block's rows, without opening it; empty if it may be damaged."""
    if not _agrees(key, block):
        return b""
    return codec.digest_if_whole(block.frame, block.seal, claim_of(key, block))


def sound(row: "Block | BlockCoverage", *, one_a_day: bool) -> bool:
    """Check whether a block's figures agree: rows if and only if days are marked present.

    Data with one row a day has exactly as many rows as present days, other data at least as many,
    and no day is both present and absent.
    """
    coverage = row.coverage
    days = coverage.present.bit_count()
    counted = row.rows == days if one_a_day else row.rows >= days
    return counted and bool(row.rows) == bool(days) and not coverage.present & coverage.absent


def damage_of(key: BlockKey, block: Block) -> Damage | None:
    """Return what is wrong with a block, with every row looked at; None if nothing is.

    Reads are content with `unpack`, which costs a fifth.
    """
    text, damage = _opened(key, block)
    if damage or not text:
        return damage
    if block.seal and codec.digest(text) != codec.digest_in(block.seal):
        return Damage.FOREIGN
    return None if _holds(key, block, text) else Damage.CONTRADICTORY


def _opened(key: BlockKey, block: Block) -> tuple[bytes, Damage | None]:
    """Return the text of a block's rows, and what is wrong with them."""
    if not _agrees(key, block):
        return b"", Damage.CONTRADICTORY
    if not (block.frame or block.rows):
        return b"", None
    claimed = codec.fits_claim(block.seal, claim_of(key, block))
    try:
        text = codec.decode(block.frame) if block.frame else b""
    except BlockCorruptError:
        return b"", Damage.BROKEN if claimed else Damage.FOREIGN
    if not text:
        return b"", Damage.LOST if claimed else Damage.FOREIGN
    damage = _mismatch(key, block, text, claimed=claimed)
    return (b"", damage) if damage else (text, None)


def _mismatch(key: BlockKey, block: Block, text: bytes, *, claimed: bool) -> Damage | None:
    """Return why rows are not those of their block, as far as its seal and its ends tell."""
    if block.seal:
        if not codec.digest_if_whole(block.frame, block.seal[: codec.SEAL_BYTES], b""):
            return Damage.FOREIGN
        if not claimed:
            # A block that was copied whole still agrees with itself.
            return Damage.FOREIGN if _holds(key, block, text) else Damage.CONTRADICTORY
    elif not key.has_days:
        # Of before there were seals. Nothing about the rows of a document tells whose they are.
        return Damage.FOREIGN
    if key.has_days and not _of_part(key.part, text):
        return Damage.FOREIGN
    if not codec.is_bound(block.seal) and codec.rows_in(text) != block.rows:
        return Damage.CONTRADICTORY
    return None


def _agrees(key: BlockKey, block: Block) -> bool:
    """Check whether a block's figures agree with each other; those of a document always do."""
    return not key.has_days or sound(block, one_a_day=key.one_a_day)


def _holds(key: BlockKey, block: Block, text: bytes) -> bool:
    """Check whether a block's rows are as many, and of the days, as its item claims."""
    if codec.rows_in(text) != block.rows:
        return False
    if not key.has_days:
        return True
    days = {day.decode() for day in _DAYS.findall(b"\n" + text)}
    return bits_of(key.part, days) == block.coverage.present


def _of_part(part: str, text: bytes) -> bool:
    """Check whether the first and the last row, which are sorted by time, are of a part."""
    ends = _DAY.match(text), _DAY.match(text, text.rfind(b"\n") + 1)
    days = part.replace("-", "").encode()
    return all(end is not None and end[1].startswith(days) for end in ends)


def read_document(key: BlockKey, block: Block) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Return the head and the rows of a block whose first line is a head.

    Both are empty if nothing is stored, or nothing that can be read.
    """
    _, text = unpack(key, block)
    head, *rows = orjson.loads(b"[%b]" % text) if text else [{}]
    return head, rows


def write_document(
    block: Block, head: Mapping[str, Any], rows: Iterable[Mapping[str, Any]]
) -> Block:
    """Return the block with this head and these rows in place of its own, to be written."""
    return block.holding([orjson.dumps(each) for each in (head, *rows)], block.coverage)
