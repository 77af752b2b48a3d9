"""A worker: one peer in its own process, `python -m bench.worker PEER FOLDER`.

Each line of standard input is an order, answered by one line: `{"build": table, "codes": […]}`
makes the peer's files, `{"ask": question, "times": n}` returns the CPU and wall milliseconds of n
answers, and `{"ask": question, "into": path}` writes the answer to a file.
"""

import importlib
import json
import os
import sys
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

from bench.clock import once
from bench.market import Market
from bench.peers import Peer
from bench.questions import Question


def main(name: str, folder: Path) -> None:
    """Serve orders until standard input ends."""
    # Neither access lines nor output of libraries may get between the answers.
    answers = sys.stdout
    with Path(os.devnull).open("w") as nowhere, redirect_stdout(nowhere):
        peer: Peer = importlib.import_module(f"bench.peers.{name}").make(folder / name)
        for line in sys.stdin:
            print(json.dumps(_obey(peer, folder, json.loads(line))), file=answers, flush=True)


def _obey(peer: Peer, folder: Path, order: dict[str, Any]) -> Any:
    if "build" in order:
        market = Market.open(folder / "data" / order["build"])
        wanted = set(order["codes"])
        peer.build(order["build"], market, [market.codes.index(code) for code in sorted(wanted)])
        return True
    question = Question.parse(order["ask"])
    if "into" in order:
        Path(order["into"]).write_bytes(peer.read(question))
        return True
    return [once(lambda: peer.read(question)) for _ in range(order["times"])]


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
