"""Adjusted prices through the whole service: factors are read through, kept, and never guessed."""

import subprocess
import sys
from datetime import UTC, datetime
from typing import Any

import pytest

from functions.stock import app as stock
from marketdata.catalog.calendar import last_final_day, previous_trading_day
from marketdata.kline.bars import OHLC
from tests.integration.market import CODES, DAYS, open_market, put_securities, rows
from tests.support.events import USER, proxy_event, read
from tests.support.faults import BusyError, Event, Handler
from tests.support.service import Service

EX_DATE = "20200107"
NONE_FAILED: dict[str, Any] = {"failed": {}, "failed_keys": {}}
RANGE = {"start_date": "20200101", "end_date": "20200110"}
CHART = "/stock/kline/{code}/chart"


def put_factors(service: Service, code: str, until: str, factor: float = 2.0) -> None:
    """Let a share of a code become more on the ex-date."""
    steps = [("19991110", 1), (EX_DATE, factor), (until, factor)]
    lines = [f"{day},{each}" for day, each in steps]
    service.put_file(f"stock/factors/{code}.csv", "\n".join(["trade_date,factor", *lines]) + "\n")


def today() -> str:
    """Give the last final day."""
    return last_final_day(datetime.now(UTC), "17:00")


@pytest.fixture
def market(service: Service) -> Service:
    open_market(service)
    for code in CODES[:4]:
        put_factors(service, code, today())
    return service


def ask(service: Service, adjust: str, *codes: str, **more: str) -> tuple[Any, Any]:
    """Ask for adjusted bars; gives data and meta."""
    query = {"codes": ",".join(codes), **RANGE, "adjust": adjust, **more}
    status, envelope = service.call("GET", "/stock/kline", USER, query=query)
    assert status == 200, envelope
    return envelope["data"], envelope["meta"]


def times(bar: dict[str, Any], ratio: float) -> dict[str, Any]:
    return bar | {name: pytest.approx(bar[name] * ratio, rel=1e-7) for name in OHLC}


def factor_calls(service: Service) -> list[Event]:
    return [each for each in service.calls("upstream") if each["operation"] == "fetch_factors"]


def test_factors_are_read_through_once_for_all_codes(market: Service) -> None:
    for _ in range(2):
        data, meta = ask(market, "forward", *CODES[:4])
        for code in CODES[:4]:
            assert data[code] == [
                times(bar, 1 if bar["trade_date"] >= EX_DATE else 0.5) for bar in rows(code)
            ]
        anchors = dict.fromkeys(CODES[:4], today())
        assert meta["adjust"] == {"mode": "forward", "anchor": anchors, **NONE_FAILED}
        assert meta["complete"]
    assert [each["codes"] for each in factor_calls(market)] == [list(CODES[:4])]
    data, meta = ask(market, "backward", CODES[0])
    assert data[CODES[0]] == [
        times(bar, 2 if bar["trade_date"] >= EX_DATE else 1) for bar in rows(CODES[0])
    ]
    assert meta["adjust"]["anchor"] == {CODES[0]: "19991110"}
    assert len(factor_calls(market)) == 1


def test_raw_prices_ask_for_no_factors(market: Service) -> None:
    data, meta = ask(market, "none", CODES[0])
    assert data[CODES[0]] == rows(CODES[0])
    assert "adjust" not in meta
    assert not factor_calls(market)


def test_raw_prices_load_nothing_of_this() -> None:
    """Most calls want them, and a cold start pays for every module."""
    script = "import functions.stock.app, sys; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, check=True, text=True
    )
    loaded = done.stdout.split()
    assert "marketdata.kline.reader" in loaded
    assert not [each for each in loaded if each.startswith("marketdata.kline.adjust.prices")]
    assert "marketdata.kline.adjust.factors" not in loaded


