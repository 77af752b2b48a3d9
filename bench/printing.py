"""Printing rows: the command line's lines for pipes, beside the same rows as CSV.

`python -m bench.printing` prints the times of a year of 240 codes.
"""

import json
import os
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

from amazingdata_client.cli.output import print_table
from amazingdata_client.cli.rows import write_csv

from bench.clock import in_turns, least

CODES, DAYS = 240, 241
ROUNDS = 5


def main() -> dict[str, Any]:
    """Measure both, in turns, into nowhere."""
    rows = [
        {
            "code": f"{600000 + code}.SH",
            "trade_date": str(20240101 + day),
            **dict.fromkeys(("open", "high", "low", "close"), 9.11 + day / 100),
            "volume": 123_456 * day,
            "amount": 915_123.25 * day,
        }
        for code in range(CODES)
        for day in range(DAYS)
    ]
    with Path(os.devnull).open("w") as nowhere, redirect_stdout(nowhere):
        times = in_turns(
            {
                "csv": lambda: write_csv(rows, (), nowhere),
                "pipe": lambda: print_table(rows),
            },
            ROUNDS,
            warm=1,
            summary=least,
        )
    return {"rows": len(rows), **{name: each._asdict() for name, each in times.items()}}


if __name__ == "__main__":
    print(json.dumps(main()))
