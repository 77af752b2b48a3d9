"""A soak: `python -m local.soak`, what `make soak` calls beside a running `make run`.

It asks a local cloud for the same mix again and again, at a fixed rate whatever the answers take,
and compares the end with the start: latency, memory and disk as ratios. 1.0 is no drift.
"""

import argparse
import asyncio
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from statistics import mean, median, quantiles

import httpx

from local import bootstrap

EDGE = 0.1
"""The part of the time that is called the start, and the end."""
SAMPLE_SECONDS = 2.0
_RANGE = "start_date=20240101&end_date=20241231"
READS = (
    f"/stock/kline?codes=600000.SH&{_RANGE}",
    f"/stock/kline?codes=600000.SH,000001.SZ&adjust=forward&{_RANGE}",
    f"/base/calendar?market=SH&{_RANGE}",
    "/base/codes?security_type=EXTRA_STOCK_A",
    "/base/securities?q=60",
    "/cache/tasks",
    "/auth/me",
)
FILL = {"security_type": "stock", "codes": ["600000.SH"], "recheck_absent": True}
FILL_EVERY = 100
"""Requests; each of these is a fill, so that tasks, executions and logs grow too."""


@dataclass
class Soak:
    """What a soak has seen.

    Attributes
    ----------
    latencies : list of (float, float)
        When each request was sent, and how long it took, in seconds.
    sizes : list of (float, float, float)
        When memory and disk were measured, and both, in MB.
    answers : Counter
        How often each status came, or each error.
    """

    seconds: float
    latencies: list[tuple[float, float]] = field(default_factory=list)
    sizes: list[tuple[float, float, float]] = field(default_factory=list)
    answers: Counter[str] = field(default_factory=Counter)

    def report(self) -> str:
        """Return the end beside the start, a line for each measure."""
        lines = [f"{'':<16}{'start':>10}{'end':>10}{'end/start':>11}"]
        for name, start, end in self.measures():
            lines.append(f"{name:<16}{start:>10.1f}{end:>10.1f}{end / start:>11.2f}")
        answers = ", ".join(f"{times} × {name}" for name, times in self.answers.most_common())
        return "\n".join([*lines, f"answers: {answers}"])

    def measures(self) -> list[tuple[str, float, float]]:
        """Return each measure's name, and its value at the start and at the end."""
        first, last = self._edges([(at, 1000 * each) for at, each in self.latencies])
        memory = self._edges([(at, each) for at, each, _ in self.sizes])
        disk = self._edges([(at, each) for at, _, each in self.sizes])
        return [
            ("median, ms", median(first), median(last)),
            ("95th, ms", quantiles(first, n=20)[-1], quantiles(last, n=20)[-1]),
            ("memory, MB", mean(memory[0]), mean(memory[1])),
            ("disk, MB", mean(disk[0]), mean(disk[1])),
        ]

    @property
    def failed(self) -> int:
        """How many requests got no 2xx."""
        return sum(times for name, times in self.answers.items() if not name.startswith("2"))

    def _edges(self, values: Sequence[tuple[float, float]]) -> tuple[list[float], list[float]]:
        edge = EDGE * self.seconds
        first = [value for at, value in values if at <= edge]
        return first, [value for at, value in values if at >= self.seconds - edge]


async def soak(url: str, state: Path, seconds: float, rate: float) -> Soak:
    """Ask a local cloud `rate` times a second for some time."""
    seen = Soak(seconds)
    limits = httpx.Limits(max_connections=None)
    async with httpx.AsyncClient(base_url=url, timeout=60, limits=limits) as client:
        login = {"username": bootstrap.USERNAME, "password": bootstrap.PASSWORD}
        answer = (await client.post("/auth/login", json=login)).raise_for_status()
        client.headers["Authorization"] = f"Bearer {answer.json()['data']['access_token']}"
        for path in READS:
            await client.get(path)  # a cold start is no drift
        began = time.monotonic()
        async with asyncio.TaskGroup() as group:
            group.create_task(_measure(seen, state, began))
            for number in count():
                await asyncio.sleep(max(0.0, began + number / rate - time.monotonic()))
                if time.monotonic() - began >= seconds:
                    break
                group.create_task(_ask(seen, client, number, began))
    return seen


async def _ask(seen: Soak, client: httpx.AsyncClient, number: int, began: float) -> None:
    sent = time.monotonic()
    try:
        if number % FILL_EVERY:
            answer = await client.get(READS[number % len(READS)])
        else:
            year = 2015 + number // FILL_EVERY % 10
            days = {"start_date": f"{year}0101", "end_date": f"{year}1231"}
            answer = await client.post("/cache/fill-missing", json=FILL | days)
        seen.answers[str(answer.status_code)] += 1
    except httpx.HTTPError as error:
        seen.answers[type(error).__name__] += 1
    seen.latencies.append((sent - began, time.monotonic() - sent))


async def _measure(seen: Soak, state: Path, began: float) -> None:
    groups = {int((state / name).read_text()) for name in ("run.pid", "cloud.pid")}
    while (at := time.monotonic() - began) < seen.seconds:
        memory, disk = await asyncio.gather(
            asyncio.to_thread(_memory, groups), asyncio.to_thread(_disk, state)
        )
        seen.sizes.append((at, memory, disk))
        await asyncio.sleep(SAMPLE_SECONDS)


def _memory(owners: set[int]) -> float:
    """Return the memory of processes and of the groups that they lead, in MB."""
    listed = subprocess.run(
        ["ps", "-axo", "pid=,pgid=,rss="], capture_output=True, text=True, check=True
    )
    rows = (tuple(map(int, line.split())) for line in listed.stdout.splitlines())
    return sum(rss for pid, group, rss in rows if {pid, group} & owners) / 1024


def _disk(state: Path) -> float:
    """Return what a state folder takes on the disk, in MB."""
    listed = subprocess.run(["du", "-sk", state], capture_output=True, text=True, check=False)
    return int(listed.stdout.split()[0]) / 1024


def main() -> int:
    """Soak; return 1 if a request failed."""
    parser = argparse.ArgumentParser(prog="python -m local.soak", description=__doc__)
    parser.add_argument("url", help="such as http://localhost:8000/api/v1")
    parser.add_argument("--state", type=Path, required=True)
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--rate", type=float, default=20, help="requests per second")
    options = parser.parse_args()
    if not (options.state / "cloud.pid").exists():
        print(f"no local cloud runs on {options.state}; start it: make run", file=sys.stderr)
        return 1
    seen = asyncio.run(soak(options.url, options.state, options.seconds, options.rate))
    print(seen.report())
    return 1 if seen.failed else 0


if __name__ == "__main__":
    sys.exit(main())
