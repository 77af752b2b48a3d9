"""Growth: how reading grows with codes and years, until an answer no longer fits.

`python -m bench.growing read CODES` and `… memory CODES COUNT YEARS` run in the environment of
`bench.runtime.surroundings`; CODES are comma-separated.
"""

import json
import sys
from collections.abc import Callable
from functools import partial
from itertools import product
from typing import Any

from bench.clock import Times, middle, once, peak_mib
from bench.counting import counted
from bench.runtime import ZSTD, Answered, Function, get_event

CODES = (1, 10, 50, 100, 200, 300, 500)
YEARS = (1, 5, 9, 13)
LAST_YEAR = 2025
MOST_CODES = CODES[-1]
CLIENTS = {"gzip": "gzip", "zstd": ZSTD}
TOO_LARGE = (500, 2)
"""Codes and years that fit into no response of Lambda."""
SECONDS, MOST_ROUNDS = 0.3, 12


def query(codes: list[str], count: int, years: int) -> dict[str, str]:
    """Return the query for the last `years` years of the first `count` codes."""
    start = LAST_YEAR - years + 1
    return {
        "codes": ",".join(codes[:count]),
        "start_date": f"{start}0101",
        "end_date": f"{LAST_YEAR}1231",
    }


def read(codes: list[str]) -> list[dict[str, Any]]:
    """Measure answers of many sizes, each for a client with zstd and one without."""
    function = Function("stock")
    sizes = {(count, 1) for count in CODES}
    sizes |= {(count, years) for count in (1, 50) for years in YEARS}
    sizes.add(TOO_LARGE)
    # The catalog's request belongs to no answer.
    function.call(get_event("/stock/kline", query(codes, 1, 1)))
    found = []
    for (count, years), (client, accepted) in product(sorted(sizes), CLIENTS.items()):
        event = get_event("/stock/kline", query(codes, count, years), accepted)
        call = partial(function.call, event)
        response, requests = counted(call)
        answer = Answered(response)
        asked = {"codes": count, "years": years, "client": client}
        form = {"status": answer.status, "encoding": answer.encoding}
        sent = {**form, "bytes": len(response.encode())}
        found.append({**asked, **_for_a_while(call)._asdict(), **sent, "requests": requests})
    return found


def _for_a_while(call: Callable[[], object]) -> Times:
    times = [once(call)]
    while sum(each.wall_ms for each in times) < 1e3 * SECONDS and len(times) < MOST_ROUNDS:
        times.append(once(call))
    return middle(times)


def memory(codes: list[str], count: int, years: int) -> dict[str, float]:
    """Answer once, and return the peak memory of the process and the time of the call."""
    function = Function("stock")
    event = get_event("/stock/kline", query(codes, count, years), "gzip")
    first = once(lambda: function.call(event))
    return {"codes": count, "years": years, "peak_mib": peak_mib(), **first._asdict()}


if __name__ == "__main__":
    what, names, *numbers = sys.argv[1:]
    if what == "read":
        print(json.dumps(read(names.split(","))))
    else:
        print(json.dumps(memory(names.split(","), *map(int, numbers))))
