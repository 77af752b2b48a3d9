"""Files by other names: a code's own one is read, one by a wrong name is told from none."""

from collections.abc import Iterator

import pytest

from marketdata.kline.bars import BarDataset
from marketdata.sources.files.source import FileSource
from marketdata.sources.source import BarRequest, FetchedBars
from tests.support.clocks import clock
from tests.support.memory import MemoryBucket

HEAD = "trade_date,open,high,low,close,volume,amount"
STOCK = f"{HEAD}\n20240102,6.6,6.7,6.5,6.65,100,665.0\n"
FUTURE = f"{HEAD},settle,open_interest\n20240102,6.6,6.7,6.5,6.65,100,665.0,6.6,10\n"
LISTED = "code,name,type,list_date,delist_date\n"


class Counting(MemoryBucket):
    """Counts how often a folder is listed."""

    listed = 0

    def keys(self, prefix: str) -> Iterator[str]:
        self.listed += 1
        return super().keys(prefix)


def fetch(dataset: str, *codes: str, **files: str) -> FetchedBars:
    return fetch_from(MemoryBucket.of(files), dataset, *codes)


def fetch_from(objects: MemoryBucket, dataset: str, *codes: str) -> FetchedBars:
    source = FileSource(objects, clock("2025-11-21T18:00"), "17:00")
    return source.fetch_bars(BarRequest(BarDataset.parse(dataset), codes, "20240101", "20240131"))


def test_a_code_without_a_file_is_reported() -> None:
    files = {"imports/stock/daily/600000.SH.csv": STOCK}
    found = fetch("stock.daily", "600000.SH", "600151.SH", **files)
    assert found.frame["code"].tolist() == ["600000.SH"]
    assert found.failed == {"600151.SH": "there is no imports/stock/daily/600151.SH.csv"}
    assert found.horizon == {"600000.SH": "20240102"}


@pytest.mark.parametrize("name", ["600151.sh", "sh600151", "600151", "SH.600151", "600151_SH"])
def test_a_file_by_a_wrong_name_is_named(name: str) -> None:
    folder = "imports/stock/daily"
    found = fetch("stock.daily", "600151.SH", **{f"{folder}/{name}.csv": STOCK})
    assert found.frame.empty
    assert found.failed == {
        "600151.SH": f"there is no {folder}/600151.SH.csv, but {folder}/{name}.csv: rename it"
    }


def test_contracts_may_be_written_as_the_exchanges_do() -> None:
    files = {
        "imports/future/daily/rb2405.SHF.csv": FUTURE,
        "imports/future/daily/TA405.CZC.csv": FUTURE,
    }
    found = fetch("future.daily", "RB2405.SHF", "TA405.CZC", **files)
    assert sorted(found.frame["code"]) == ["RB2405.SHF", "TA405.CZC"]
    assert found.failed == {}
    assert found.horizon == {"RB2405.SHF": "20240102", "TA405.CZC": "20240102"}


def test_a_file_may_be_named_as_the_list_of_securities_writes_its_code() -> None:
    files = {
        "imports/securities.csv": LISTED + "600151.sh,x,stock,,\n",
        "imports/stock/daily/600151.sh.csv": STOCK,
    }
    found = fetch("stock.daily", "600151.SH", **files)
    assert (found.frame["code"].tolist(), found.failed) == (["600151.SH"], {})


def test_of_two_files_neither_is_taken() -> None:
    folder = "imports/future/daily"
    files = {f"{folder}/rb2405.SHF.csv": FUTURE, f"{folder}/Rb2405.SHF.csv": FUTURE}
    found = fetch("future.daily", "RB2405.SHF", **files)
    assert found.failed["RB2405.SHF"].endswith(
        f"but {folder}/Rb2405.SHF.csv, {folder}/rb2405.SHF.csv: rename it"
    )


def test_a_folder_is_listed_once_and_only_where_something_is_lacking() -> None:
    objects = Counting.of({"imports/stock/daily/600000.SH.csv": STOCK})
    fetch_from(objects, "stock.daily", "600000.SH")
    assert objects.listed == 0
    fetch_from(objects, "stock.daily", "600000.SH", "600001.SH", "600002.SH")
    assert objects.listed == 1
