"""Blocks as values: their keys, their rows, and what the cache knows about their days. Pure."""

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import orjson

from marketdata.aws.items import ItemKey
from marketdata.blocks import codec
from marketdata.blocks.coverage import UNKNOWN, Coverage
from marketdata.errors import BlockCorruptError

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
    """

    coverage: Coverage = UNKNOWN
    rows: int = 0
    frame: bytes = b""
    version: int = 0
    object_key: str = ""
    seal: bytes = b""

    def holding(self, lines: Sequence[bytes], coverage: Coverage) -> "Block":
        """Return the block with these rows and coverage in place of its own, to be written."""
        frame, seal = codec.encode(lines) if lines else (b"", b"")
        return replace(self, coverage=coverage, rows=len(lines), frame=frame, seal=seal)


class BlockCoverage(NamedTuple):
    """A block without its payload, as the index holds it."""

    code: str
    coverage: Coverage
    rows: int


def unpack(key: BlockKey, block: Block) -> tuple[Block, bytes]:
    """Return a block and the text of its rows; see `blocks.codec`.

    If the payload is lost or damaged, the block comes back with nothing known about its days, but
    with its version: the days then count as missing, and fetching them again replaces the block.
    """
    try:
        text = codec.decode(block.frame) if block.frame else b""
    except BlockCorruptError:
        text = b""
    if text or not block.rows:
        return block, text
    _log.error("the payload of %s is lost or damaged", "#".join(key))
    return replace(block, coverage=UNKNOWN, rows=0, frame=b"", seal=b""), b""


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
