"""What BaoStock has, from when on, and when a day of it is final. Pure."""

from marketdata.blocks.dataset import Dataset, Kind, Period
from marketdata.kline.adjust.steps import FactorDataset
from marketdata.kline.bars import BarDataset

MINUTES = {Period.MIN5: 5, Period.MIN15: 15, Period.MIN30: 30, Period.MIN60: 60}
"""The minutes that a bar spans."""

FIRST_DAYS = {
    BarDataset(Kind.STOCK, Period.DAILY): "19901219",
    BarDataset(Kind.INDEX, Period.DAILY): "20060101",
    BarDataset(Kind.ETF, Period.DAILY): "20260105",
    **{BarDataset(Kind.STOCK, period): "20200103" for period in MINUTES},
    **{BarDataset(Kind.ETF, period): "20260105" for period in MINUTES},
}
"""The first day of each dataset that it has."""

DAY_CALLS = {
    Kind.STOCK: ("day_of_stocks", "20160104"),
    Kind.ETF: ("day_of_etfs", "20260105"),
}
"""By kind, the call that returns all codes of a day, and the first day for which it is relied on.
Of earlier days it is unknown what it returns."""

DAILY_READY, FACTORS_READY, MINUTES_READY = "17:30", "18:00", "20:00"


def ready(dataset: Dataset) -> str:
    """Return the time of day, "HH:MM" in Shanghai, from which a day of a dataset is final."""
    if isinstance(dataset, FactorDataset):
        return FACTORS_READY
    return MINUTES_READY if dataset.intraday else DAILY_READY
