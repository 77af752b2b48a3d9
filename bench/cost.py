"""The cost of the service: `make cost` counts request units and writes `docs/cost.md`.

The bars are made from a seed and stored by the service's own write path, so every item has the
size that it has in DynamoDB, and the units follow from the sizes as DynamoDB counts them. The same
seed gives the same figures on every machine.
"""

import tempfile
from collections.abc import Sequence
from pathlib import Path

from bench import contents, making
from bench.bill import PRICES, Usage, added, times, total
from bench.filling import DAILY, planned, work_list
from bench.market import Market
from bench.metering import Meter
from bench.publishing import publisher
from bench.report import table, update
from marketdata.blocks.days import parts_between
from marketdata.kline.bars import BarDataset
from marketdata.tasks.batching import Work

DOCUMENT = Path(__file__).parents[1] / "docs" / "cost.md"
MADE, SAMPLE = 330, 300
"""The number of codes that are made, and of those that are stored, which leave out the young market
BJ. The figures of the whole market are those of this sample, scaled by the number of codes."""
FIRST, LAST = "20130104", "20251231"
YEAR, HALF, NEXT = "20250102", "20250630", "20250701"
"""One day is added in the middle of a year, when a block is half as long as at the year's end."""

API_MB, CORE_MB = 1024, 1769
"""The memory of a function behind the API, and that with which a function has one core."""
API_GB, UPSTREAM_GB = API_MB / 1024, CORE_MB / 1024
READ_SECONDS = {"1 code × 1 month": 0.012, "50 codes × 1 year": 0.045}
"""Seconds billed for a call of the function, rounded up: its CPU time on the share of a core that
it has, and some milliseconds for DynamoDB."""

WAIT_SECONDS = 0.01
"""What a call waits for DynamoDB's answer, where its CPU time is a measured one."""

ANSWER_BYTES = {"1 code × 1 month": 900, "50 codes × 1 year": 300_000}
LOG_BYTES = 1200
"""The log that Lambda itself writes for a call: start, end and report, as JSON."""
BATCH_SECONDS = 8.0
"""The time of one call to the vendor's SDK for 300 codes, and of storing its bars."""
STEP_SECONDS, STEPS = 1.0, 3
"""The plan step, the finish step, and the call that starts them."""
TRANSITIONS, TRANSITIONS_A_BATCH = 6, 3
PUBLISH_MB, PUBLISH_SECONDS = 3008, 10.0
"""The function that publishes, and its time for a year of the whole market, all files but the
day's being as they were; with the small datasets beside it."""
PUBLISH_CALLS, PUBLISH_TRANSITIONS = 8, 20
AUTHORIZED_SECONDS = 300
CONTROL_UNITS_A_BATCH = 6
"""A record of 1 KiB and the task's counters, in one transaction that costs double, and a read."""

type Days = tuple[str, str]
"""The first and the last day, "YYYYMMDD"."""

TEAM, DAYS, READS_A_DAY = 20, 22, 400
"""A team's size, its trading days a month, and each member's reads a day; one read in ten is of
fifty codes."""


def by_clock(cpu_ms: float) -> float:
    """Return how long work takes on the share of a core that a function behind the API has."""
    return cpu_ms * CORE_MB / API_MB


def read_units(meter: Meter, dataset: BarDataset, codes: Sequence[str], days: Days) -> float:
    """Count the units of reading the blocks of some codes."""
    keys = [
        (f"{dataset.name}#{code}", part) for code in codes for part in parts_between(dataset, *days)
    ]
    before = meter.read_units
    assert len(meter.get_many(keys)) == len(keys)
    return meter.read_units - before


def read(units: float, seconds: float, answer_bytes: float, *, objects: int = 0) -> Usage:
    """Return the usage of one read.

    Parameters
    ----------
    units : float
        DynamoDB's read units.
    seconds : float
        The time for which the function is billed.
    answer_bytes : float
        The answer's length on the wire.
    objects : int
        The number of objects that are read.
    """
    return {
        "API Gateway, calls": 1,
        "Lambda, calls": 1,
        "Lambda, GB-seconds": seconds * API_GB,
        "DynamoDB, read units": units,
        "S3, reads": objects,
        "CloudWatch, GB of logs": LOG_BYTES / 1e9,
        "traffic, GB out": answer_bytes / 1e9,
    }


def stored(work: list[Work], meter: Meter, market: Market) -> Usage:
    """Store batches of the sample and count their DynamoDB units, scaled to the whole market."""
    reads, writes = meter.read_units, meter.write_units
    for item in work:
        codes = [market.codes.index(code) for code in item["codes"]]
        contents.fill(meter, DAILY, market, codes, start=item["start"], end=item["end"])
    scale = making.CODES / SAMPLE
    return {
        "DynamoDB, read units": (meter.read_units - reads) * scale,
        "DynamoDB, write units": (meter.write_units - writes) * scale,
    }


def published(meter: Meter, codes: Sequence[str]) -> Usage:
    """Publish a day that was added to a year, and count it, scaled as in `stored`."""
    reads, objects = meter.read_units, set(meter.objects)
    writes = meter.write_units
    publisher(meter, codes, NEXT).publish(DAILY.name, NEXT[:4])
    # The release is one item, however many codes there are.
    return {
        "DynamoDB, read units": (meter.read_units - reads) * making.CODES / SAMPLE,
        # Writes in transactions cost double.
        "DynamoDB, write units": 2 * (meter.write_units - writes),
        "Lambda, calls": PUBLISH_CALLS,
        "Lambda, GB-seconds": PUBLISH_MB / 1024 * PUBLISH_SECONDS,
        "Step Functions, transitions": PUBLISH_TRANSITIONS,
        "S3, writes": len(set(meter.objects) - objects),
        "CloudWatch, GB of logs": PUBLISH_CALLS * LOG_BYTES / 1e9,
    }


