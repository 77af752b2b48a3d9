"""What is known of a block's days, as attributes of its item."""

import time

from marketdata.aws.tables import Item
from marketdata.kline.coverage import Coverage, from_bytes, to_bytes

BIT_SETS = ("present", "absent", "suspended", "no_trade", "short", "close_outside", "rejected")
MARKS = (*BIT_SETS, "rejected_until")
"""All attributes that this module writes."""

INDEXED = ("code", "rows", "present", "absent", "suspended", "no_trade")
"""What the index is asked for: boto3 takes most of a whole market's time to read what it gets."""

REJECTED_SECONDS = 6 * 3600
"""So long reads do not ask again for days whose bars could not be used: what was wrong a moment ago
is wrong still, and each question costs seconds and the account's traffic. Tasks do ask."""


def attributes_of(coverage: Coverage) -> Item:
    """Give the attributes to be written; a rejection counts from now on."""
    bits = {name: getattr(coverage, name) for name in BIT_SETS}
    written: Item = {name: to_bytes(value) for name, value in bits.items() if value}
    if coverage.rejected:
        written["rejected_until"] = int(time.time()) + REJECTED_SECONDS
    return written


def coverage_of(item: Item) -> Coverage:
    """Read what `attributes_of` wrote; a rejection of long ago is forgotten."""
    bits = {name: from_bytes(item[name]) for name in BIT_SETS if name in item}
    if "rejected" in bits and item["rejected_until"] < time.time():
        del bits["rejected"]
    return Coverage(**bits)
