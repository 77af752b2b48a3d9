"""Detecting: the whole function `detect_missing`, compared with the queries that it needs.

`python -m bench.detecting PARTS…` runs in the environment of `bench.runtime.surroundings`; the
endpoint has the task, the catalog and the coverage of the whole market.
"""

import json
import sys
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from bench.clock import in_turns, least
from bench.contents import Contents, add_catalog
from bench.counting import counted
from bench.runtime import MARKET, Function
from marketdata.aws.clients import client
from marketdata.blocks.dataset import Kind, Period
from marketdata.blocks.store import INDEXED
from marketdata.tasks.scope import Scope
from marketdata.tasks.task import TaskKind, new_task, record_key

CODES = (1000, 5448, 10896)
"""Each is detected over a year, and the middle one, the whole market, over all of `YEARS`."""
YEARS = (1, 5, 13)
ROUNDS, FEWEST = 9, 3
"""Rounds for one part; with more parts there are fewer, but not fewer than that."""
TASK = 1


def prepare(contents: Contents, codes: int, start: str, end: str) -> None:
    """Store the task and its catalog; `bench.contents.cover` stores the coverage."""
    scope = Scope(Kind.STOCK, Period.DAILY, start, end)
    task = new_task(TASK, TaskKind.DETECT, scope, "admin", request="-")
    contents.items["tasks", record_key(TASK)] = task.to_item()
    add_catalog(contents, (f"{number:06}.SH" for number in range(codes)))


def main(parts: Sequence[str]) -> dict[str, Any]:
    """Measure warm calls over some parts, in turns with the floor."""
    function = Function("detect_missing")

    def detect(some: Sequence[str]) -> None:
        event = {"task_id": TASK, "attempt": 1, "group": 0, "parts": some}
        function.call(json.dumps(event).encode())

    # The catalog is loaded once, as in a warm environment.
    detect([])
    calls: dict[str, Callable[[], object]] = {"ours": partial(detect, parts), "floor": floor(parts)}
    requests = {name: counted(each)[1] for name, each in calls.items()}
    assert requests["ours"]["Query"] == requests["floor"]["Query"]
    rounds = max(FEWEST, ROUNDS // len(parts))
    # They are warm, since their requests have been counted.
    times = in_turns(calls, rounds, warm=0, summary=least)
    return {
        **{name: each._asdict() for name, each in times.items()},
        "requests": requests["ours"],
    }


def floor(parts: Sequence[str]) -> Callable[[], object]:
    """Return a call that reads the pages of the index with boto3 and does nothing with them."""
    names = {f"#{at}": name for at, name in enumerate(INDEXED)}
    pages = client("dynamodb").get_paginator("query")

    def ask() -> None:
        for part in parts:
            for _ in pages.paginate(
                TableName=MARKET,
                IndexName="coverage",
                KeyConditionExpression="#hash = :hash",
                ProjectionExpression=", ".join(names),
                ExpressionAttributeNames={"#hash": "series", **names},
                ExpressionAttributeValues={":hash": {"S": f"stock.daily#{part}"}},
            ):
                pass

    return ask


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1:])))
