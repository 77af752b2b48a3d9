"""The stand-in as a process: `python -m tests.standin.baostock --port 10030`."""

import argparse
import sys
import threading
from datetime import datetime
from pathlib import Path

from marketdata.catalog.calendar import SHANGHAI

from .market import market_of_files, synthetic_market
from .server import BaoStockServer


def main() -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(prog="python -m tests.standin.baostock", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=10030, help="0 takes any free one")
    parser.add_argument("--market", type=Path, help="a folder of CSV files; else it is synthetic")
    parser.add_argument("--replay", type=Path, help="a folder of captured exchanges")
    parser.add_argument("--faults", type=Path, help="a JSON file, which may change at any time")
    parser.add_argument("--log", type=Path, help="a file to which lines of JSON are added")
    parser.add_argument("--now", type=datetime.fromisoformat, help="where its clock stands")
    given = parser.parse_args()

    def now() -> datetime:
        moment: datetime | None = given.now
        return moment.replace(tzinfo=SHANGHAI) if moment else datetime.now(SHANGHAI)

    market = market_of_files(given.market, now) if given.market else synthetic_market(now)
    server = BaoStockServer(
        market,
        file=given.faults,
        replay=given.replay,
        log=given.log,
        host=given.host,
        port=given.port,
    )
    with server:
        sys.stdout.write(f"listening on {server.address}\n")
        sys.stdout.flush()
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            return


main()
