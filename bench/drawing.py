"""The plots of `docs/performance.md`."""

from collections.abc import Mapping, Sequence
from itertools import product
from math import ceil
from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("Agg")

from matplotlib import pyplot as plt
from matplotlib.axes import Axes

from bench.filling import LATENCY
from bench.growing import CLIENTS

LAMBDA_RESPONSE = 6_291_556
MEMORY_MIB = 1024


def draw(raw: Mapping[str, Any], folder: Path) -> None:
    """Draw all plots into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, panels in (
        ("read", [_read_codes, _read_years, _read_bytes, _read_memory]),
        ("callers", [_callers, _callers_wait]),
        ("detect", [_detect_codes, _detect_years]),
        ("fill", [_fill_calls, _fill_minutes]),
    ):
        rows = ceil(len(panels) / 2)
        figure, axes = plt.subplots(rows, 2, figsize=(9.2, 3.6 * rows))
        for panel, axis in zip(panels, axes.flat, strict=True):
            panel(axis, raw)
            axis.set_ylim(bottom=0)
            axis.grid(alpha=0.3)
        figure.tight_layout()
        # Without matplotlib's version in the file, the same figures give the same file.
        figure.savefig(folder / f"{name}.png", dpi=110, metadata={"Software": ""})
        plt.close(figure)


def _line(
    axis: Axes, rows: Sequence[Mapping[str, Any]], x: str, y: str, *, title: str, label: str = ""
) -> None:
    axis.plot([row[x] for row in rows], [row[y] for row in rows], "o-", label=label or None)
    axis.set_xlabel(x)
    axis.set_title(title, fontsize=10)


def _limit(axis: Axes, at: float, text: str) -> None:
    axis.axhline(at, color="tab:red", linestyle="--", label=text)
    axis.legend(fontsize=8)


def _answers(raw: Mapping[str, Any], **fixed: int | str) -> list[Mapping[str, Any]]:
    rows = raw["growth_read"]["answers"]
    return [row for row in rows if all(row[name] == value for name, value in fixed.items())]


def _read_codes(axis: Axes, raw: Mapping[str, Any]) -> None:
    for client in CLIENTS:
        rows = _answers(raw, years=1, client=client)
        _line(axis, rows, "codes", "cpu_ms", title="read one year: CPU, ms", label=client)
    axis.legend(fontsize=8)


def _read_years(axis: Axes, raw: Mapping[str, Any]) -> None:
    for codes, client in product((1, 50), CLIENTS):
        rows = _answers(raw, codes=codes, client=client)
        label = f"{codes} code(s), {client}"
        _line(axis, rows, "years", "cpu_ms", title="read: CPU, ms", label=label)
    axis.legend(fontsize=8)


def _read_bytes(axis: Axes, raw: Mapping[str, Any]) -> None:
    rows = sorted(raw["growth_read"]["answers"], key=lambda row: row["codes"] * row["years"])
    rows = [{**row, "codes × years": row["codes"] * row["years"]} for row in rows]
    sizes = [{**row, "MB": row["bytes"] / 1e6} for row in rows]
    for form in dict.fromkeys((row["status"], row["encoding"]) for row in sizes):
        some = [row for row in sizes if (row["status"], row["encoding"]) == form]
        label = "303, a link" if form[0] == 303 else form[1] or "plain"
        _line(axis, some, "codes × years", "MB", title="Lambda's response, MB", label=label)
    axis.set_xscale("log")
    _limit(axis, LAMBDA_RESPONSE / 1e6, "Lambda's limit")


def _read_memory(axis: Axes, raw: Mapping[str, Any]) -> None:
    rows = [
        {**row, "codes × years": row["codes"] * row["years"]}
        for row in raw["growth_read"]["memory"]
    ]
    _line(axis, rows, "codes × years", "peak_mib", title="peak memory of one answer, MiB")
    _limit(axis, MEMORY_MIB, "MemorySize")


def _callers(axis: Axes, raw: Mapping[str, Any]) -> None:
    _line(axis, raw["growth_callers"], "callers", "calls_per_s", title="50 codes × 1 year: calls/s")


def _callers_wait(axis: Axes, raw: Mapping[str, Any]) -> None:
    rows = raw["growth_callers"]
    _line(axis, rows, "callers", "wall_ms", title="one call, ms", label="median, cores shared")
    _line(axis, rows, "callers", "cpu_ms", title="one call, ms", label="CPU")
    axis.legend(fontsize=8)


def _detect_codes(axis: Axes, raw: Mapping[str, Any]) -> None:
    rows = sorted((row for row in raw["detect"] if row["years"] == 1), key=lambda row: row["codes"])
    _line(axis, rows, "codes", "cpu_ms", title="detect one year: CPU, ms")


def _detect_years(axis: Axes, raw: Mapping[str, Any]) -> None:
    rows = [row for row in raw["detect"] if row["codes"] == 5448]
    _line(axis, rows, "years", "cpu_ms", title="detect 5,448 codes: CPU, ms")


def _backfills(raw: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [row for row in raw["growth_fill"] if row["codes"] == 5448 and row["years"]]


def _fill_calls(axis: Axes, raw: Mapping[str, Any]) -> None:
    rows = sorted(_backfills(raw), key=lambda row: row["years"])
    _line(axis, rows, "years", "calls", title="fill 5,448 codes: calls", label="planned")
    _line(
        axis, rows, "years", "ideal_calls", title="fill 5,448 codes: calls", label="no fewer than"
    )
    axis.legend(fontsize=8)


def _fill_minutes(axis: Axes, raw: Mapping[str, Any]) -> None:
    rows = sorted(_backfills(raw), key=lambda row: row["years"])
    slow = LATENCY / raw["fill"]["efficiency"]
    minutes = [{**row, "minutes": row["calls"] * slow / 60} for row in rows]
    _line(axis, minutes, "years", "minutes", title="fill 5,448 codes, one session: minutes")
