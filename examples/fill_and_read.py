"""Fill the cache, and read K-lines that are guaranteed to be complete.

    python examples/fill_and_read.py

Uses the local cloud, unless AMAZINGDATA_URL, AMAZINGDATA_USERNAME and AMAZINGDATA_PASSWORD are set.
"""

import os

from amazingdata_client import Client, IncompleteError, Task

URL = os.environ.get("AMAZINGDATA_URL", "http://localhost:8000/api/v1")
USERNAME = os.environ.get("AMAZINGDATA_USERNAME", "admin")
PASSWORD = os.environ.get("AMAZINGDATA_PASSWORD", "admin123")

START, END = "20240101", "20240630"


def main() -> None:
    """Read bars; if some are missing, fetch them and read again."""
    with Client(URL, USERNAME, PASSWORD) as client:
        stocks = client.codes("EXTRA_STOCK_A")
        bars = client.kline(stocks, START, END, adjust="forward")
        try:
            bars.require_complete()
        except IncompleteError as gap:
            print(f"{len(gap.missing)} of {len(stocks)} stocks have missing bars: {gap}")
            task = client.fill("stock", START, END)
            client.wait(task, on_progress=show, timeout=300)
            bars = client.kline(stocks, START, END, adjust="forward").require_complete()
        frame = bars.to_pandas()
        print(f"{len(frame):,} bars of {frame['code'].nunique()} stocks")
        closes = frame.pivot_table(index="trade_date", columns="code", values="close")
        best = (closes.ffill().iloc[-1] / closes.bfill().iloc[0] - 1).nlargest(3)
        for code, gain in best.items():
            print(f"{code}  {gain:+.1%}")


def show(task: Task) -> None:
    """Print the progress of a task."""
    print(f"task {task.id}: {task.progress:.0f}%, {task.bar_count:,} bars")


if __name__ == "__main__":
    main()
