"""Statements that are stored in memory."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from marketdata.blocks.dataset import Kind
from marketdata.catalog.securities import Catalog, Security
from marketdata.finance.statement import Statement, StatementDataset, StatementRow
from marketdata.ingest.quarantine import Quarantine
from marketdata.ingest.report import IngestReport
from marketdata.ingest.statements import StatementIngest
from marketdata.sources.source import FetchedStatements, StatementRequest
from tests.support.memory import MemoryStore

BANK = Security("600000.SH", "浦发银行", Kind.STOCK, "SH", "19991110")
NOW = 1_800_000_000
YOUNG = Security("300316.SZ", "晶盛机电", Kind.STOCK, "SZ", "20120511")
GONE = Security("600001.SH", "邯郸钢铁", Kind.STOCK, "SH", "19980122", "20091229")
INDEX = Security("000300.SH", "沪深300", Kind.INDEX, "SH")
CATALOG = Catalog([BANK, YOUNG, GONE, INDEX], "", "files", {})
INCOME = StatementDataset(Statement.INCOME)


@dataclass
class StatementCache:
    """A store, and the write path into it."""

    store: MemoryStore = field(default_factory=MemoryStore)

    def ingest(
        self,
        *rows: StatementRow,
        codes: Sequence[str] = (BANK.code,),
        start: str = "20110101",
        end: str = "20111231",
        final_until: str = "20260930",
        failed: dict[str, str] | None = None,
        in_order: bool = True,
    ) -> IngestReport:
        """Store what a source gave for a request of income statements."""
        request = StatementRequest(Statement.INCOME, tuple(codes), start, end)
        ingest = StatementIngest(
            self.store, Quarantine(self.store.bucket), CATALOG, final_until=final_until, now=NOW
        )
        return ingest.run(request, FetchedStatements(list(rows), failed or {}, in_order=in_order))


def income(period: str = "20110930", code: str = BANK.code, **values: Any) -> StatementRow:
    """A row of an income statement."""
    made: dict[str, Any] = {
        "code": code,
        "reporting_period": period,
        "statement_type": "1",
        "ann_date": "20111028",
        "opera_rev": 1.5e9,
    }
    return made | values
