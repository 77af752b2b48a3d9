"""Ways in which a stored block can be damaged, as operators and accidents do it.

All of them leave versions and coverage as they were, so that nothing but the payload tells.
"""

from collections.abc import Callable

from marketdata.aws.items import Item
from marketdata.aws.writes import Write
from marketdata.blocks.block import BlockKey, Damage
from tests.support.cloud import Cloud

type Harm = Callable[[Cloud, BlockKey, BlockKey], None]
"""Damages the first block, some ways with the help of another one."""


def item_of(cloud: Cloud, key: BlockKey) -> Item:
    """Give a block's item."""
    item = cloud.market.get(*key.item)
    assert item is not None
    return item


def replace_item(cloud: Cloud, key: BlockKey, item: Item) -> None:
    """Put an item where a block is, whatever it was."""
    own = {name: value for name, value in item.items() if name not in ("pk", "sk")}
    cloud.market.write(Write(*key.item, put=own))


def set_item(cloud: Cloud, key: BlockKey, **values: object) -> None:
    """Change attributes of a block's item."""
    replace_item(cloud, key, item_of(cloud, key) | values)


def _object(cloud: Cloud, key: BlockKey) -> str:
    return str(item_of(cloud, key)["object"])


def lose_object(cloud: Cloud, key: BlockKey, _other: BlockKey) -> None:
    """Delete the payload from the bucket."""
    cloud.bucket.delete(_object(cloud, key))


def cut_object(cloud: Cloud, key: BlockKey, _other: BlockKey) -> None:
    """Leave half of the payload in the bucket."""
    name = _object(cloud, key)
    payload = cloud.bucket.read(name)
    cloud.bucket.write(name, payload[: len(payload) // 2])


def flip_object(cloud: Cloud, key: BlockKey, _other: BlockKey) -> None:
    """Flip a bit of the payload in the bucket."""
    name = _object(cloud, key)
    payload = bytearray(cloud.bucket.read(name))
    payload[len(payload) // 2] ^= 1
    cloud.bucket.write(name, bytes(payload))


def swap_objects(cloud: Cloud, key: BlockKey, other: BlockKey) -> None:
    """Exchange two payloads in the bucket."""
    names = _object(cloud, key), _object(cloud, other)
    ours, theirs = map(cloud.bucket.read, names)
    cloud.bucket.write(names[0], theirs)
    cloud.bucket.write(names[1], ours)


def lose_payload(cloud: Cloud, key: BlockKey, _other: BlockKey) -> None:
    """Take the payload out of the item."""
    item = item_of(cloud, key)
    del item["data"]
    replace_item(cloud, key, item)


def cut_payload(cloud: Cloud, key: BlockKey, _other: BlockKey) -> None:
    """Leave half of the payload in the item."""
    payload = item_of(cloud, key)["data"]
    set_item(cloud, key, data=payload[: len(payload) // 2])


def flip_payload(cloud: Cloud, key: BlockKey, _other: BlockKey) -> None:
    """Flip a bit of the payload in the item."""
    payload = bytearray(item_of(cloud, key)["data"])
    payload[len(payload) // 2] ^= 1
    set_item(cloud, key, data=bytes(payload))


def take_payload(cloud: Cloud, key: BlockKey, other: BlockKey) -> None:
    """Put another block's payload into the item."""
    set_item(cloud, key, data=item_of(cloud, other)["data"])


def take_sealed_payload(cloud: Cloud, key: BlockKey, other: BlockKey) -> None:
    """Put another block's payload into the item, with the seal that was written beside it."""
    theirs = item_of(cloud, other)
    set_item(cloud, key, data=theirs["data"], seal=theirs["seal"], rows=theirs["rows"])


def take_item(cloud: Cloud, key: BlockKey, other: BlockKey) -> None:
    """Copy another block's whole item."""
    ours, theirs = item_of(cloud, key), item_of(cloud, other)
    names = ("series", "code")
    replace_item(cloud, key, theirs | {name: ours[name] for name in names})


def claim_days(cloud: Cloud, key: BlockKey, _other: BlockKey) -> None:
    """Have the item claim another day than it has a row of."""
    present = int.from_bytes(item_of(cloud, key)["present"], "little")
    moved = present ^ (present & -present) | 1 << present.bit_length()
    set_item(cloud, key, present=moved.to_bytes(64, "little").rstrip(b"\0"))


OF_OBJECTS: dict[Harm, Damage] = {
    lose_object: Damage.LOST,
    cut_object: Damage.BROKEN,
    flip_object: Damage.BROKEN,
    swap_objects: Damage.FOREIGN,
}
"""What is done to payloads in the bucket, and what it is found to be."""

BROKEN_ITEMS: dict[Harm, Damage] = {
    lose_payload: Damage.LOST,
    cut_payload: Damage.BROKEN,
    flip_payload: Damage.BROKEN,
}
WRONG_ITEMS: dict[Harm, Damage] = {
    take_payload: Damage.FOREIGN,
    take_sealed_payload: Damage.FOREIGN,
    take_item: Damage.FOREIGN,
    claim_days: Damage.CONTRADICTORY,
}
"""What is done to payloads in items, another code's of the same part among it."""
