"""The client: a large question as a frame, beside Parquet; and portion by portion, in its memory.

`python -m bench.asking frame PORT CODES` and `… portions PORT CODES` ask a `bench.gateway`; CODES
are comma-separated.
"""

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from amazingdata_client import Client, Token

from bench.clock import in_turns, least, peak_mib

CODES, YEARS = 291, 10
DAYS = ("20160101", "20251231")
ROUNDS = 4
FOREVER = 9e9


def frame(client: Client, codes: list[str]) -> dict[str, Any]:
    """Measure the question, in turns with pandas, which reads the same rows from one file."""
    import pandas as pd  # noqa: PLC0415  portions are measured without it

    def asked() -> pd.DataFrame:
        return client.kline(codes, *DAYS).require_complete().to_pandas()

    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "bars.parquet"
        bars = asked()
        bars.to_parquet(path)
        pd.testing.assert_frame_equal(pd.read_parquet(path), bars)
        times = in_turns(
            {"client": asked, "parquet": lambda: pd.read_parquet(path)},
            ROUNDS,
            warm=1,
            summary=least,
        )
    return {"rows": len(bars), **{name: each._asdict() for name, each in times.items()}}


def portions(client: Client, codes: list[str]) -> dict[str, Any]:
    """Make a frame of each portion, and return the peak memory of this process."""
    taken = [len(each.to_pandas()) for each in client.iter_klines(codes, *DAYS)]
    return {"rows": sum(taken), "portions": len(taken), "peak_mib": peak_mib()}


def main(what: str, port: str, names: str) -> dict[str, Any]:
    """Measure one of the two."""
    token = Token("token", FOREVER, FOREVER)
    with Client(f"http://127.0.0.1:{port}/api/v1", token=token) as client:
        return (frame if what == "frame" else portions)(client, names.split(","))


if __name__ == "__main__":
    print(json.dumps(main(*sys.argv[1:])))
