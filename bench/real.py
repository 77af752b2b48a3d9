"""Real bars, if there are any: CSV files in the layout of the `files` source."""

from pathlib import Path

import numpy as np
import pandas as pd

from bench.market import COLUMNS, NULL, new_market


def take(files: Path, folder: Path) -> None:
    """Write the bars of some CSV files as a market.

    Parameters
    ----------
    files : Path
        A folder such as `stock/daily`, with one file per code.
    folder : Path
        The folder to which the market is written.
    """
    frames = {path.stem: _frame(path) for path in sorted(files.glob("*.csv"))}
    minutes = any("kline_time" in frame for frame in frames.values())
    key = "kline_time" if minutes else "trade_date"
    times = sorted(set().union(*(frame[key] for frame in frames.values())))
    days = [time[:10].replace("-", "") for time in times]
    arrays = new_market(folder, list(frames), days, times if minutes else [])
    for row, frame in enumerate(frames.values()):
        here = np.searchsorted(np.array(times), frame[key].to_numpy(dtype=str))
        arrays["traded"][row, here] = True
        for name in COLUMNS:
            values = frame[name].to_numpy(dtype="float64")
            scaled = np.rint(values * (1 if name == "volume" else 100))
            arrays[name][row, here] = np.where(np.isnan(values), NULL, scaled)


def _frame(path: Path) -> pd.DataFrame:
    texts = {"trade_date": str, "kline_time": str}
    return pd.read_csv(path, dtype=texts, float_precision="round_trip")
