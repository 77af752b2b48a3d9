"""`make bench`: measures everything, writes results, plots and tables, and prints the budgets."""

import argparse
import json
from dataclasses import asdict
from pathlib import Path

from bench import drawing, report, tables
from bench.budgets import budgets
from bench.measuring import everything, say
from bench.processes import ROOT

RESULTS = ROOT / "bench" / "results.json"
DOCUMENT = ROOT / "docs" / "performance.md"


def main() -> None:
    """Measure and report; `--real FOLDER` adds real bars in the layout of the `files` source."""
    parser = argparse.ArgumentParser(prog="make bench")
    parser.add_argument("--real", default="")
    real = parser.parse_args().real
    raw = everything(Path(real).resolve() if real else None)
    found = budgets(raw)
    results = {
        "budgets": {each.name: asdict(each) | {"holds": each.holds} for each in found},
        "raw": raw,
        "versions": report.versions(),
    }
    RESULTS.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n")
    drawing.draw(raw, ROOT / "docs" / "img")
    written = tables.tables(raw, found)
    report.update(DOCUMENT, written)
    say(f"written: {RESULTS.relative_to(ROOT)}, {DOCUMENT.relative_to(ROOT)}")
    print(written["seconds"], written["user"], written["budgets"], sep="\n\n")
    print(f"{sum(each.holds for each in found)} of {len(found)} budgets hold")


if __name__ == "__main__":
    main()
