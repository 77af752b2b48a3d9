"""Detecting: the whole function `detect_missing`, with the coverage of the whole market.

`python -m bench.detecting PARTS…` runs in the environment of `bench.runtime.surroundings`; the
endpoint has the task, the catalog and the coverage.
"""

import json
import sys
from collections.abc import Sequence
from typing import Any

from bench.clock import least, once
from bench.contents import Contents, catalog
from bench.reading import requests
from bench.runtime import Function
from marketdata.blocks.dataset import Kind, Period
from marketdata.catalog.catalog_store import CatalogStore
from marketdata.tasks.scope import Scope
from marketdata.tasks.task import TaskKind, new_task, record_key

ROUNDS = 9
"""Rounds for one part; with more parts there are fewer."""
TASK = 1


def prepare(contents: Contents, codes: int, start: str, end: str) -> None:
    """Store the task and its catalog; `bench.contents.cover` stores the coverage."""
    scope = Scope(Kind.STOCK, Period.DAILY, start, end)
    task = new_task(TASK, TaskKind.DETECT, scope, "admin", request="-")
    contents.items["tasks", record_key(TASK)] = task.to_item()
    CatalogStore(contents.store, lambda: None).save(
        catalog(f"{number:06}.SH" for number in range(codes))
    )


def main(parts: Sequence[str]) -> dict[str, Any]:
    """Measure one warm call over some parts."""
    function = Function("detect_missing")
    event = json.dumps({"task_id": TASK, "attempt": 1, "group": 0, "parts": parts}).encode()

    def call() -> None:
        function.call(event)

    call()
    times = least([once(call) for _ in range(max(3, ROUNDS // len(parts)))])
    return {**times._asdict(), "requests": requests(call)}


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1:])))
