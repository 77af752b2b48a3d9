"""Moments, which people read in the time of Beijing. Pure."""

from datetime import datetime
from typing import TypeVar

from amazingdata_client.cli.days import SHANGHAI

V = TypeVar("V")
_SHORTEST = len("2024-01-31T09:00:00Z")
_T = 10
"""Where a moment has its T."""


def in_beijing(value: V) -> V | str:
    """Return an ISO 8601 moment with a zone as the time in Beijing; anything else as it is."""
    if not isinstance(value, str) or len(value) < _SHORTEST or value[_T] != "T":
        return value
    try:
        moment = datetime.fromisoformat(value.replace("Z", "+00:00"))
    except ValueError:
        return value
    return f"{moment.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}" if moment.tzinfo else value
