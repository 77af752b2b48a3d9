"""All measurements, one after another, so that none disturbs another."""

import json
import os
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from bench import calling, comparing, contents, detecting, growing, preparing
from bench.filling import ATTEMPT, TASK, planned
from bench.market import Market
from bench.peers import parquet
from bench.processes import PLACE, endpoint, run
from bench.questions import Question
from marketdata.blocks.dataset import Kind, Period
from marketdata.kline.bars import BarDataset
from marketdata.tasks.task import record_key

DETECT_CODES = (1000, 2724, 5448, 10896)
DETECT_YEARS = (1, 4, 7, 10, 13)
FILL_CODES = (300, 1000, 2724, 5448, 10896)
FILL_YEARS = (1, 3, 5, 7, 9, 11, 13)
MEMORY = ((1, 1), (50, 1), (500, 1), (500, 4), (500, 8))
MARKET_CODES, LAST_YEAR = 5448, 2025

_START = time.monotonic()


def say(text: str) -> None:
    """Print what is being done, with the seconds since the start."""
    print(f"[{time.monotonic() - _START:5.0f} s] {text}", flush=True)


def everything(real: Path | None) -> dict[str, Any]:
    """Prepare and measure everything.

    Parameters
    ----------
    real : Path or None
        A folder with real bars in the layout of the `files` source.

    Returns
    -------
    dict
        The figures by measurement; times are in milliseconds unless a name says otherwise.
    """
    say("the market")
    questions = preparing.markets(real)
    say("the peers' files")
    preparing.peers(questions)
    raw: dict[str, Any] = {}
    with ExitStack() as stack:
        ports = {
            name: stack.enter_context(endpoint(_contents(name, questions)))
            for name in dict.fromkeys(each.market for each in questions)
        }
        steps: dict[str, Callable[[], Any]] = {
            "read": lambda: _read(questions, ports["made"]),
            "peers": lambda: _peers(questions, ports),
            "growth_callers": lambda: calling.many(questions[0], ports["made"]),
            "fill": lambda: run("bench.filling", preparing.DATA, port=ports["made"]),
        }
        for name, step in steps.items():
            say(name)
            raw[name] = step()
    more: dict[str, Callable[[], Any]] = {
        "parquet_bytes": lambda: _parquet_bytes(questions[0]),
        "store": lambda: run("bench.storing", preparing.DATA),
        "imports": lambda: run("bench.importing", os.environ.get("UV", "uv")),
        "detect": _detect,
        "growth_read": _growth_read,
        "growth_fill": _growth_fill,
    }
    for name, step in more.items():
        say(name)
        raw[name] = step()
    return raw


def _market(question: Question) -> Market:
    return Market.open(preparing.DATA / question.table)


def _contents(market: str, questions: Sequence[Question]) -> Path:
    """Store the blocks of all questions about a market, and a catalog with all its codes."""
    kept, codes = contents.Contents(), set[str]()
    for question in (each for each in questions if each.market == market):
        bars = _market(question)
        codes |= set(bars.codes)
        dataset = BarDataset(Kind.STOCK, Period(question.period))
        rows = [bars.codes.index(code) for code in question.codes]
        contents.fill(kept, dataset, bars, rows, start=question.start, end=question.end)
    contents.add_catalog(kept, codes)
    # The task to which the batches of the fill belong.
    kept.items["tasks", record_key(TASK)] = {
        "status": "running",
        "task_id": TASK,
        "attempt": ATTEMPT,
    }
    return _saved(kept, market)


def _saved(kept: contents.Contents, name: str) -> Path:
    path = PLACE / f"{name}.contents"
    kept.save(path)
    return path


def _read(questions: Sequence[Question], port: int) -> Any:
    made = [question.fields() for question in questions if question.market == "made"]
    return run("bench.reading", json.dumps(made), port=port)


def _peers(questions: Sequence[Question], ports: dict[str, int]) -> dict[str, Any]:
    found = comparing.compare(questions, ports)
    return {
        question: {peer: times._asdict() for peer, times in by_peer.items()}
        for question, by_peer in found.items()
    }


def _parquet_bytes(question: Question) -> int:
    return parquet.size(_market(question), question)


def _detect() -> list[dict[str, Any]]:
    """Measure the whole market over more and more years, and one year of more and more codes."""
    market = Market.open(preparing.DATA / "made_daily")
    found = []
    for codes in DETECT_CODES:
        kept = contents.Contents()
        contents.cover(kept, market, codes)
        detecting.prepare(kept, codes, market.days[0], market.days[-1])
        with endpoint(_saved(kept, "detect")) as port:
            for years in DETECT_YEARS if codes == MARKET_CODES else (1,):
                parts = range(LAST_YEAR - years + 1, LAST_YEAR + 1)
                measured = run("bench.detecting", *parts, port=port)
                found.append({"codes": codes, "years": years, **measured})
    return found


def _growth_read() -> dict[str, Any]:
    market = Market.open(preparing.DATA / "made_daily")
    rows = market.spread(growing.MOST_CODES)
    codes = [market.codes[at] for at in rows]
    kept = contents.Contents()
    contents.fill(kept, BarDataset(Kind.STOCK, Period.DAILY), market, rows)
    contents.add_catalog(kept, market.codes)
    with endpoint(_saved(kept, "growth")) as port:
        named = ",".join(codes)
        return {
            "answers": run("bench.growing", "read", named, port=port),
            "memory": [run("bench.growing", "memory", named, *size, port=port) for size in MEMORY],
        }


def _growth_fill() -> list[dict[str, float]]:
    sizes = [(codes, 1) for codes in FILL_CODES] + [(MARKET_CODES, years) for years in FILL_YEARS]
    found = [
        {"years": years} | planned(codes, f"{LAST_YEAR - years + 1}0101", f"{LAST_YEAR}1231")
        for codes, years in sizes
    ]
    day = f"{LAST_YEAR}1231"
    return [{"years": 0} | planned(MARKET_CODES, day, day), *found]
