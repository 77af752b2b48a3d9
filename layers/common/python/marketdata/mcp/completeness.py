"""What an answer says of the rows that it lacks, in few words. Pure.

It is stricter than the API's `meta`, since an agent may read one word only: `complete` is also
false if a code is unknown, if days that were asked for are still to come, or if the source does not
have the days or the data at all.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from marketdata.mcp.texts import NAME_CHARACTERS, cleaned

MOST_RANGES = 40
"""The ranges of days that are named, of all codes together, of each kind."""
MOST_CODES = 20

NOT_THERE = ("not_covered", "before_coverage")
"""Days that the source does not have, of a code that was traded then."""


def told_of(meta: Mapping[str, Any]) -> dict[str, Any]:
    """Return `complete`, `missing`, and whatever else there is to say of what is not there.

    Parameters
    ----------
    meta : mapping
        The `meta` of the API's answer to the same question.
    """
    outside = {
        code: [[each["from"], each["to"], each["reason"]] for each in found]
        for code, found in meta.get("outside", {}).items()
    }
    not_there = any(why in NOT_THERE for found in outside.values() for _, _, why in found)
    unknown, bare = meta.get("unknown_codes", ()), meta.get("not_covered", ())
    pending = meta.get("pending", ())
    said: dict[str, Any] = {
        "complete": bool(meta["complete"]) and not (not_there or unknown or bare or pending),
        "missing": meta.get("missing", {}),
        "unconfirmed": meta.get("unconfirmed", {}),
        "unknown_sessions": meta.get("unknown_sessions", {}),
        "announced_later": {
            code: [[period, period] for period in found]
            for code, found in meta.get("announced_later", {}).items()
        },
        "no_main": meta.get("no_main", {}),
        "computed": meta.get("computed", {}),
        "outside": outside,
        "pending": {"": pending},
    }
    named = {
        name: _cut(value) if isinstance(value, dict) else value for name, value in said.items()
    }
    named["pending"] = named["pending"].get("", ())
    named |= {
        "short": {code: len(days) for code, days in meta.get("short", {}).items()},
        "absent": {
            code: dict(Counter(each["reason"] for each in found))
            for code, found in meta.get("absent", {}).items()
        },
        "unknown_codes": as_told(unknown),
        "not_covered": list(bare)[:MOST_CODES],
        "unfinished": meta.get("unfinished", ()),
        "computed_from": meta.get("computed_from", ""),
    }
    kept = {
        name: value for name, value in named.items() if value or name in {"complete", "missing"}
    }
    return kept | {"upstream": meta["upstream"]}


def as_told(codes: Sequence[str]) -> list[str]:
    """Return codes as an agent wrote them, without what cannot be seen."""
    return [cleaned(code, NAME_CHARACTERS) for code in codes[:MOST_CODES]]


def _cut(ranges: Mapping[str, Sequence[Sequence[str]]]) -> dict[str, Any]:
    """Return the first ranges of each code; "…" stands for those that are left out."""
    each = max(1, MOST_RANGES // max(1, len(ranges)))
    return {
        code: [*found[:each], *(["…"] if len(found) > each else [])]
        for code, found in ranges.items()
        if found
    }
