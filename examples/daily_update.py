"""Bring the cache up to date: a job to run every evening after 17:00 Asia/Shanghai.

    python examples/daily_update.py [DAYS]

Fetches the missing daily bars of stocks, indices and funds for the last DAYS days (default: 10),
and exits with 1 if any are still missing. Days on which the source gave no bar are unconfirmed
until it has been asked again, which the next runs do; they are only counted. The service has its
own schedules; use this job if they are turned off, or as a cross-check.
"""

import os
import sys
from datetime import datetime, timedelta, timezone

from amazingdata_client import Client, DetectResult, TaskError

URL = os.environ.get("AMAZINGDATA_URL", "http://localhost:8000/api/v1")
USERNAME = os.environ.get("AMAZINGDATA_USERNAME", "admin")
PASSWORD = os.environ.get("AMAZINGDATA_PASSWORD", "admin123")

SHANGHAI = timezone(timedelta(hours=8))
PATIENCE = 1800.0
"""Maximum time per type, in seconds."""


def main() -> int:
    """Update each type, and return the exit code."""
    days = int(sys.argv[1]) if len(sys.argv) > 1 else 10
    today = datetime.now(SHANGHAI).date()
    first = today - timedelta(days)
    left = 0
    with Client(URL, USERNAME, PASSWORD) as client:
        for kind in ("stock", "index", "etf"):
            try:
                task = client.wait(client.fill(kind, first, today), timeout=PATIENCE)
                print(f"{kind}: fetched {task.bar_count:,} bars for {task.missing_count:,} codes")
            except TaskError as error:
                print(f"{kind}: {error}", file=sys.stderr)
            found = client.detect(kind, first, today)
            client.wait(found.task_id, timeout=PATIENCE)
            result = client.task_result(found.task_id)
            if isinstance(result, DetectResult):
                doubted = len(result.unconfirmed)
                print(f"{kind}: {result.missing_count:,} codes incomplete, {doubted:,} unconfirmed")
                left += result.missing_count
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main())
