"""Start the package's server with our saving and our workers."""

import os
from pathlib import Path

from ministack import app

from local.emulator import saving, workers


def main() -> None:
    """Serve until SIGTERM."""
    workers.adapt(int(os.environ["CALLS"]))
    reports = os.fdopen(int(os.environ["REPORTS"]), "w", buffering=1)
    saving.adapt(Path(os.environ["SAVED_DIR"]), lambda line: print(line, file=reports))
    app.main()


if __name__ == "__main__":
    main()
