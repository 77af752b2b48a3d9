"""All measurements, one after another, so that none disturbs another."""

import json
import os
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from bench import (
    asking,
    comparing,
    contents,
    detecting,
    growing,
    making,
    preparing,
    publishing,
    starting,
)
from bench.cost import read_units
from bench.filling import ATTEMPT, TASK, planned
from bench.market import Market
from bench.metering import Meter
from bench.peers import parquet
from bench.processes import PLACE, endpoint, gateway, run
from bench.questions import Question
from bench.reading import WITH_STATUS
from marketdata.blocks.dataset import Kind, Period
from marketdata.kline.bars import BarDataset
from marketdata.tasks.task import record_key

FILL_CODES = (300, making.CODES, 2 * making.CODES)
FILL_YEARS = (1, 5, 9, 13)
MEMORY = ((1, 1), (50, 1), (500, 1), (500, 8))
LAST_YEAR = 2025

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
        The figures by measurement, and the `seconds` of each; times are in milliseconds unless a
        name says otherwise.
    """
    raw: dict[str, Any] = {}
    seconds: dict[str, float] = {}

    def measure(name: str, step: Callable[[], Any]) -> Any:
        say(name)
        begun = time.monotonic()
        result = step()
        seconds[name] = round(time.monotonic() - begun, 1)
        return result

    questions = measure("the market", lambda: preparing.markets(real))
    measure("the peers' files", lambda: preparing.peers(questions))
    built = measure("the functions", lambda: run("bench.starting", "build"))
    with ExitStack() as stack:
        stored = measure("the store", lambda: _stored(questions))
        ports = {
            name: stack.enter_context(endpoint(_saved(kept, name))) for name, kept in stored.items()
        }
        made = ports["made"]
        raw["read_units"] = _read_units(stored["made"], questions)
        steps: dict[str, Callable[[], Any]] = {
            "read": lambda: _read(questions, made),
            "peers": lambda: _peers(questions, ports),
            "fill": lambda: run("bench.filling", preparing.DATA, port=made),
            "starts": lambda: _starts(built, questions, made),
        }
        for name, step in steps.items():
            raw[name] = measure(name, step)
    raw["members"] = raw["read"].pop("members")
    more: dict[str, Callable[[], Any]] = {
        "parquet_bytes": lambda: _parquet_bytes(questions[0]),
        "store": lambda: run("bench.storing", preparing.DATA),
        "detect": _detect,
        "printing": lambda: run("bench.printing"),
        "publish": _publish,
        "growth_read": _growth_read,
        "growth_fill": _growth_fill,
        "chart": lambda: run("bench.charting"),
    }
    for name, step in more.items():
        raw[name] = measure(name, step)
    return raw | {"seconds": seconds}


def _market(question: Question) -> Market:
    return Market.open(preparing.DATA / question.table)


def _dataset(question: Question) -> BarDataset:
    return BarDataset(Kind.STOCK, Period(question.period))


def _stored(questions: Sequence[Question]) -> dict[str, Meter]:
    """Store the blocks of all questions, and what else the measurements read, by market."""
    return {
        market: _contents(market, questions)
        for market in dict.fromkeys(each.market for each in questions)
    }


def _contents(market: str, questions: Sequence[Question]) -> Meter:
    kept, codes = Meter(), set[str]()
    for question in (each for each in questions if each.market == market):
        bars = _market(question)
        codes |= set(bars.codes)
        rows = [bars.codes.index(code) for code in question.codes]
        contents.fill(kept, _dataset(question), bars, rows, start=question.start, end=question.end)
        if question.name == WITH_STATUS:
            contents.fill_status(kept, bars, rows, question.start, question.end)
    contents.add_members(kept, sorted(codes))
    others = starting.securities()
    contents.add_catalog(kept, codes - {each.code for each in others}, others)
    starting.prepare(kept)
    # The task to which the batches of the fill belong.
    kept.items["tasks", record_key(TASK)] = {
        "status": "running",
        "task_id": TASK,
        "attempt": ATTEMPT,
    }
    return kept


def _saved(kept: contents.Contents, name: str) -> Path:
    path = PLACE / f"{name}.contents"
    kept.save(path)
    return path


def _read_units(kept: Meter, questions: Sequence[Question]) -> dict[str, float]:
    return {
        each.name: read_units(kept, _dataset(each), each.codes, (each.start, each.end))
        for each in questions
        if each.market == "made"
    }


def _read(questions: Sequence[Question], port: int) -> Any:
    made = [question.fields() for question in questions if question.market == "made"]
    return run("bench.reading", json.dumps(made), port=port)


def _peers(questions: Sequence[Question], ports: dict[str, int]) -> dict[str, Any]:
    found = comparing.compare(questions, ports)
    return {
        question: {peer: times._asdict() for peer, times in by_peer.items()}
        for question, by_peer in found.items()
    }


def _starts(built: str, questions: Sequence[Question], port: int) -> Any:
    common = next(each for each in questions if each.name == "1x1m")
    uv = os.environ.get("UV", "uv")
    return run("bench.starting", "measure", uv, built, json.dumps(common.fields()), port=port)


def _parquet_bytes(question: Question) -> int:
    return parquet.size(_market(question), question)


def _detect() -> list[dict[str, Any]]:
    """Measure one year of more and more codes, and the whole market over more and more years."""
    market = Market.open(preparing.DATA / "made_daily")
    found = []
    for codes in detecting.CODES:
        lengths = detecting.YEARS if codes == making.CODES else detecting.YEARS[:1]
        kept = contents.Contents()
        contents.cover(kept, market, codes, _last_years(max(lengths)))
        detecting.prepare(kept, codes, market.days[0], market.days[-1])
        with endpoint(_saved(kept, "detect")) as port:
            for years in lengths:
                measured = run("bench.detecting", *_last_years(years), port=port)
                found.append({"codes": codes, "years": years, **measured})
    return found


def _publish() -> dict[str, Any]:
    """Measure publishing a year of the whole market, and the answer for one of its days."""
    folder = PLACE / "published"
    folder.mkdir(exist_ok=True)
    kept = publishing.prepare(Market.open(preparing.DATA / "made_daily"), folder)
    found = {}
    for what, name in (("publish", "stored"), ("day", "published")):
        with endpoint(_saved(kept[name], name)) as port:
            found[what] = run("bench.publishing", what, folder, port=port)
            if name == "published":
                with gateway(port) as front:
                    found["mirror"] = run("bench.mirroring", front)
    return found


def _last_years(count: int) -> list[str]:
    return [str(LAST_YEAR - count + number) for number in range(1, count + 1)]


def _growth_read() -> dict[str, Any]:
    market = Market.open(preparing.DATA / "made_daily")
    rows = market.spread(growing.MOST_CODES)
    codes = [market.codes[at] for at in rows]
    kept = contents.Contents()
    contents.fill(kept, BarDataset(Kind.STOCK, Period.DAILY), market, rows)
    contents.add_catalog(kept, market.codes)
    with endpoint(_saved(kept, "growth")) as port:
        named = ",".join(codes)
        found = {
            "answers": run("bench.growing", "read", named, port=port),
            "memory": [run("bench.growing", "memory", named, *size, port=port) for size in MEMORY],
        }
        with gateway(port) as front:
            wanted = ",".join(codes[: asking.CODES])
            client = {
                what: run("bench.asking", what, front, wanted) for what in ("frame", "portions")
            }
        return found | {"client": client}


def _growth_fill() -> list[dict[str, float]]:
    sizes = dict.fromkeys(
        [(codes, 1) for codes in FILL_CODES] + [(making.CODES, years) for years in FILL_YEARS]
    )
    found = [
        {"years": years} | planned(codes, f"{LAST_YEAR - years + 1}0101", f"{LAST_YEAR}1231")
        for codes, years in sizes
    ]
    day = f"{LAST_YEAR}1231"
    return [{"years": 0} | planned(making.CODES, day, day), *found]
