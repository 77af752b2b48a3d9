"""Where rows go that must not be stored."""

from typing import Any, Protocol


class QuarantineObjects(Protocol):
    """Where bars go that must not be stored."""

    def write_json(self, key: str, value: Any) -> None: ...