def test_a_code_without_factors_is_reported_and_the_others_are_not_hurt(market: Service) -> None:
    put_factors(market, CODES[1], today(), factor=0)
    data, meta = ask(market, "forward", CODES[0], CODES[1], CODES[4])
    assert [len(data[code]) for code in (CODES[0], CODES[1], CODES[4])] == [len(DAYS), 0, 0]
    assert meta["adjust"]["failed"] == {
        CODES[1]: f"imports/stock/factors/{CODES[1]}.csv line 3: the factor of {EX_DATE} is 0.0",
        CODES[4]: f"there is no imports/stock/factors/{CODES[4]}.csv",
    }
    unkeyed = {"key": "source_failed", "params": {}}
    assert meta["adjust"]["failed_keys"] == {CODES[1]: unkeyed, CODES[4]: unkeyed}
    assert list(meta["adjust"]["anchor"]) == [CODES[0]]
    assert (meta["complete"], meta["returned"], meta["expected"]) == (False, 7, 21)
    assert not meta["missing"]
    data, meta = ask(market, "forward", CODES[4])
    assert data == {CODES[4]: []}
    assert len(factor_calls(market)) == 1


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("error", [BusyError(), KeyError("secret")])
def test_a_source_that_fails_leaves_only_prices_that_are_right(
    market: Service, error: Exception
) -> None:
    known = previous_trading_day("SH", previous_trading_day("SH", today()))
    put_factors(market, CODES[0], known)
    ask(market, "none", *CODES[:2])
    market.invoke("upstream", {"operation": "fetch_factors", "kind": "stock", "codes": CODES[:1]})

    def fails(_handle: Handler, _event: Event) -> Any:
        raise error

    market.faults["upstream"] = fails
    data, meta = ask(market, "backward", *CODES[:2])
    assert len(data[CODES[0]]) == len(DAYS)
    assert data[CODES[1]] == []
    assert meta["adjust"]["anchor"] == {CODES[0]: "19991110"}
    assert meta["adjust"]["failed"].keys() == {CODES[1]}
    (warning,) = meta["warning_details"]
    assert warning["key"] == "factors_not_fetched"
    assert warning["message"] == meta["warnings"][0]
    cause = "upstream_busy" if isinstance(error, BusyError) else "upstream_unusable"
    assert warning["params"] == {"cause": cause}
    assert meta["adjust"]["failed_keys"] == {CODES[1]: {"key": cause, "params": {}}}
    assert "secret" not in str(meta)
    # It was asked a moment ago: what is known is used, and its day named.
    data, meta = ask(market, "forward", CODES[0])
    assert len(data[CODES[0]]) == len(DAYS)
    assert meta["adjust"] == {"mode": "forward", "anchor": {CODES[0]: known}, **NONE_FAILED}


def test_rows_after_the_last_known_factor_are_left_out(market: Service) -> None:
    put_factors(market, CODES[0], "20200108")
    data, meta = ask(market, "forward", CODES[0])
    assert [bar["trade_date"] for bar in data[CODES[0]]] == list(DAYS[:5])
    assert meta["adjust"]["anchor"] == {CODES[0]: "20200108"}
    why = "factors are known from 19991110 to 20200108 only"
    assert meta["adjust"]["failed"] == {CODES[0]: why}
    keyed = {"key": "factors_known_only", "params": {"first": "19991110", "last": "20200108"}}
    assert meta["adjust"]["failed_keys"] == {CODES[0]: keyed}
    assert (meta["complete"], meta["returned"]) == (False, 5)


def test_weeks_are_computed_from_adjusted_days(market: Service) -> None:
    bars = [times(bar, 1 if bar["trade_date"] >= EX_DATE else 0.5) for bar in rows(CODES[0])]
    data, meta = ask(market, "forward", CODES[0], period="weekly")
    week = data[CODES[0]][1]
    assert (week["open"], week["close"]) == (bars[2]["open"], bars[6]["close"])
    assert week["low"] == bars[2]["low"]
    assert week["volume"] == sum(bar["volume"] for bar in bars[2:])
    assert (meta["expected"], meta["returned"]) == (2, 2)


def test_batch_and_chart_say_the_same(market: Service) -> None:
    data, meta = ask(market, "forward", CODES[0])
    body = {"codes": [CODES[0]], **RANGE, "adjust": "forward"}
    _, batch = market.call("POST", "/stock/kline/batch", USER, body=body)
    assert (batch["data"], batch["meta"]["adjust"]) == (data, meta["adjust"])
    query = RANGE | {"adjust": "forward"}
    _, chart = market.call("GET", CHART, USER, query=query, path={"code": CODES[0]})
    assert chart["meta"]["adjust"] == meta["adjust"]
    wanted = ("open", "close", "low", "high", "volume")
    assert chart["data"]["values"] == [[bar[name] for name in wanted] for bar in data[CODES[0]]]


