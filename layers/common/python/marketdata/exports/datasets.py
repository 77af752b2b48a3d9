"""What is published: the datasets, and the columns of their files."""

from collections.abc import Mapping

from marketdata.blocks.dataset import Kind, Period
from marketdata.errors import NotFoundError
from marketdata.exports.entries import ALL
from marketdata.exports.parquet import DATE, REAL, TEXT, TRUTH, WHOLE
from marketdata.finance.statement import HEADER, TEXTS, Statement, StatementDataset
from marketdata.kline.bars import COUNTS, BarDataset
from marketdata.status.status import FLAGS, PRICES, STATUS, StatusDataset

BARS = {f"{kind}.daily": BarDataset(kind, Period.DAILY) for kind in Kind}
"""Daily bars, by the dataset's name."""

OF_DAYS: Mapping[str, BarDataset | StatusDataset] = BARS | {STATUS.name: STATUS}
"""All datasets with at most one row per code and day; they have market days."""

STATEMENTS = {each.name: each for each in map(StatementDataset, Statement)}

FACTORS = "stock.factors"

WHOLE_DATASETS: Mapping[str, Mapping[str, str]] = {
    "securities": {
        "code": TEXT,
        "name": TEXT,
        "type": TEXT,
        "market": TEXT,
        "list_date": DATE,
        "delist_date": DATE,
        "life": WHOLE,
    },
    "calendar": {"market": TEXT, "trade_date": DATE},
    "main_contracts": {"variety": TEXT, "trade_date": DATE, "code": TEXT, "until": DATE},
    FACTORS: {"code": TEXT, "trade_date": DATE, "factor": REAL, "until": DATE},
}
"""The columns of the datasets that are not cut by years."""

PUBLISHED = (*OF_DAYS, *STATEMENTS, *WHOLE_DATASETS)
"""The names of all datasets."""

DATES = frozenset({"reporting_period", "ann_date", "actual_ann_date"})


def columns_of(dataset: str) -> dict[str, str]:
    """Return the columns of a dataset's files, in order, and their types.

    Statements have those of the API's rows, after the code. Other figures that a source gives are
    in the API's answers only: a file's columns must not depend on its rows.

    Raises
    ------
    NotFoundError
        There is no such dataset.
    """
    if dataset in BARS:
        names = BARS[dataset].columns
        values = {name: WHOLE if name in COUNTS else REAL for name in names}
        return {"code": TEXT, "trade_date": DATE} | values
    if dataset == STATUS.name:
        values = dict.fromkeys(PRICES, REAL) | dict.fromkeys(FLAGS, TRUTH)
        return {"code": TEXT, "trade_date": DATE} | values
    if dataset in STATEMENTS:
        header = {name: DATE if name in DATES else TEXT for name in HEADER}
        columns = STATEMENTS[dataset].statement.columns
        return {"code": TEXT} | header | {n: TEXT if n in TEXTS else REAL for n in columns}
    if dataset in WHOLE_DATASETS:
        return dict(WHOLE_DATASETS[dataset])
    raise NotFoundError(f"there is no dataset {dataset}", key="not_published")


def has_years(dataset: str) -> bool:
    """Check whether a dataset is cut by years."""
    return dataset not in WHOLE_DATASETS


def path_of(dataset: str, year: str, part: str) -> str:
    """Return where a part lies in a mirror and in the lake."""
    if year == ALL:
        return f"{dataset}/part.parquet"
    name = "part" if part == year else part
    return f"{dataset}/year={year}/{name}.parquet"
