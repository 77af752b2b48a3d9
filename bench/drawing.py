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
from matplotlib.figure import Figure

from bench.filling import VENDOR_SECONDS
from bench.growing import CLIENTS
from bench.making import CODES
from bench.preparing import PEERS, TITLES

LAMBDA_RESPONSE = 6_291_556
MEMORY_MIB = 1024
QUESTIONS = {
    "50x1y": "50 codes × 1 year",
    "1x10y": "1 code × 10 years",
    "min1_month": "a month of minutes",
}
"""The questions of the first picture, and what it calls them."""


def draw(raw: Mapping[str, Any], folder: Path) -> None:
    """Draw all plots into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    _save(_compared(raw), folder / "peers.png")
    for name, panels in (
        ("read", [_read_codes, _read_years, _read_bytes, _read_memory]),
        ("detect", [_detect_codes, _detect_years]),
        ("fill", [_fill_calls, _fill_minutes]),
    ):
        rows = ceil(len(panels) / 2)
        figure, axes = plt.subplots(rows, 2, figsize=(9.2, 3.6 * rows))
        for panel, axis in zip(panels, axes.flat, strict=True):
            panel(axis, raw)
            axis.set_ylim(bottom=0)
            axis.grid(alpha=0.3)
        _save(figure, folder / f"{name}.png")


def _save(figure: Figure, file: Path) -> None:
    figure.tight_layout()
    # Without matplotlib's version in the file, the same figures give the same file.
    figure.savefig(file, dpi=110, metadata={"Software": ""})
    plt.close(figure)


def _compared(raw: Mapping[str, Any]) -> Figure:
    """Compare a read with the two best peers of each question."""
    figure, axes = plt.subplots(1, 3, figsize=(9.2, 2.3))
    for axis, (question, title) in zip(axes, QUESTIONS.items(), strict=True):
        times = {name: each["cpu_ms"] for name, each in raw["peers"][question].items()}
        best = sorted(PEERS, key=lambda peer: times[peer])[:2]
        bars = {"ours, zstd": times["ours_zstd"], "ours, gzip": times["ours"]}
        bars |= {TITLES[peer]: times[peer] for peer in best}
        colours = ["tab:blue", "tab:blue", "tab:orange", "tab:orange"]
        drawn = axis.barh([*bars], [*bars.values()], color=colours)
        axis.bar_label(drawn, fmt="%.1f", fontsize=7, padding=2)
        axis.set_xlim(right=1.2 * max(bars.values()))
        axis.invert_yaxis()
        axis.tick_params(labelsize=7)
        axis.set_title(f"{title}: CPU, ms", fontsize=9)
    return figure


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


def _detect_codes(axis: Axes, raw: Mapping[str, Any]) -> None:
    _detected(axis, [row for row in raw["detect"] if row["years"] == 1], "codes", "one year")


def _detect_years(axis: Axes, raw: Mapping[str, Any]) -> None:
    rows = [row for row in raw["detect"] if row["codes"] == CODES]
    _detected(axis, rows, "years", f"{CODES:,} codes")


def _detected(axis: Axes, rows: Sequence[Mapping[str, Any]], x: str, what: str) -> None:
    for name, label in (("ours", "this service"), ("floor", "boto3's queries")):
        points = [{x: row[x], "cpu_ms": row[name]["cpu_ms"]} for row in rows]
        _line(axis, points, x, "cpu_ms", title=f"detect {what}: CPU, ms", label=label)
    axis.legend(fontsize=8)


def _backfills(raw: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [row for row in raw["growth_fill"] if row["codes"] == CODES and row["years"]]


def _fill_calls(axis: Axes, raw: Mapping[str, Any]) -> None:
    rows = sorted(_backfills(raw), key=lambda row: row["years"])
    _line(axis, rows, "years", "calls", title="fill 5,448 codes: calls", label="planned")
    _line(
        axis, rows, "years", "ideal_calls", title="fill 5,448 codes: calls", label="no fewer than"
    )
    axis.legend(fontsize=8)


def _fill_minutes(axis: Axes, raw: Mapping[str, Any]) -> None:
    rows = sorted(_backfills(raw), key=lambda row: row["years"])
    # What of storing a batch is not hidden does not depend on how long the source takes.
    fill = raw["fill"]
    batch = VENDOR_SECONDS + fill["latency_s"] * (1 / fill["efficiency"] - 1)
    minutes = [{**row, "minutes": row["calls"] * batch / 60} for row in rows]
    _line(axis, minutes, "years", "minutes", title="fill 5,448 codes, one session: minutes")