def test_an_index_has_the_factor_1(market: Service) -> None:
    put_securities(market, "000300.SH,000300.SH,index,19991110,")
    market.put_file("index/daily/000300.SH.csv", _bars_of(CODES[0]))
    raw, _ = ask(market, "none", "000300.SH")
    data, meta = ask(market, "forward", "000300.SH")
    assert data == raw
    assert len(data["000300.SH"]) == len(DAYS)
    assert meta["adjust"] == {"mode": "forward", "anchor": {}, **NONE_FAILED}
    assert not factor_calls(market)


def _bars_of(code: str) -> str:
    bars = rows(code)
    return "\n".join([",".join(bars[0]), *(",".join(map(str, bar.values())) for bar in bars)])


def test_the_tag_tells_the_modes_apart_even_where_no_price_differs(market: Service) -> None:
    put_factors(market, CODES[0], today(), factor=1.0)
    tags, bodies = set(), set()
    ask(market, "forward", CODES[0])
    for adjust in ("none", "forward", "backward"):
        query = {"codes": CODES[0], **RANGE, "adjust": adjust}
        response = stock.handler(proxy_event("GET", "/stock/kline", query=query, user=USER), None)
        tags.add(response["headers"]["ETag"])
        bodies.add(str(read(response)["data"]))
        # The anchor moves on with every day: nobody may keep these without asking.
        kept = "no-cache" not in response["headers"]["Cache-Control"]
        assert kept is (adjust == "none")
    assert (len(tags), len(bodies)) == (3, 1)


@pytest.mark.parametrize(
    ("resource", "event", "reason"),
    [
        (
            "/stock/kline",
            {"query": {"codes": CODES[0], **RANGE, "adjust": "qfq"}},
            "must be one of none, forward, backward",
        ),
        (
            "/stock/kline/batch",
            {"body": {"codes": [CODES[0]], **RANGE, "adjust": True}},
            "must be a string",
        ),
        (
            "/future/kline",
            {"query": {"codes": "IF2401.CFE", **RANGE, "adjust": "none"}},
            "is not a parameter of this call",
        ),
    ],
)
def test_anything_else_is_a_400_that_names_it(
    market: Service, resource: str, event: dict[str, Any], reason: str
) -> None:
    method = "POST" if "body" in event else "GET"
    status, envelope = market.call(method, resource, USER, **event)
    assert status == 400
    [error] = envelope["errors"]
    assert (error["field"], error["reason"]) == ("adjust", reason)


def test_prices_as_of_a_day(market: Service) -> None:
    before, after = "20200106", "20200108"
    for anchor, halved in ((before, False), (after, True)):
        data, meta = ask(market, "forward", CODES[0], adjust_anchor=anchor)
        assert meta["adjust"]["anchor"] == {CODES[0]: anchor}
        earlier, later = (0.5, 1) if halved else (1, 2)
        assert data[CODES[0]] == [
            times(bar, later if bar["trade_date"] >= EX_DATE else earlier) for bar in rows(CODES[0])
        ]


def test_what_is_published_later_changes_no_price_as_of_a_day(market: Service) -> None:
    as_of: dict[str, str] = {"adjust_anchor": "20200108", "end_date": "20200108"}
    ask(market, "none", CODES[0])
    known = ask(market, "forward", CODES[0], **as_of)
    steps = [("19991110", 1), (EX_DATE, 2.0), ("20200109", 3.0), (today(), 3.0)]
    lines = [f"{day},{each}" for day, each in steps]
    text = "\n".join(["trade_date,factor", *lines]) + "\n"
    market.put_file(f"stock/factors/{CODES[0]}.csv", text)
    request = {"operation": "fetch_factors", "kind": "stock", "codes": [CODES[0]]}
    assert "error" not in market.invoke("upstream", request)
    assert ask(market, "forward", CODES[0])[0] != ask(market, "forward", CODES[1])[0]
    assert ask(market, "forward", CODES[0], **as_of) == known


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"adjust": "forward", "adjust_anchor": "20991231"}, "adjust_anchor"),
        ({"adjust": "backward", "adjust_anchor": "20200106"}, "adjust_anchor"),
        ({"adjust_anchor": "20200106"}, "adjust_anchor"),
        ({"adjust": "forward", "adjust_anchor": "20200230"}, "adjust_anchor"),
    ],
)
def test_a_day_to_adjust_to_must_make_sense(
    market: Service, query: dict[str, str], field: str
) -> None:
    asked = {"codes": CODES[0], **RANGE, **query}
    status, envelope = market.call("GET", "/stock/kline", USER, query=asked)
    assert (status, envelope["errors"][0]["field"]) == (400, field)
