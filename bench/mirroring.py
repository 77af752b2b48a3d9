"""A mirror of the whole market: made for the first time, and read instead of asking for bars.

`python -m bench.mirroring PORT` asks a `bench.gateway` in front of what `bench.publishing.prepare`
has published.
"""

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from amazingdata_client import Client, Token

from bench.clock import in_turns, least
from bench.publishing import DATASET, YEAR

ROUNDS = 3
FOREVER = 9e9


def main(port: int) -> dict[str, Any]:
    """Measure both, in turns with curl, and with the client's own questions for the same bars."""
    token = Token("token", FOREVER, FOREVER)
    with (
        tempfile.TemporaryDirectory() as scratch,
        Client(f"http://127.0.0.1:{port}/api/v1", token=token) as client,
    ):
        kept = client.mirror(Path(scratch) / "kept")
        kept.sync()
        codes = kept.scan(DATASET.name).select("code").unique().collect()["code"].sort().to_list()
        times = in_turns(
            {
                "mirror": lambda: _mirrored(client, Path(scratch) / "new"),
                "curl": lambda: _fetched(client, Path(scratch) / "curl"),
                "scan": lambda: kept.scan(DATASET.name).collect(),
                "klines": lambda: client.kline(codes, f"{YEAR}0101", f"{YEAR}1231").to_polars(),
            },
            ROUNDS,
            warm=1,
            summary=least,
        )
        files = client.exports().items
    return {
        "years": len(files),
        "bytes": sum(each.bytes for each in files),
        "codes": len(codes),
        **{name: each._asdict() for name, each in times.items()},
    }


def _mirrored(client: Client, folder: Path) -> None:
    client.mirror(folder).sync()
    shutil.rmtree(folder)


def _fetched(client: Client, folder: Path) -> None:
    """Have curl fetch the same files, from links that are asked for one after another."""
    folder.mkdir()
    command = ["curl", "--silent", "--fail"]
    for at, each in enumerate(client.exports().items):
        command += ["--output", str(folder / str(at))]
        command.append(client.export_link(each.dataset, each.part).location)
    subprocess.run(command, check=True)
    shutil.rmtree(folder)


if __name__ == "__main__":
    print(json.dumps(main(int(sys.argv[1]))))
