"""The whole service over BaoStock: the real package in the real child, before the stand-in.

The service is that of `tests/support/service.py`. What the synthetic market holds is the truth that
everything is compared with.
"""

import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from marketdata import deployment
from marketdata.blocks.block import BlockKey, unpack
from marketdata.blocks.dataset import Kind
from marketdata.blocks.days import days_of, parts_between
from marketdata.catalog.calendar import SHANGHAI, trading_days
from marketdata.catalog.securities import Security
from marketdata.kline.bars import BarDataset, parse_bars
from marketdata.sources.baostock import vendor as vendors
from marketdata.sources.child.limits import Limits
from marketdata.sources.source import BarRequest, FetchedBars
from marketdata.sources.synthetic.source import SyntheticSource
from tests.standin.baostock.log import Event
from tests.standin.baostock.server import BaoStockServer
from tests.support.baostock import EVENING, market_at
from tests.support.clocks import clock
from tests.support.service import Service

DAILY = BarDataset.parse("stock.daily")
MARKET = SyntheticSource(clock(EVENING), "17:30")
START, END = "20260205", "20260210"
SESSIONS = trading_days("SH", START, END)

LIMITS = Limits(load=60.0, login=6.0, call=6.0, logout=5.0)
"""What a test waits for an answer that does not come."""

type Row = dict[str, Any]


@cache
def securities(kind: Kind) -> dict[str, Security]:
    """Return those that BaoStock has and that are alive in the range, by code."""
    return {
        each.code: each
        for each in MARKET.list_securities().securities
        if each.kind is kind and each.code.endswith((".SH", ".SZ")) and each.alive(START, END)
    }


@cache
def fetched(dataset: BarDataset, codes: tuple[str, ...], start: str, end: str) -> FetchedBars:
    """Return what the synthetic market has."""
    return MARKET.fetch_bars(BarRequest(dataset, codes, start, end))


def rows_by_code(found: FetchedBars) -> dict[str, dict[str, Row]]:
    """Return the bars of codes by day, as they are read from the store."""
    rows: dict[str, dict[str, Row]] = {}
    names = [name for name in found.frame.columns if name != "code"]
    columns = (found.frame["code"], *(found.frame[name] for name in names))
    for code, *values in zip(*columns, strict=True):
        row = dict(zip(names, values, strict=True))
        rows.setdefault(code, {})[row["trade_date"]] = row | {"volume": int(row["volume"])}
    return rows


def true_bars(codes: Sequence[str] = (), start: str = START) -> dict[str, dict[str, Row]]:
    """Return the daily bars that all or some stocks really have, by code and day."""
    return rows_by_code(fetched(DAILY, tuple(codes or securities(Kind.STOCK)), start, END))


def true_halts(codes: Sequence[str] = (), start: str = START) -> dict[str, set[str]]:
    """Return the days on which they were really suspended, by code."""
    found = fetched(DAILY, tuple(codes or securities(Kind.STOCK)), start, END).halted
    return {code: set(days) for code, days in found.items() if days}


@dataclass
class SetClock:
    """A clock that stands where a test sets it, Asia/Shanghai."""

    moment: datetime

    def __call__(self) -> datetime:
        return self.moment

    def set(self, text: str) -> None:
        self.moment = datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@dataclass
class StoredDays:
    """What is stored of a code: its bars by day, and the days that are known to have none."""

    rows: dict[str, Row] = field(default_factory=dict)
    absent: set[str] = field(default_factory=set)
    suspended: set[str] = field(default_factory=set)


@dataclass
class BaoStockService:
    """The service and the server behind it."""

    service: Service
    server: BaoStockServer
    clock: SetClock

    def calls(self) -> Counter[str]:
        """Count the questions so far by call, logins and pages too."""
        return Counter(each["call"] for each in self.questions())

    def questions(self) -> list[Event]:
        """Return the questions so far."""
        return self.server.log.questions()

    def fill(self, **scope: Any) -> Any:
        """Fill the stocks' days, or another scope, and give the task."""
        return self.service.run("fill-missing", **(SCOPE | scope))

    def forget(self) -> None:
        """End the process of the package, and everything that this one remembers."""
        deployment.source().session.close()  # type: ignore[attr-defined]
        deployment.reset()

    def stored(
        self,
        codes: Sequence[str],
        dataset: BarDataset = DAILY,
        days: tuple[str, str] = (START, END),
    ) -> dict[str, StoredDays]:
        """Return what is stored of codes in a range of days."""
        found = {code: StoredDays() for code in codes}
        parts = parts_between(dataset, *days)
        keys = [BlockKey(dataset.name, code, part) for code in codes for part in parts]
        for key, held in self.service.blocks.read(keys, fresh=True).items():
            block, text = unpack(key, held)
            stored = found[key.code]
            for row in map(dict, parse_bars(text)):
                if days[0] <= (day := str(row["trade_date"])) <= days[1]:
                    stored.rows[day] = row
            stored.absent |= set(days_of(key.part, block.coverage.absent))
            stored.suspended |= set(days_of(key.part, block.coverage.suspended))
        return found

    def check_nothing_wrong(self, codes: Sequence[str] = (), start: str = START) -> None:
        """See that each stored bar is the truth, and that no day is absent which has one."""
        bars, still = true_bars(codes, start), true_halts(codes, start)
        for code, stored in self.stored([*bars, *still], days=(start, END)).items():
            assert stored.rows.items() <= bars.get(code, {}).items()
            assert stored.suspended <= still.get(code, set())
            assert not stored.absent & bars.get(code, {}).keys()

    def check_complete(self, codes: Sequence[str] = (), start: str = START) -> None:
        """See that all bars of the stocks are there, and that every other day is explained."""
        bars, still = true_bars(codes, start), true_halts(codes, start)
        assert bars.keys() | still.keys() == set(codes or securities(Kind.STOCK))
        for code, stored in self.stored([*bars, *still], days=(start, END)).items():
            assert stored.rows == bars.get(code, {})
            assert stored.suspended == still.get(code, set())

    def check_one_connection(self) -> None:
        """See that there was never more than one connection, and one question on it."""
        assert (self.server.log.most_open, self.server.log.most_busy) == (1, 1)
        assert not self.server.log.events("malformed")


SCOPE = {"security_type": "stock", "period_type": "daily", "start_date": START, "end_date": END}


@contextmanager
def over_baostock(
    service: Service, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[BaoStockService]:
    """Have the service ask a stand-in, which serves the synthetic market of an evening."""
    evening = SetClock(clock(EVENING)())
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    monkeypatch.setattr(vendors, "LIMITS", LIMITS)
    monkeypatch.setattr(vendors, "PAUSE_SECONDS", 0.0)
    monkeypatch.setattr(deployment, "now", evening)
    with BaoStockServer(market_at(EVENING)) as server:
        environment = {
            "UPSTREAM": "baostock",
            "BAOSTOCK_ADDRESS": server.address,
            "SOURCE_REQUESTS_PER_MINUTE": "5000",
        }
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        deployment.reset()
        made = BaoStockService(service, server, evening)
        try:
            yield made
        finally:
            made.forget()
            left = list((folder / "baostock").glob("run-*"))
        made.check_one_connection()
        assert not left, "a process left its folder"
