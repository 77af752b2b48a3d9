"""The command line: `python -m local.openapi` writes the description, `--check` compares it."""

import argparse
import sys

from local.openapi.document import ROOT, render

FILE = ROOT / "functions" / "docs" / "openapi.json"


def main() -> int:
    """Write or check the file; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m local.openapi", description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare instead of writing")
    check = parser.parse_args().check
    text = render()
    if not check:
        FILE.write_text(text, encoding="utf-8")
        return 0
    if FILE.exists() and FILE.read_text(encoding="utf-8") == text:
        return 0
    print(f"{FILE.name} is out of date: run make generated", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
