"""The factors of an answer: stored, fetched where they are lacking, and never guessed."""

from marketdata.blocks.dataset import Kind
from marketdata.details import Detail
from marketdata.errors import UpstreamBusyError
from marketdata.kline.adjust.adjuster import ASK_AGAIN
from marketdata.kline.adjust.factors import NO_FACTORS
from marketdata.kline.adjust.steps import Mode, Steps
from marketdata.kline.gaps import DEADLINE
from marketdata.kline.rows import RowSet
from tests.support.factor_market import FINAL, HALVED, SECURITIES, WEEK, FactorMarket, piece_of


def closes(reading: RowSet, code: str = "600000.SH") -> list[float | None]:
    return [row["close"] for row in reading.parsed(code)]


def test_what_is_lacking_is_fetched_once() -> None:
    market = FactorMarket()
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
    market = FactorMarket({"600000.SH": Steps(("20230104", "20240104"), (3.0, 6.0), FINAL)})
    found = market.read("600000.SH", mode=Mode.BACKWARD)
    assert closes(found) == [24.0, 24.0, 48.0, 48.0]
    assert found.meta["adjust"]["anchor"] == {"600000.SH": "19991110"}


def test_many_codes_take_one_call_a_kind() -> None:
    market = FactorMarket(dict.fromkeys(SECURITIES, HALVED))
    found = market.read(*SECURITIES)
    assert market.calls == [
        ("stock", ["600000.SH", "600001.SH", "000001.SZ"]),
        ("etf", ["510300.SH"]),
    ]
    assert list(found.pieces) == list(SECURITIES)
    assert closes(found, "510300.SH") == [4.0, 4.0, 8.0, 8.0]


def test_an_index_pays_out_nothing() -> None:
    market = FactorMarket()
    found = market.read("000300.SH")
    assert closes(found, "000300.SH") == [8.0] * 4
    assert found.meta["adjust"] == {"mode": "forward", "anchor": {}, "failed": {}}
    assert not market.calls


def test_without_factors_there_is_no_price_but_a_reason() -> None:
    market = FactorMarket({"600000.SH": HALVED})
    found = market.read("600000.SH", "000001.SZ")
    assert closes(found) == [4.0, 4.0, 8.0, 8.0]
    assert closes(found, "000001.SZ") == []
    assert found.meta["adjust"]["failed"] == {"000001.SZ": Detail("source_failed", NO_FACTORS)}
    assert found.meta["complete"] is False


def test_a_code_without_factors_is_not_asked_for_at_every_read() -> None:
    market = FactorMarket({})
    for _ in range(3):
        market.read("600000.SH")
    assert len(market.calls) == 1
    market.now += ASK_AGAIN
    market.steps["600000.SH"] = HALVED
    assert closes(market.read("600000.SH")) == [4.0, 4.0, 8.0, 8.0]
    assert len(market.calls) == 2


def test_a_source_that_fails_leaves_what_is_known_and_right() -> None:
    market = FactorMarket()
    market.save(Kind.STOCK, "600000.SH", final_until="20240104")
    market.fault = UpstreamBusyError("busy")
    market.now += ASK_AGAIN
    early = market.read("600000.SH", days=WEEK[:3])
    assert closes(early) == [4.0, 4.0, 8.0]
    assert early.meta["adjust"]["anchor"] == {"600000.SH": "20240104"}
    assert not early.meta["adjust"]["failed"]
    said = "some factors were not fetched: busy"
    cause = {"cause": "upstream_busy"}
    assert early.meta["warnings"] == [Detail("factors_not_fetched", said, cause)]
    whole = market.read("600000.SH")
    assert closes(whole) == [4.0, 4.0, 8.0]
    why = "factors are known from 20230104 to 20240104 only; busy"
    params = {"first": "20230104", "last": "20240104"} | cause
    assert whole.meta["adjust"]["failed"] == {"600000.SH": Detail("factors_end", why, params)}
    assert whole.meta["complete"] is False
    nothing = market.read("000001.SZ")
    assert closes(nothing, "000001.SZ") == []
    assert nothing.meta["adjust"]["failed"] == {"000001.SZ": Detail("upstream_busy", "busy")}


