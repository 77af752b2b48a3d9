"""`make bench`: measures everything, prints the ratios, and writes results, plots and tables."""

import argparse
import json
from pathlib import Path

from bench import drawing, report, tables
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
    found = report.ratios(raw)
    results = {"ratios": found, "raw": raw, "versions": report.versions()}
    RESULTS.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n")
    drawing.draw(raw, ROOT / "docs" / "img")
    report.update(DOCUMENT, tables.tables(raw, found))
    say(f"written: {RESULTS.relative_to(ROOT)}, {DOCUMENT.relative_to(ROOT)}")
    print(report.ratio_table(found))


if __name__ == "__main__":
    main()