def run(batches: float) -> Usage:
    """Count the usage of a fill's functions, state machine and task records."""
    return {
        "Lambda, calls": batches + STEPS,
        "Lambda, GB-seconds": UPSTREAM_GB * (batches * BATCH_SECONDS + STEPS * STEP_SECONDS),
        "Step Functions, transitions": TRANSITIONS + batches * TRANSITIONS_A_BATCH,
        "DynamoDB, write units": batches * CONTROL_UNITS_A_BATCH,
        "S3, writes": 2,
        "S3, reads": batches + 2,
        "CloudWatch, GB of logs": (batches + STEPS) * LOG_BYTES / 1e9,
    }


def month(one: Usage, fifty: Usage, day: Usage, stored_gb: float) -> Usage:
    """Count a team's month: its reads, the fill of each trading day, and what is stored."""
    reads = TEAM * DAYS * READS_A_DAY
    # Each member's calls reach the authorizer once in three hundred seconds, eight hours a day.
    authorized = TEAM * DAYS * 8 * 3600 / AUTHORIZED_SECONDS
    authorizer: Usage = {
        "Lambda, calls": authorized,
        "Lambda, GB-seconds": authorized * 0.01 * API_GB,
        # The user, and whether the session has been ended.
        "DynamoDB, read units": 2 * authorized,
    }
    kept: Usage = {
        "DynamoDB, GB-months": stored_gb,
        "DynamoDB, GB-months of recovery": 0.01,
        "Secrets Manager, secret-months": 2,
        "KMS, key-months": 1,
    }
    return added(
        times(0.9 * reads, one), times(0.1 * reads, fifty), times(DAYS, day), authorizer, kept
    )


def main() -> None:
    """Count everything and write the tables of the document."""
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / "market"
        making.make(made, codes=MADE, first=FIRST, last=LAST)
        usages = count(Market.open(made))
    tables = {
        "costs": table(
            ("what", "USD", "target", "holds"),
            [_line(name, total(usage), TARGETS.get(name)) for name, usage in usages.items()],
        ),
        "usages": table(
            ("one of", *usages),
            [
                (name, *(_number(usage.get(name, 0)) for usage in usages.values()))
                for name in PRICES
            ],
        ),
        "prices": table(
            ("one of", "USD", ""),
            [(name, _price(price), what) for name, (price, what) in PRICES.items()],
        ),
    }
    update(DOCUMENT, tables)
    print(tables["costs"])


def count(market: Market) -> dict[str, Usage]:
    """Count the usage of everything in the document, by its name there."""
    codes = [code for code in market.codes if not code.endswith(".BJ")][:SAMPLE]
    assert len(codes) == SAMPLE
    catalog = contents.catalog(codes)
    history = Meter()
    backfill = added(
        stored(work_list(catalog, FIRST, LAST), history, market),
        run(planned(making.CODES, FIRST, LAST)["calls"]),
    )
    meter = Meter()
    places = [market.codes.index(code) for code in codes]
    contents.fill(meter, DAILY, market, places, start=YEAR, end=HALF)
    publisher(meter, codes, HALF).publish(DAILY.name, YEAR[:4])
    day = added(
        stored(work_list(catalog, NEXT, NEXT), meter, market),
        run(planned(making.CODES, NEXT, NEXT)["calls"]),
    )
    publication = published(meter, codes)
    one, fifty = (
        read(
            read_units(history, DAILY, codes[:count], days),
            READ_SECONDS[question],
            ANSWER_BYTES[question],
        )
        for question, count, days in (
            ("1 code × 1 month", 1, ("20241201", "20241231")),
            ("50 codes × 1 year", 50, ("20240101", "20241231")),
        )
    )
    stored_gb = history.stored_bytes(history.items) * making.CODES / SAMPLE / 1e9
    return {
        "a million reads of 1 code × 1 month": times(1e6, one),
        "a million reads of 50 codes × 1 year": times(1e6, fifty),
        "a day of the whole market": day,
        "publishing that day": publication,
        "the whole market from 2013 on": backfill,
        "of that, DynamoDB writes": {"DynamoDB, write units": backfill["DynamoDB, write units"]},
        f"a month of a team of {TEAM}": month(one, fifty, day, stored_gb),
    }


TARGETS = {
    "a million reads of 1 code × 1 month": 6.0,
    "a day of the whole market": 0.10,
    "publishing that day": 0.02,
    "of that, DynamoDB writes": 2.0,
}


def _line(name: str, dollars: float, target: float | None) -> tuple[str, str, str, str]:
    if target is None:
        return name, f"{dollars:,.3f}", "", ""
    return name, f"{dollars:,.3f}", f"< {target:,.2f}", "yes" if dollars < target else "NO"


def _price(price: float) -> str:
    return f"{price:,.2f}" if price >= 0.01 else f"{1e6 * price:,.3f} a million"


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 10 or not value else f"{value:.3g}"


if __name__ == "__main__":
    main()
