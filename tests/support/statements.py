"""A block store in memory, a quarantine, and what the tests of statements share."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from marketdata.aws.items import Item, ItemKey
from marketdata.aws.writes import ConditionFailedError, Write
from marketdata.blocks.dataset import Kind
from marketdata.blocks.store import BlockStore
from marketdata.catalog.securities import Catalog, Security
from marketdata.finance.statement import Statement, StatementDataset, StatementRow
from marketdata.ingest.quarantine import Quarantine
from marketdata.ingest.report import IngestReport
from marketdata.ingest.statements import StatementIngest
from marketdata.sources.source import FetchedStatements, StatementRequest

BANK = Security("600000.SH", "浦发银行", Kind.STOCK, "SH", "19991110")
YOUNG = Security("300316.SZ", "晶盛机电", Kind.STOCK, "SZ", "20120511")
GONE = Security("600001.SH", "邯郸钢铁", Kind.STOCK, "SH", "19980122", "20091229")
INDEX = Security("000300.SH", "沪深300", Kind.INDEX, "SH")
CATALOG = Catalog([BANK, YOUNG, GONE, INDEX], "", "files", {})
INCOME = StatementDataset(Statement.INCOME)


class MemoryTable:
    """A table that keeps the store's promises: a write needs the version that was read."""

    def __init__(self) -> None:
        self.items: dict[ItemKey, Item] = {}

    def get(self, pk: str, sk: str) -> Item | None:
        return self.items.get((pk, sk))

    def get_many(
        self, keys: Sequence[ItemKey], *, fresh: bool, attributes: Sequence[str]
    ) -> dict[ItemKey, Item]:
        return {key: self.items[key] for key in keys if key in self.items}

    def query(
        self,
        pk: str,
        *,
        between: tuple[str, str] | None,
        index: str,
        hash_name: str,
        range_name: str,
        attributes: Sequence[str],
    ) -> Iterator[Item]:
        assert index == "coverage"
        yield from (item for item in self.items.values() if item[hash_name] == pk)

    def write(self, write: Write) -> Item:
        key, item = (write.pk, write.sk), write.put
        assert item is not None
        stored = self.items.get(key, {"version": None})
        if stored["version"] != write.values.get(":version"):
            raise ConditionFailedError("another version")
        self.items[key] = dict(item)
        return {}


class MemoryObjects:
    """A bucket."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}

    def read(self, key: str) -> bytes:
        return self.objects[key]

    def write(self, key: str, body: bytes, content_type: str = "") -> None:
        self.objects[key] = body

    def delete(self, key: str) -> None:
        del self.objects[key]


@dataclass
class Cache:
    """A store and a quarantine, and the write path into them."""

    table: MemoryTable = field(default_factory=MemoryTable)
    objects: MemoryObjects = field(default_factory=MemoryObjects)
    quarantine: dict[str, Any] = field(default_factory=dict)

    @property
    def store(self) -> BlockStore:
        return BlockStore(self.table, self.objects)

    def write_json(self, key: str, value: Any) -> None:
        self.quarantine[key] = value

    def ingest(
        self,
        *rows: StatementRow,
        codes: Sequence[str] = (BANK.code,),
        start: str = "20110101",
        end: str = "20111231",
        final_until: str = "20260930",
        failed: dict[str, str] | None = None,
    ) -> IngestReport:
        """Store what a source gave for a request of income statements."""
        request = StatementRequest(Statement.INCOME, tuple(codes), start, end)
        ingest = StatementIngest(self.store, Quarantine(self), CATALOG, final_until=final_until)
        return ingest.run(request, FetchedStatements(list(rows), failed or {}))


def row(period: str = "20110930", code: str = BANK.code, **values: Any) -> StatementRow:
    """A row of an income statement."""
    made: dict[str, Any] = {
        "code": code,
        "reporting_period": period,
        "statement_type": "1",
        "ann_date": "20111028",
        "opera_rev": 1.5e9,
    }
    return made | values
