"""The tables of `docs/performance.md`."""

from collections.abc import Mapping
from typing import Any

from bench import importing
from bench.report import Ratio, ratio_table, table, versions

NAMES = {
    "parquet_pandas": "Parquet + pandas",
    "parquet_polars": "Parquet + polars",
    "polars_files": "Parquet + polars, a file a code",
    "duck": "DuckDB",
    "arctic": "ArcticDB (LMDB)",
    "fastapi_pandas": "FastAPI + pandas",
    "ours": "this service, client without zstd",
    "ours_zstd": "this service, client with zstd",
}


def tables(raw: Mapping[str, Any], ratios: Mapping[str, Ratio]) -> dict[str, str]:
    """Return every table by the name of its place in the document."""
    return {
        "ratios": ratio_table(ratios),
        "reads": _reads(raw),
        "peers": _peers(raw),
        "answers": _answers(raw),
        "memory": _memory(raw),
        "callers": _callers(raw),
        "detect": _detect(raw),
        "fill": _fill(raw),
        "imports": _imports(raw),
        "versions": ", ".join(f"{name} {text}" for name, text in versions().items()),
    }


def _reads(raw: Mapping[str, Any]) -> str:
    head = ("question", "floor", "plain", "zstd", "JSON", "wire, gzip", "wire, zstd", "requests")
    rows = [
        (
            name,
            *(f"{each['times'][client]['cpu_ms']:.1f} ms" for client in ("floor", "plain", "zstd")),
            f"{each['json_bytes']:,}",
            *(f"{each['wire_bytes'][client]:,}" for client in ("plain", "zstd")),
            _requests(each),
        )
        for name, each in raw["read"].items()
    ]
    return table(head, rows)


def _peers(raw: Mapping[str, Any]) -> str:
    questions = raw["peers"]
    rows = [
        (title, *(f"{questions[name][peer]['cpu_ms']:.1f}" for name in questions))
        for peer, title in NAMES.items()
    ]
    return table(("CPU, ms", *questions), rows)


def _answers(raw: Mapping[str, Any]) -> str:
    head = ("codes", "years", "client", "CPU, ms", "answer", "bytes in the response", "requests")
    rows = [
        (
            each["codes"],
            each["years"],
            each["client"],
            f"{each['cpu_ms']:.1f}",
            _form(each),
            f"{each['bytes']:,}",
            _requests(each),
        )
        for each in raw["growth_read"]["answers"]
    ]
    return table(head, rows)


def _form(answer: Mapping[str, Any]) -> str:
    if answer["status"] == 200:
        return answer["encoding"] or "plain"
    return "link to the bucket" if answer["status"] == 303 else str(answer["status"])


def _memory(raw: Mapping[str, Any]) -> str:
    rows = [
        (each["codes"], each["years"], f"{each['peak_mib']:.0f} MiB", f"{each['wall_ms']:.0f} ms")
        for each in raw["growth_read"]["memory"]
    ]
    return table(("codes", "years", "peak memory", "first call, clients and catalog too"), rows)


def _callers(raw: Mapping[str, Any]) -> str:
    rows = [
        (each["callers"], *(f"{each[name]:.1f}" for name in ("calls_per_s", "cpu_ms", "wall_ms")))
        for each in raw["growth_callers"]
    ]
    return table(("callers", "calls a second", "CPU a call, ms", "median call, ms"), rows)


def _detect(raw: Mapping[str, Any]) -> str:
    rows = [
        (each["codes"], each["years"], f"{each['cpu_ms']:.0f}", _requests(each))
        for each in raw["detect"]
    ]
    return table(("codes", "years", "CPU, ms", "requests"), rows)


def _fill(raw: Mapping[str, Any]) -> str:
    head = ("codes", "years", "bars", "calls", "no fewer than", "planning, ms CPU", "work list")
    rows = [
        (
            each["codes"],
            each["years"] or "one day",
            f"{each['bars']:,}",
            each["calls"],
            each["ideal_calls"],
            f"{each['plan_cpu_ms']:.0f}",
            f"{each['work_list_bytes'] / 1e6:.1f} MB",
        )
        for each in raw["growth_fill"]
    ]
    return table(head, rows)


def _imports(raw: Mapping[str, Any]) -> str:
    times = raw["imports"]["times"]
    floor = times[importing.FLOOR]["cpu_ms"]
    rows = [
        (name, f"{each['cpu_ms']:.0f}", f"{each['wall_ms']:.0f}", f"{each['cpu_ms'] / floor:.2f}")
        for name, each in times.items()
    ]
    return table(("import", "CPU, ms", "wall, ms", "of the floor"), rows)


def _requests(each: Mapping[str, Any]) -> str:
    return ", ".join(f"{count} {name}" for name, count in each["requests"].items())
