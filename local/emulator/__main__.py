"""Start the package's server with our saving, our workers and some answers put right."""

import os
from pathlib import Path

from ministack import app

from local.emulator import answers, saving, workers


def main() -> None:
    """Serve until SIGTERM."""
    answers.adapt()
    workers.adapt(int(os.environ["CALLS"]))
    reports = os.fdopen(int(os.environ["REPORTS"]), "w", buffering=1)
    saving.adapt(Path(os.environ["SAVED_DIR"]), lambda line: print(line, file=reports))
    app.main()


if __name__ == "__main__":
    main()