def test_backward_prices_of_old_days_need_no_new_factors() -> None:
    market = FactorMarket()
    market.save(Kind.STOCK, "600000.SH", final_until="20240104")
    market.now += ASK_AGAIN
    assert closes(market.read("600000.SH", days=WEEK[:3], mode=Mode.BACKWARD)) == [8.0, 8.0, 16.0]
    assert not market.calls
    market.read("600000.SH", days=WEEK[:3])
    assert len(market.calls) == 1


def test_a_delisted_code_needs_no_factors_of_later_days() -> None:
    market = FactorMarket({"600001.SH": Steps(("20230104",), (1.0,), "20240103")})
    for _ in range(2):
        found = market.read("600001.SH", days=WEEK[:2])
        assert closes(found, "600001.SH") == [8.0, 8.0]
        market.now += ASK_AGAIN
    assert len(market.calls) == 1


def test_adjusting_to_a_day_needs_its_factor_and_no_later_one() -> None:
    market = FactorMarket()
    market.save(Kind.STOCK, "600000.SH", final_until="20240104")
    market.now += ASK_AGAIN
    found = market.read("600000.SH", days=WEEK[:2], anchor="20240103")
    assert closes(found) == [8.0, 8.0]
    assert found.meta["adjust"]["anchor"] == {"600000.SH": "20240103"}
    assert closes(market.read("600000.SH", days=WEEK[:2], anchor="20240104")) == [4.0, 4.0]
    assert not market.calls
    assert closes(market.read("600000.SH", days=WEEK[:2], anchor=FINAL)) == [4.0, 4.0]
    assert len(market.calls) == 1


def test_without_the_factor_of_the_day_adjusted_to_there_is_no_price() -> None:
    market = FactorMarket({"600000.SH": Steps(("20230104", "20240104"), (3.0, 6.0), "20240104")})
    for anchor in ("20220104", FINAL):
        found = market.read("600000.SH", days=WEEK[:3], anchor=anchor)
        assert closes(found) == []
        assert found.meta["adjust"]["anchor"] == {}
        why = "factors are known from 20230104 to 20240104 only"
        params = {"first": "20230104", "last": "20240104"}
        told = {"600000.SH": Detail("factors_known_only", why, params)}
        assert found.meta["adjust"]["failed"] == told
        assert found.meta["complete"] is False
    # Before the listing there was no price to adjust to: the first one is.
    found = market.read("600000.SH", days=WEEK[:3], anchor="19990104")
    assert closes(found) == [8.0, 8.0, 16.0]
    assert found.meta["adjust"]["anchor"] == {"600000.SH": "20230104"}


def test_a_delisted_code_is_adjusted_to_its_last_day() -> None:
    market = FactorMarket({"600001.SH": Steps(("20230104",), (1.0,), "20240103")})
    found = market.read("600001.SH", days=WEEK[:2], anchor=FINAL)
    assert closes(found, "600001.SH") == [8.0, 8.0]
    assert found.meta["adjust"]["anchor"] == {"600001.SH": "20240103"}


def test_what_failed_before_is_forgotten() -> None:
    market = FactorMarket({"600000.SH": Steps(("20240103",), (1.0,), FINAL)})
    adjuster = market.adjuster(Mode.BACKWARD)
    for days, failed in ((WEEK, True), (WEEK[1:], False)):
        pieces = {"600000.SH": [piece_of(day) for day in days]}
        adjuster.apply(SECURITIES, pieces)
        assert bool(adjuster.failed) is failed


def test_a_code_without_rows_is_not_asked_for() -> None:
    market = FactorMarket()
    adjuster = market.adjuster()
    assert adjuster.apply(SECURITIES, {"600000.SH": []}) == {"600000.SH": []}
    assert not market.calls
    assert not adjuster.failed


def test_the_read_s_deadline_counts() -> None:
    market = FactorMarket()
    adjuster = market.adjuster()
    market.seconds = DEADLINE - 0.5
    assert adjuster.apply(SECURITIES, {"600000.SH": [piece_of("20240102")]}) == {"600000.SH": []}
    why = Detail("no_time_left", "there was no time left")
    assert adjuster.failed == {"600000.SH": why}
    assert not market.calls
