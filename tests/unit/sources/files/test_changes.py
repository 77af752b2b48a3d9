"""When what a file says has last changed."""

from collections.abc import Iterator

from marketdata.blocks.dataset import Kind, Period
from marketdata.finance.statement import Statement, StatementDataset
from marketdata.kline.bars import BarDataset
from marketdata.sources.files.changes import GONE, file_times

TIMES = {
    "imports/future/daily/rb2405.SHF.csv": 100,
    "imports/future/daily/IF2401.CFE.csv": 200,
    "imports/future/daily/readme.txt": 300,
    "imports/finance/income.csv": 400,
}


class Listing:
    """A bucket's listing."""

    def modified(self, prefix: str) -> Iterator[tuple[str, int]]:
        return ((key, at) for key, at in TIMES.items() if key.startswith(prefix))


def test_each_code_has_the_time_of_its_file() -> None:
    written = file_times(Listing(), BarDataset(Kind.FUTURE, Period.DAILY))
    assert [written("RB2405.SHF"), written("IF2401.CFE")] == [100, 200]
    assert written("IF2402.CFE") == GONE


def test_all_companies_have_the_time_of_the_statements_file() -> None:
    assert file_times(Listing(), StatementDataset(Statement.INCOME))("600000.SH") == 400
    assert file_times(Listing(), StatementDataset(Statement.CASH_FLOW))("600000.SH") == GONE
