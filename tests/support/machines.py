"""The state machines' definitions, as the tests read them."""

from collections.abc import Iterator
from typing import Any


def states(machine: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Give every state by name, those inside Maps too."""
    for name, state in machine["States"].items():
        yield name, state
        if "ItemProcessor" in state:
            yield from states(state["ItemProcessor"])
