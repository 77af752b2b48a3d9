"""The report: turns figures into ratios, and ratios into tables."""

import os
import platform
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypedDict

from bench import importing
from bench.clock import Times
from bench.comparing import best
from bench.preparing import ARCTIC
from local.tools import SAM

PACKAGES = (
    "awslambdaric",
    "boto3",
    "duckdb",
    "fastapi",
    "orjson",
    "pandas",
    "polars",
    "pyarrow",
    "pydantic",
)


class Ratio(TypedDict):
    """One figure, its budget, and whether lower or higher is better."""

    value: float
    budget: float
    better: str


def ratios(raw: Mapping[str, Any]) -> dict[str, Ratio]:
    """Compute every ratio; `bench/README.md` explains each."""
    detect = {(each["codes"], each["years"]): each["cpu_ms"] for each in raw["detect"]}
    wire = raw["read"]["50x1y"]["wire_bytes"]["zstd"]
    return {
        "read_50x1y_plain_vs_floor": _lower(_over_floor(raw, "50x1y", "plain"), 3.6),
        "read_50x1y_zstd_vs_floor": _lower(_over_floor(raw, "50x1y", "zstd"), 1.7),
        "read_1x1m_over_floor_ms": _lower(_beyond_floor(raw, "1x1m"), 1.0),
        "read_50x1y_vs_best_peer": _higher(_vs_best(raw, "50x1y"), 5),
        "read_1x10y_vs_best_peer": _higher(_vs_best(raw, "1x10y"), 1),
        "read_min1_month_vs_best_peer": _higher(_vs_best(raw, "min1_month"), 1),
        "detect_5448x1y_cpu_ms_vs_budget": _lower(detect[5448, 1] / 250, 1),
        "detect_13y": _lower(detect[5448, 13] / 3000, 1),
        "cold_import_vs_floor": _lower(worst_import(raw)[1], 1.6),
        "store_bars_per_s": _higher(raw["store"]["daily"]["bars_per_s"], 300_000),
        "fill_efficiency": _higher(raw["fill"]["efficiency"], 0.95),
        "wire_bytes_vs_parquet": _lower(wire / raw["parquet_bytes"], 1.1),
    }


def _lower(value: float, budget: float) -> Ratio:
    return {"value": round(value, 4), "budget": budget, "better": "lower"}


def _higher(value: float, budget: float) -> Ratio:
    return {"value": round(value, 4), "budget": budget, "better": "higher"}


def _over_floor(raw: Mapping[str, Any], question: str, client: str) -> float:
    times = raw["read"][question]["times"]
    return float(times[client]["cpu_ms"] / times["floor"]["cpu_ms"])


def _beyond_floor(raw: Mapping[str, Any], question: str) -> float:
    times = raw["read"][question]["times"]
    return float(times["plain"]["cpu_ms"] - times["floor"]["cpu_ms"])


def _vs_best(raw: Mapping[str, Any], question: str) -> float:
    times = {name: Times(**each) for name, each in raw["peers"][question].items()}
    return best(times)[1].cpu_ms / times["ours_zstd"].cpu_ms


def worst_import(raw: Mapping[str, Any]) -> tuple[str, float]:
    """Return the API function that takes longest to import, and its time in units of the floor."""
    times = {name: each["cpu_ms"] for name, each in raw["imports"]["times"].items()}
    floor = times.pop(importing.FLOOR)
    name = max(times, key=lambda each: times[each])
    return name, times[name] / floor


def holds(ratio: Ratio) -> bool:
    """Check whether a ratio is within its budget."""
    if ratio["better"] == "lower":
        return ratio["value"] <= ratio["budget"]
    return ratio["value"] >= ratio["budget"]


def versions() -> dict[str, str]:
    """Return the versions of what was measured, and the system it ran on."""
    return {
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "processors": str(os.cpu_count()),
        **{name: version(name) for name in PACKAGES},
        **dict(text.split("==") for text in (*SAM, *ARCTIC) if "==" in text),
    }


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Format a table in Markdown, padded so that it reads well in a terminal too."""
    lines = [[*map(str, line)] for line in (head, *rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    lines.insert(1, ["-" * width for width in widths])
    padded = (
        " | ".join(text.ljust(width) for text, width in zip(line, widths, strict=True))
        for line in lines
    )
    return "\n".join(f"| {line} |" for line in padded)


def ratio_table(found: Mapping[str, Ratio]) -> str:
    """Format the ratios, their budgets and whether they hold as a table."""
    rows = [
        (
            name,
            f"{ratio['value']:,.2f}",
            f"{'≤' if ratio['better'] == 'lower' else '≥'} {ratio['budget']:,g}",
            "yes" if holds(ratio) else "NO",
        )
        for name, ratio in found.items()
    ]
    return table(("ratio", "value", "budget", "holds"), rows)


def update(document: Path, tables: Mapping[str, str]) -> None:
    """Put tables into a document, each between `<!-- name -->` and `<!-- /name -->`."""
    text = document.read_text()
    for name, lines in tables.items():
        head, opening, rest = text.partition(f"<!-- {name} -->\n")
        _, closing, tail = rest.partition(f"<!-- /{name} -->")
        text = f"{head}{opening}{lines}\n{closing}{tail}" if closing else text
    document.write_text(text)
