"""The budgets: what each measurement may be, as a ratio to a floor of the same run. Pure.

Milliseconds tell which machine ran; a ratio to what took turns with it tells what the code does.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bench.asking import CODES as CLIENT_CODES
from bench.asking import YEARS as CLIENT_YEARS
from bench.contents import MEMBERS
from bench.detecting import YEARS
from bench.filling import LATENCY
from bench.making import CODES
from bench.preparing import PEERS, TITLES
from bench.reading import WITH_STATUS
from bench.starting import FLOOR

READERS = (
    "AuthorizerFunction",
    "BaseFunction",
    "StockFunction",
    "FutureFunction",
    "FinanceFunction",
)
"""The functions of a read; users wait for them, and they need little of boto3."""

DAY_FILE_BYTES = 300_000
"""What a mirror may have to load for a day of a dataset."""

SCRIPT_BYTES = 350_000
"""What a browser may have to load for its first chart, unpacked."""

PORTIONS_MB = 150
"""What a process may take that reads portions and makes frames of them, pandas included."""

PERIODS = {"daily": "days", "min1": "minutes"}
"""What the stored periods are called."""


@dataclass(frozen=True, slots=True)
class Budget:
    """One ratio and its limit.

    Attributes
    ----------
    name : str
        Its name in `results.json`.
    what, floor : str
        What is measured, and what it is compared with.
    today : float
        The ratio of this run.
    wanted : float
        The limit.
    at_least : bool
        Whether the ratio must be at least the limit; otherwise it must be at most that.
    """

    name: str
    what: str
    floor: str
    today: float
    wanted: float
    at_least: bool = False

    @property
    def holds(self) -> bool:
        """Whether the ratio is within the limit."""
        return self.today >= self.wanted if self.at_least else self.today <= self.wanted

    @property
    def limit(self) -> str:
        """The limit as text."""
        return f"{'≥' if self.at_least else '≤'} {self.wanted:g}"


def budgets(raw: Mapping[str, Any]) -> list[Budget]:
    """Compute every budget from the figures of `bench.measuring.everything`."""
    return [
        *_reads(raw["read"]),
        *_with_status(raw["read"]),
        _members(raw["members"]),
        *_detects(raw["detect"]),
        *_starts(raw["starts"]),
        _store(raw["store"]),
        _fill(raw["fill"]),
        *_publish(raw["publish"]),
        *_client(raw["growth_read"]["client"]),
        *_peers(raw["peers"]),
        _wire(raw["read"]["50x1y"], raw["parquet_bytes"]),
        _printing(raw["printing"]),
        *_chart(raw["chart"]),
    ]


def _reads(read: Mapping[str, Any]) -> Iterator[Budget]:
    for question, client, what, wanted in (
        ("50x1y", "zstd", "50 codes × 1 year, zstd", 1.0),
        ("50x1y", "plain", "50 codes × 1 year, plain", 1.7),
        ("1x1m", "plain", "1 code × 1 month", 0.9),
        ("1x10y", "zstd", "1 code × 10 years, zstd", 1.0),
        ("min1_month", "zstd", "a month of minutes, zstd", 1.0),
    ):
        times = read[question]["times"]
        floor = times["floor"]["cpu_ms"]
        asked = "BatchGetItem, GetObject" if question == "min1_month" else "BatchGetItem"
        yield Budget(
            f"read_{question}_{client}",
            f"read {what}",
            f"boto3's {asked}: {floor:.1f} ms",
            times[client]["cpu_ms"] / floor,
            wanted,
        )


def _with_status(read: Mapping[str, Any]) -> Iterator[Budget]:
    times = read[WITH_STATUS]["times"]
    for client, wanted in (("zstd", 6), ("plain", 3)):
        yield Budget(
            f"status_{client}",
            f"read 50 codes × 1 year with their status, {client}",
            f"the same without: {times[client]['cpu_ms']:.1f} ms",
            times[f"status_{client}"]["cpu_ms"] / times[client]["cpu_ms"],
            wanted,
        )


def _members(found: Mapping[str, Any]) -> Budget:
    times = found["times"]
    return Budget(
        "members",
        f"the {MEMBERS} members of an index on a day",
        f"the read of 1 code × 1 month: {times['read']['cpu_ms']:.1f} ms",
        times["members"]["cpu_ms"] / times["read"]["cpu_ms"],
        1.0,
    )


def _detects(detect: Sequence[Mapping[str, Any]]) -> Iterator[Budget]:
    market = {each["years"]: each for each in detect if each["codes"] == CODES}
    for years in (YEARS[0], YEARS[-1]):
        floor = market[years]["floor"]["cpu_ms"]
        yield Budget(
            f"detect_{years}y",
            f"detect {CODES:,} codes × {years} year{'s' * (years > 1)}",
            f"boto3's queries: {floor:,.0f} ms",
            market[years]["ours"]["cpu_ms"] / floor,
            0.5,
        )


def _starts(starts: Mapping[str, Any]) -> Iterator[Budget]:
    floor = starts[FLOOR]["import"]["cpu_ms"]
    others = [name for name in starts if name not in (*READERS, FLOOR)]
    for group, functions, wanted in (("read", READERS, 0.7), ("other", others, 1.3)):
        slowest = max(functions, key=lambda name: starts[name]["import"]["cpu_ms"])
        yield Budget(
            f"cold_import_{group}",
            f"cold import, slowest {group} function: {slowest.removesuffix('Function').lower()}",
            f"boto3 and a client: {floor:.0f} ms",
            starts[slowest]["import"]["cpu_ms"] / floor,
            wanted,
        )


def start_ms(start: Mapping[str, Any]) -> float:
    """Return the CPU time of a cold start up to its first answer, in milliseconds."""
    return float(start["import"]["cpu_ms"] + start["first_request"]["cpu_ms"])


def _store(store: Mapping[str, Any]) -> Budget:
    """Compute the budget of the period that takes longer."""
    ratios = {
        period: each["ours"]["cpu_ms"] / each["floor"]["cpu_ms"] for period, each in store.items()
    }
    period = max(ratios, key=lambda each: ratios[each])
    floor = store[period]["floor"]["cpu_ms"]
    return Budget(
        "store",
        f"store a batch of bars of {PERIODS[period]}, no network",
        f"orjson and zstd of its rows: {floor:.0f} ms",
        ratios[period],
        2.5,
    )


def _fill(fill: Mapping[str, float]) -> Budget:
    return Budget(
        "fill_efficiency",
        "fill efficiency",
        f"a source of {fill['latency_s']:.1f} s, {LATENCY} × boto3's puts",
        fill["efficiency"],
        0.96,
        at_least=True,
    )


def _publish(publish: Mapping[str, Any]) -> Iterator[Budget]:
    year, day = publish["publish"], publish["day"]
    copied, asked = year["floor"]["cpu_ms"], day["floor"]["cpu_ms"]
    yield Budget(
        "publish_year",
        f"publish {CODES:,} codes × 1 year",
        f"DuckDB's COPY of its rows: {copied:.0f} ms",
        year["ours"]["cpu_ms"] / copied,
        7,
    )
    yield Budget(
        "market_day",
        "a day of the whole market, zstd",
        f"boto3's GetObject: {asked:.1f} ms",
        day["zstd"]["cpu_ms"] / asked,
        1.3,
    )
    peer = min(("polars", "duckdb"), key=lambda name: day[name]["cpu_ms"])
    yield Budget(
        "market_day_peer",
        "a day of the whole market: best peer ÷ ours, plain",
        f"{peer} over the mirror: {day[peer]['cpu_ms']:.1f} ms",
        day[peer]["cpu_ms"] / day["plain"]["cpu_ms"],
        3,
        at_least=True,
    )
    yield Budget(
        "market_day_file",
        "the file of a day",
        f"{DAY_FILE_BYTES:,} bytes",
        day["file_bytes"] / DAY_FILE_BYTES,
        1,
    )
    mirror = publish["mirror"]
    fetched, scanned = mirror["curl"]["wall_ms"], mirror["scan"]["wall_ms"] / mirror["years"]
    yield Budget(
        "first_mirror",
        f"a first mirror of {CODES:,} codes × {mirror['years']} years, by the clock",
        f"curl of the same files: {fetched:.0f} ms",
        mirror["mirror"]["wall_ms"] / fetched,
        1.3,
    )
    yield Budget(
        "mirror_frame",
        f"{CODES:,} codes × 1 year to polars, by the clock: asked for ÷ from the mirror",
        f"the client's klines: {mirror['klines']['wall_ms']:,.0f} ms",
        mirror["klines"]["wall_ms"] / scanned,
        30,
        at_least=True,
    )


def _client(client: Mapping[str, Any]) -> Iterator[Budget]:
    asked = f"{CLIENT_CODES} codes × {CLIENT_YEARS} years"
    read = client["frame"]["parquet"]["wall_ms"]
    yield Budget(
        "client_frame",
        f"{asked} by the client to pandas, by the clock",
        f"pandas reading them from Parquet: {read:.0f} ms",
        client["frame"]["client"]["wall_ms"] / read,
        25,
    )
    yield Budget(
        "client_portions",
        f"the client's memory, {asked} portion by portion to pandas",
        f"{PORTIONS_MB} MB",
        client["portions"]["peak_mib"] * 2**20 / (PORTIONS_MB * 10**6),
        1,
    )


def _peers(peers: Mapping[str, Any]) -> Iterator[Budget]:
    for question, what, wanted in (
        ("50x1y", "50 codes × 1 year", 6),
        ("1x10y", "1 code × 10 years", 1.2),
        ("min1_month", "a month of minutes", 1),
    ):
        times = {name: each["cpu_ms"] for name, each in peers[question].items()}
        best = min(PEERS, key=lambda peer: times[peer])
        yield Budget(
            f"peers_{question}",
            f"{what}: best peer ÷ ours, zstd",
            f"{TITLES[best]}: {times[best]:.1f} ms",
            times[best] / times["ours_zstd"],
            wanted,
            at_least=True,
        )


def _wire(read: Mapping[str, Any], parquet_bytes: int) -> Budget:
    return Budget(
        "wire_bytes",
        "bytes of 50 codes × 1 year, zstd",
        f"Parquet with zstd: {parquet_bytes:,}",
        read["wire_bytes"]["zstd"] / parquet_bytes,
        1.1,
    )


def _printing(found: Mapping[str, Any]) -> Budget:
    floor = found["csv"]["cpu_ms"]
    return Budget(
        "printing",
        f"the command line prints {found['rows']:,} rows into a pipe",
        f"as CSV: {floor:.0f} ms",
        found["pipe"]["cpu_ms"] / floor,
        2,
    )


def _chart(chart: Mapping[str, Any] | None) -> Iterator[Budget]:
    """Compute the budgets of the console's chart; none where there was no browser."""
    if chart is None:
        return
    ours, floor = (chart["times"][name] for name in ("ours", "floor"))
    ratios = {what: ours[what]["cpu_ms"] / floor[what]["cpu_ms"] for what in ours}
    slowest = max(ratios, key=lambda what: ratios[what])
    yield Budget(
        "chart",
        f"{chart['bars']:,} bars in the console, slowest of draw, move, wheel: {slowest}",
        f"lightweight-charts alone: {floor[slowest]['cpu_ms']:,.0f} ms",
        ratios[slowest],
        1,
    )
    yield Budget(
        "chart_script",
        "script of a first chart",
        f"{SCRIPT_BYTES:,} bytes, unpacked",
        chart["script_bytes"] / SCRIPT_BYTES,
        1,
    )
