"""The factors of an answer: stored, fetched where they are lacking, and never guessed."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import orjson
import pytest

from marketdata.blocks import codec
from marketdata.blocks.dataset import Kind
from marketdata.catalog.securities import Security
from marketdata.errors import UpstreamBusyError, UpstreamError
from marketdata.ingest.factors import save_factors
from marketdata.kline.adjust.adjuster import ASK_AGAIN, Adjuster
from marketdata.kline.adjust.factors import NO_FACTORS, KnownFactors, read_factors
from marketdata.kline.adjust.steps import Mode, Steps
from marketdata.kline.gaps import DEADLINE
from marketdata.kline.rows import Piece, RowSet
from marketdata.sources.source import FactorRequest, FetchedFactors
from tests.unit.kline.fakes import MemoryStore

NOW = datetime(2024, 1, 5, 10, tzinfo=UTC)
FINAL = "20240105"
SECURITIES = {
    each.code: each
    for each in (
        Security("600000.SH", "", Kind.STOCK, "SH", "19991110"),
        Security("600001.SH", "", Kind.STOCK, "SH", "19980122", "20240103"),
        Security("000001.SZ", "", Kind.STOCK, "SZ", "19910403"),
        Security("510300.SH", "", Kind.ETF, "SH", "20120528"),
        Security("000300.SH", "", Kind.INDEX, "SH", "20050408"),
    )
}
HALVED = Steps(("20230104", "20240104"), (1.0, 2.0), FINAL)
"""A share became two on 4 January 2024."""
WEEK = ("20240102", "20240103", "20240104", "20240105")


@dataclass
class Market:
    """A store of factors, and a source that has some."""

    steps: dict[str, Steps] = field(default_factory=lambda: {"600000.SH": HALVED})
    store: MemoryStore = field(default_factory=MemoryStore)
    fault: UpstreamError | None = None
    calls: list[tuple[str, list[str]]] = field(default_factory=list)
    now: datetime = NOW
    seconds: float = 0.0

    def fetch(self, kind: str, codes: list[str], seconds: float) -> None:
        assert 1 <= seconds <= DEADLINE
        self.calls.append((kind, codes))
        if self.fault:
            raise self.fault
        self.save(Kind(kind), *codes)

    def save(self, kind: Kind, *codes: str, final_until: str = FINAL) -> dict[str, str]:
        found = FetchedFactors({code: self.steps[code] for code in codes if code in self.steps})
        request = FactorRequest(kind, codes)
        return save_factors(self.store, request, found, final_until, self.now.isoformat())

    def adjuster(
        self, mode: Mode = Mode.FORWARD, end: str = FINAL, final_until: str = FINAL
    ) -> Adjuster:
        return Adjuster(
            mode,
            self.store,
            self.fetch,
            end,
            final_until,
            now=lambda: self.now,
            clock=lambda: self.seconds,
        )

    def read(
        self,
        *codes: str,
        mode: Mode = Mode.FORWARD,
        days: tuple[str, ...] = WEEK,
        final_until: str = FINAL,
    ) -> RowSet:
        adjuster = self.adjuster(mode, days[-1], final_until)
        pieces = {code: [rows(day) for day in days] for code in codes}
        meta = {"complete": True, "warnings": []}
        return adjuster.told(RowSet(adjuster.apply(SECURITIES, pieces), meta))


def rows(day: str) -> Piece:
    """Give the piece of one bar, whose prices are 8."""
    prices = dict.fromkeys(("open", "high", "low", "close"), 8.0)
    return Piece.of(orjson.dumps({"trade_date": day, **prices, "volume": 100, "amount": 800.0}))


def closes(reading: RowSet, code: str = "600000.SH") -> list[float | None]:
    return [row["close"] for row in reading.parsed(code)]


def test_what_is_lacking_is_fetched_once() -> None:
    market = Market()
    for _ in range(2):
        found = market.read("600000.SH")
        assert closes(found) == [4.0, 4.0, 8.0, 8.0]
        assert found.meta == {
            "complete": True,
            "warnings": [],
            "adjust": {"mode": "forward", "anchor": {"600000.SH": FINAL}, "failed": {}},
        }
    assert market.calls == [("stock", ["600000.SH"])]
    found = market.read("600000.SH", mode=Mode.BACKWARD)
    assert closes(found) == [8.0, 8.0, 16.0, 16.0]
    assert found.meta["adjust"]["anchor"] == {"600000.SH": "20230104"}
    assert len(market.calls) == 1


def test_backward_counts_from_the_listing_though_factors_begin_later() -> None:
    market = Market({"600000.SH": Steps(("20230104", "20240104"), (3.0, 6.0), FINAL)})
    found = market.read("600000.SH", mode=Mode.BACKWARD)
    assert closes(found) == [24.0, 24.0, 48.0, 48.0]
    assert found.meta["adjust"]["anchor"] == {"600000.SH": "19991110"}


def test_many_codes_take_one_call_a_kind() -> None:
    market = Market(dict.fromkeys(SECURITIES, HALVED))
    found = market.read(*SECURITIES)
    assert market.calls == [
        ("stock", ["600000.SH", "600001.SH", "000001.SZ"]),
        ("etf", ["510300.SH"]),
    ]
    assert list(found.pieces) == list(SECURITIES)
    assert closes(found, "510300.SH") == [4.0, 4.0, 8.0, 8.0]


def test_an_index_pays_out_nothing() -> None:
    market = Market()
    found = market.read("000300.SH")
    assert closes(found, "000300.SH") == [8.0] * 4
    assert found.meta["adjust"] == {"mode": "forward", "anchor": {}, "failed": {}}
    assert not market.calls


def test_without_factors_there_is_no_price_but_a_reason() -> None:
    market = Market({"600000.SH": HALVED})
    found = market.read("600000.SH", "000001.SZ")
    assert closes(found) == [4.0, 4.0, 8.0, 8.0]
    assert closes(found, "000001.SZ") == []
    assert found.meta["adjust"]["failed"] == {"000001.SZ": NO_FACTORS}
    assert found.meta["complete"] is False


def test_a_code_without_factors_is_not_asked_for_at_every_read() -> None:
    market = Market({})
    for _ in range(3):
        market.read("600000.SH")
    assert len(market.calls) == 1
    market.now += ASK_AGAIN
    market.steps["600000.SH"] = HALVED
    assert closes(market.read("600000.SH")) == [4.0, 4.0, 8.0, 8.0]
    assert len(market.calls) == 2


def test_a_source_that_fails_leaves_what_is_known_and_right() -> None:
    market = Market()
    market.save(Kind.STOCK, "600000.SH", final_until="20240104")
    market.fault = UpstreamBusyError("busy")
    market.now += ASK_AGAIN
    early = market.read("600000.SH", days=WEEK[:3])
    assert closes(early) == [4.0, 4.0, 8.0]
    assert early.meta["adjust"]["anchor"] == {"600000.SH": "20240104"}
    assert not early.meta["adjust"]["failed"]
    assert early.meta["warnings"] == ["some factors were not fetched: busy"]
    whole = market.read("600000.SH")
    assert closes(whole) == [4.0, 4.0, 8.0]
    why = "factors are known from 20230104 to 20240104 only; busy"
    assert whole.meta["adjust"]["failed"] == {"600000.SH": why}
    assert whole.meta["complete"] is False
    nothing = market.read("000001.SZ")
    assert closes(nothing, "000001.SZ") == []
    assert nothing.meta["adjust"]["failed"] == {"000001.SZ": "busy"}


def test_backward_prices_of_old_days_need_no_new_factors() -> None:
    market = Market()
    market.save(Kind.STOCK, "600000.SH", final_until="20240104")
    market.now += ASK_AGAIN
    assert closes(market.read("600000.SH", days=WEEK[:3], mode=Mode.BACKWARD)) == [8.0, 8.0, 16.0]
    assert not market.calls
    market.read("600000.SH", days=WEEK[:3])
    assert len(market.calls) == 1


def test_a_delisted_code_needs_no_factors_of_later_days() -> None:
    market = Market({"600001.SH": Steps(("20230104",), (1.0,), "20240103")})
    for _ in range(2):
        found = market.read("600001.SH", days=WEEK[:2])
        assert closes(found, "600001.SH") == [8.0, 8.0]
        market.now += ASK_AGAIN
    assert len(market.calls) == 1


def test_a_code_without_rows_is_not_asked_for() -> None:
    market = Market()
    adjuster = market.adjuster()
    assert adjuster.apply(SECURITIES, {"600000.SH": []}) == {"600000.SH": []}
    assert not market.calls
    assert not adjuster.failed


def test_the_read_s_deadline_counts() -> None:
    market = Market()
    adjuster = market.adjuster()
    market.seconds = DEADLINE - 0.5
    assert adjuster.apply(SECURITIES, {"600000.SH": [rows("20240102")]}) == {"600000.SH": []}
    assert adjuster.failed == {"600000.SH": "there was no time left"}
    assert not market.calls


def test_a_longer_history_of_another_scale_takes_the_place_of_the_old_one_whole() -> None:
    market = Market()
    market.save(Kind.STOCK, "600000.SH", final_until="20240104")
    market.steps["600000.SH"] = Steps(("20230104", "20240104"), (3.0, 6.0), FINAL)
    market.save(Kind.STOCK, "600000.SH")
    known = read_factors(market.store, Kind.STOCK, ["600000.SH"])["600000.SH"]
    assert known == KnownFactors(market.steps["600000.SH"], NOW.isoformat(), "")


@pytest.mark.parametrize("then", [Steps(("20230104",), (1.0,), "20240103"), None])
def test_known_factors_outlive_a_worse_answer(then: Steps | None) -> None:
    market = Market()
    market.save(Kind.STOCK, "600000.SH")
    market.now += timedelta(days=1)
    market.steps = {"600000.SH": then} if then else {}
    failed = market.save(Kind.STOCK, "600000.SH")
    assert failed == ({} if then else {"600000.SH": NO_FACTORS})
    known = read_factors(market.store, Kind.STOCK, ["600000.SH"])["600000.SH"]
    assert known == KnownFactors(HALVED, market.now.isoformat(), failed.get("600000.SH", ""))


def test_factors_of_days_that_are_not_final_are_not_stored() -> None:
    market = Market({"600000.SH": HALVED, "000001.SZ": Steps((FINAL,), (1.0,), FINAL)})
    codes = ("600000.SH", "000001.SZ")
    assert market.save(Kind.STOCK, *codes, final_until="20240103") == {"000001.SZ": NO_FACTORS}
    known = read_factors(market.store, Kind.STOCK, codes)
    assert known["600000.SH"].steps == Steps(("20230104",), (1.0,), "20240103")
    assert known["000001.SZ"].steps is None


def test_only_the_days_on_which_it_changes_are_stored() -> None:
    market = Market()
    market.save(Kind.STOCK, "600000.SH")
    ((key, item),) = market.store.table.items.items()
    assert key == ("factor.stock#600000.SH", "all")
    head, *steps = orjson.loads(b"[%b]" % codec.decode(item["data"]))
    assert head == {"until": FINAL, "asked_at": NOW.isoformat(), "failed": ""}
    assert steps == [
        {"trade_date": "20230104", "factor": 1.0},
        {"trade_date": "20240104", "factor": 2.0},
    ]
