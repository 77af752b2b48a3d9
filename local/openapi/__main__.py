"""The command line: `python -m local.openapi` writes the description, `--check` compares it."""

import sys

from local.generated import write_or_check
from local.openapi.document import ROOT, render

FILE = ROOT / "functions" / "docs" / "openapi.json"


def main() -> int:
    """Write or check the file; return the exit code."""
    return write_or_check("local.openapi", __doc__, FILE, render)


if __name__ == "__main__":
    sys.exit(main())
