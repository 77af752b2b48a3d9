"""The contents of the stand-in for DynamoDB and S3: blocks, written as the service writes them."""

import pickle
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from bench.market import Market
from marketdata.aws.items import Item, ItemKey, RawItem, to_attributes
from marketdata.aws.writes import Write
from marketdata.blocks.dataset import Kind
from marketdata.blocks.days import bit_of
from marketdata.blocks.store import BlockStore
from marketdata.catalog.catalog_store import CatalogStore
from marketdata.catalog.constituents import Membership
from marketdata.catalog.groups import Asking, KnownMembers, encode_members, members_key
from marketdata.catalog.securities import Catalog, Security, market_of
from marketdata.ingest.bars import BarIngest
from marketdata.ingest.quarantine import Quarantine
from marketdata.ingest.status import StatusIngest
from marketdata.kline.bars import BarDataset
from marketdata.sources.source import BarRequest, FetchedBars, FetchedStatus, StatusRequest
from marketdata.status.status import MARKETS

FINAL_UNTIL = "20261030"
LISTED = "19901219"
LACKS = 100
INDEX = "000300.SH"
MEMBERS, LEFT = 300, 500


@dataclass(slots=True)
class Contents:
    """A table and a bucket in memory; `BlockStore` and `BarIngest` write into both.

    Attributes
    ----------
    items : dict
        Each item by its key, which it does not repeat.
    objects : dict
        The bytes of each object by its key.
    series : dict
        The items of the index `coverage`, in order, by their hash key.
    """

    items: dict[ItemKey, Item] = field(default_factory=dict)
    objects: dict[str, bytes] = field(default_factory=dict)
    series: dict[str, list[Item]] = field(default_factory=dict)

    def save(self, path: Path) -> None:
        """Write everything to a file for `bench.endpoint`."""
        path.write_bytes(pickle.dumps((self.items, self.objects, self.series)))

    @property
    def store(self) -> BlockStore:
        """A block store on top of these contents."""
        return BlockStore(self, Objects(self.objects))

    def get(self, pk: str, sk: str) -> Item | None:
        return self.items.get((pk, sk))

    def get_many(
        self, keys: Sequence[ItemKey], *, fresh: bool = False, attributes: Sequence[str] = ()
    ) -> dict[ItemKey, Item]:
        wanted = set(attributes)
        return {
            key: {
                name: value
                for name, value in self.items[key].items()
                if name in wanted or not wanted
            }
            for key in keys
            if key in self.items
        }

    def query_raw(
        self,
        pk: str,
        *,
        between: tuple[str, str] | None,
        index: str,
        hash_name: str,
        range_name: str,
        attributes: Sequence[str],
    ) -> Iterator[RawItem]:
        yield from map(to_attributes, self.series.get(pk, []))

    def query(
        self, pk: str, *, between: tuple[str, str] | None = None, attributes: Sequence[str] = ()
    ) -> Iterator[Item]:
        raise AssertionError("one dataset and year is published without a look at others")

    def write(self, write: Write) -> Item:
        self.items[write.pk, write.sk] = dict(write.put or {})
        return {}

    def transact(self, *writes: Write) -> None:
        for write in writes:
            self.write(write)


@dataclass(frozen=True, slots=True)
class Objects:
    """The bucket of `Contents`."""

    objects: dict[str, bytes]

    def read(self, key: str) -> bytes:
        return self.objects[key]

    def write(self, key: str, body: bytes, content_type: str = "") -> None:
        self.objects[key] = body

    def write_json(self, key: str, value: Any) -> None:
        raise AssertionError(f"bars were set aside: {key}, such as {value[0]}")

    def delete(self, key: str) -> None:
        self.objects.pop(key, None)

    def modified(self, prefix: str) -> Iterator[tuple[str, int]]:
        yield from ((key, 0) for key in self.objects if key.startswith(prefix))


def catalog(codes: Iterable[str], others: Iterable[Security] = ()) -> Catalog:
    """Build a catalog of stocks that have always been listed, and of `others`."""
    listed = [Security(code, code, Kind.STOCK, market_of(code), LISTED) for code in codes]
    return Catalog([*listed, *others], "2026-10-30T09:00:00+00:00", "synthetic", {})


def fill(
    contents: Contents,
    dataset: BarDataset,
    market: Market,
    codes: Sequence[int],
    *,
    start: str = "",
    end: str = "99991231",
) -> None:
    """Store bars of some codes through the service's own write path."""
    start, end = max(start, market.days[0]), min(end, market.days[-1])
    names = tuple(market.codes[code] for code in codes)
    ingest = BarIngest(
        contents.store,
        Quarantine(Objects(contents.objects)),
        catalog(names),
        coverage_start=market.days[0],
        final_until=FINAL_UNTIL,
        now=0,
    )
    frame = bars(market, codes, start, end)
    # A market that is made up knows of every day what there is not.
    known = FetchedBars(frame, sure_until=dict.fromkeys(names, end))
    ingest.run(BarRequest(dataset, names, start, end), known)


