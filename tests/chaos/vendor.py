"""The whole service over the vendor's SDK, which misbehaves as it is told.

The service is that of `tests/support/service.py`: the real state machines, handlers and
tables. The SDK is the stand-in of `tests/standin`, in the real child process; what its market holds
is the truth that everything is compared with.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.sdk_bundle import pack
from marketdata import deployment
from marketdata.aws.encryption import EncryptionKey
from marketdata.blocks.block import BlockKey, unpack
from marketdata.blocks.dataset import Kind
from marketdata.blocks.days import days_of
from marketdata.catalog.calendar import trading_days
from marketdata.kline.bars import BarDataset, parse_bars
from marketdata.sdk_configs.records import SdkConfigs
from marketdata.sources.source import BarRequest
from marketdata.sources.synthetic.source import SyntheticSource
from tests.support.clocks import clock
from tests.support.service import Service
from tests.support.standins import bundle

MARKET = SyntheticSource(clock("2025-11-21T20:00"), "17:00")
START, END = "20240701", "20250630"
PARTS = ("2024", "2025")

type Row = dict[str, Any]


DAILY = BarDataset.parse("stock.daily")


def _chosen() -> tuple[str, ...]:
    """Choose stocks of each market: some suspended for a while, some listed or delisted since."""
    stocks = [each for each in MARKET.list_securities().securities if each.kind is Kind.STOCK]
    living = tuple(each.code for each in stocks if each.alive(START, END))
    halted = MARKET.fetch_bars(BarRequest(DAILY, living, START, END)).halted
    new = [each.code for each in stocks if START < (each.list_date or "") <= END]
    gone = [each.code for each in stocks if START <= (each.delist_date or "") < END]
    chosen, changing = [*new[:1], *gone[:1]], {*new, *gone}
    assert len(chosen) == 2
    for market in ("SH", "SZ"):
        codes = [code for code in living if code.endswith(market) and code not in changing]
        chosen += [code for code in codes if code in halted][:2]
        chosen += [code for code in codes if code not in halted][:2]
    return tuple(sorted(chosen))


CODES = _chosen()
TRUTH = MARKET.fetch_bars(BarRequest(DAILY, CODES, START, END))
STOCKS = {each.code: each for each in MARKET.list_securities().securities if each.code in CODES}
CALENDAR = trading_days("SH", START, END)
OUTSIDE = {
    "not_listed": sum(day < (each.list_date or "") for each in STOCKS.values() for day in CALENDAR),
    "delisted": sum(
        day > (each.delist_date or END) for each in STOCKS.values() for day in CALENDAR
    ),
}
"""Days that the codes did not live to see, by reason."""

SCOPE = {"security_type": "stock", "start_date": START, "end_date": END, "codes": list(CODES)}


def truth(code: str) -> dict[str, Row]:
    """Give the bars that a code really has, by day."""
    frame = TRUTH.frame[TRUTH.frame["code"] == code].drop(columns="code")
    names = list(frame.columns)
    rows = [dict(zip(names, row, strict=True)) for row in frame.itertuples(index=False)]
    return {row["trade_date"]: {**row, "volume": int(row["volume"])} for row in rows}


@dataclass
class Vendor:
    """The service and the SDK behind it."""

    service: Service
    folder: Path
    bundles: int = 0

    def configure(self, key: str) -> None:
        """Tell the service an account."""
        account = {"username": "li", "host": "127.0.0.1", "port": 8600, "local_path": None}
        configs = SdkConfigs(self.service.cloud.control, EncryptionKey(key))
        configs.create(password="open sesame", is_default=True, name="x", **account)

    def deliver(self, *faults: dict[str, Any]) -> None:
        """Put another bundle in the bucket; from the next call on the SDK has these faults."""
        self.bundles += 1
        site = bundle(self.folder / f"site-{self.bundles}", *faults)
        out = pack(site, self.folder / "sdk.zip", frozenset({"__pycache__"}))
        self.service.cloud.bucket.write("sdk/bundle.zip", out.read_bytes(), "application/zip")

    def close(self) -> None:
        """End the child process."""
        deployment.source().session.close()  # type: ignore[attr-defined]

    def stored(self, code: str) -> tuple[dict[str, Row], set[str], set[str]]:
        """Give a code's stored bars by day, its absent days, and those of them suspended."""
        rows, absent, suspended = dict[str, Row](), set[str](), set[str]()
        keys = [BlockKey(DAILY.name, code, part) for part in PARTS]
        for key, stored in self.service.blocks.read(keys, fresh=True).items():
            block, text = unpack(key, stored)
            rows |= {str(row["trade_date"]): dict(row) for row in parse_bars(text)}
            absent |= set(days_of(key.part, block.coverage.absent))
            suspended |= set(days_of(key.part, block.coverage.suspended))
        return rows, absent, suspended

    def kept(self) -> list[Path]:
        """List what runs of the SDK left on disk."""
        return list((self.folder / "amazingdata").glob("run-*"))