def add_members(contents: Contents, codes: Sequence[str]) -> None:
    """Store an index whose members are 300 of some codes, and 500 more that have left."""
    members = [
        Membership(code, LISTED, None if at < MEMBERS else FINAL_UNTIL)
        for at, code in enumerate(codes[: MEMBERS + LEFT])
    ]
    asking = Asking("synthetic", "99991231", "2026-10-30T09:00:00+00:00")
    key = members_key(INDEX)
    contents.store.update(
        key, None, lambda stored: encode_members(KnownMembers(members, (), asking), stored)
    )


def fill_status(
    contents: Contents, market: Market, codes: Sequence[int], start: str, end: str
) -> None:
    """Store the status of some stocks through the service's own write path.

    The limits are 10 % from the close before, and every hundredth stock is under special treatment.
    """
    covered = [code for code in codes if market_of(market.codes[code]) in MARKETS]
    names = tuple(market.codes[code] for code in covered)
    frames = []
    for code in covered:
        values = market.values(code, start, end)
        close = np.asarray(values["close"], dtype=float)
        before = np.concatenate([close[:1], close[:-1]])
        frames.append(
            pd.DataFrame(
                {
                    "code": market.codes[code],
                    "trade_date": values["trade_date"],
                    "pre_close": before,
                    "limit_up": (before * 1.1).round(2),
                    "limit_down": (before * 0.9).round(2),
                    "is_st": float(code % LACKS == 0),
                    "suspended": 0.0,
                    "ex_right": 0.0,
                    "ex_dividend": 0.0,
                }
            )
        )
    ingest = StatusIngest(
        contents.store,
        Quarantine(Objects(contents.objects)),
        catalog(names),
        coverage_start=market.days[0],
        final_until=FINAL_UNTIL,
        now=0,
    )
    known = FetchedStatus(
        pd.concat(frames, ignore_index=True), sure_until=dict.fromkeys(names, end)
    )
    ingest.run(StatusRequest(names, start, end), known)


def bars(market: Market, codes: Sequence[int], start: str, end: str) -> pd.DataFrame:
    """Return bars as the frame that a source would return."""
    frames = []
    for code in codes:
        values = market.values(code, start, end)
        frame = pd.DataFrame({"code": market.codes[code], **values})
        frames.append(frame.astype({"volume": "float64"}))
    return pd.concat(frames, ignore_index=True)


def cover(contents: Contents, market: Market, codes: int, parts: Iterable[str]) -> None:
    """Fill only the index `coverage`, with what `fill` would write for every code and some years.

    Every `LACKS`th code lacks the last day of each year.

    Parameters
    ----------
    contents : Contents
        The contents to fill.
    market : Market
        A market of daily bars.
    codes : int
        The number of codes, which are named by numbers; beyond the market's own number of codes,
        its bars repeat.
    parts : iterable of str
        The years.
    """
    traded = np.array(market.traded)[np.arange(codes) % len(market.codes)]
    names = [f"{number:06}.SH" for number in range(codes)]
    years = np.array([day[:4] for day in market.days])
    for year in parts:
        here = np.flatnonzero(years == year)
        bits = [bit_of(year, market.days[at]).bit_length() - 1 for at in here]
        days = np.zeros((2, codes, 366), dtype=bool)
        days[0][:, bits], days[1][:, bits] = traded[:, here], ~traded[:, here]
        days[:, ::LACKS, bits[-1]] = False
        counts = days[0].sum(axis=1).tolist()
        present, absent = np.packbits(days, axis=2, bitorder="little")
        series = f"stock.daily#{year}"
        # A secondary index has the keys of its table beside its own.
        contents.series[series] = [
            {"pk": f"stock.daily#{name}", "sk": str(year), "series": series, "code": name}
            | {"rows": count, "present": _bytes(has), "absent": _bytes(lacks)}
            for name, count, has, lacks in zip(names, counts, present, absent, strict=True)
        ]


def _bytes(packed: npt.NDArray[np.uint8]) -> bytes:
    return packed.tobytes().rstrip(b"\0")


def add_catalog(contents: Contents, codes: Iterable[str], others: Iterable[Security] = ()) -> None:
    """Store the result of `catalog`."""
    CatalogStore(contents.store, lambda: None).save(catalog(codes, others))
