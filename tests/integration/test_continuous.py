"""Continuous futures over the API: in every form, with everything that may be missing."""

from itertools import pairwise
from typing import Any

import pytest

from functions.future import app as future
from marketdata import deployment
from marketdata.aws.writes import Write
from marketdata.blocks.dataset import Period
from marketdata.catalog.calendar import previous_trading_day, trading_days
from marketdata.kline.resample import first_day_of
from tests.integration.futures import FUTURES, LISTED, bars_of, open_futures_market
from tests.integration.market import DAYS, put_bars, put_securities
from tests.integration.test_real_bars import real_bars
from tests.support.events import USER, proxy_event
from tests.support.real_files import REAL
from tests.support.service import Service

RANGE = {"start_date": "20200101", "end_date": "20200110"}
CONTRACTS = ["IF2001.CFE"] * 2 + ["IF2002.CFE"] * 4
"""The main contract of each day but the first."""

PRICES = ("open", "high", "low", "close", "settle")

type Rows = list[dict[str, Any]]


def ask(service: Service, path: str = "/future/continuous", **query: str) -> tuple[Any, Any]:
    """Ask for series; gives data and meta."""
    status, envelope = service.call("GET", path, USER, query=RANGE | query)
    assert status == 200, envelope
    return envelope["data"], envelope["meta"]


def refused(service: Service, path: str = "/future/continuous", **query: str) -> tuple[int, Any]:
    """Ask for what cannot be; gives the status and the errors."""
    status, envelope = service.call("GET", path, USER, query=RANGE | query)
    named = envelope.get("errors", ())
    return status, [{"field": each["field"], "reason": each["reason"]} for each in named]


def priced(code: str) -> Rows:
    """Give a contract's bars, whose closes differ from those of all others."""
    at = [*LISTED].index(code)
    bars = bars_of(code)
    return [
        row | dict.fromkeys(PRICES, 100.0 * (at + 1) + DAYS.index(row["trade_date"]))
        for row in bars
    ]


@pytest.fixture
def market(service: Service) -> Service:
    """Two varieties, filled; the main contract of IF changes on 7 January."""
    open_futures_market(service)
    for code in LISTED:
        put_bars(service, code, priced(code), "future/daily")
    service.run("fill-missing", **FUTURES)
    return service


def test_the_contracts_own_bars(market: Service) -> None:
    data, meta = ask(market, varieties="if, V")
    own = {code: {row["trade_date"]: row for row in priced(code)} for code in LISTED}
    assert data["IF.MAIN"] == [
        own[code][day] | {"contract": code} for day, code in zip(DAYS[1:], CONTRACTS, strict=True)
    ]
    assert {row["contract"] for row in data["V.MAIN"]} == {"V2005.DCE"}
    assert list(data) == ["IF.MAIN", "V.MAIN"]
    first = {"from": DAYS[0], "to": DAYS[0], "reason": "not_listed"}
    assert (
        meta.items()
        >= {
            "expected": 14,
            "returned": 12,
            "source": "cache",
            "no_main": {"IF.MAIN": [[DAYS[0], DAYS[0]]], "V.MAIN": [[DAYS[0], DAYS[0]]]},
        }.items()
    )
    assert "adjust" not in meta
    assert first not in meta["outside"].values()
    roll = {"trade_date": "20200107", "from": "IF2001.CFE", "to": "IF2002.CFE"}
    assert meta["rolls"] == {"IF.MAIN": [roll | {"factor": 202 / 102}], "V.MAIN": []}


def test_the_first_day_has_no_main_contract(service: Service) -> None:
    """It is the second day of a variety that its series begins on."""
    put_securities(service, *(f"{code},{name}" for code, name in LISTED.items()))
    put_securities(service, "T2003.CFE,十债2003,future,20200106,20200313")
    put_bars(service, "T2003.CFE", priced_as("IF2001.CFE", DAYS[2:]), "future/daily")
    service.run("fill-missing", **FUTURES)
    data, meta = ask(service, varieties="T")
    assert [row["trade_date"] for row in data["T.MAIN"]] == [*DAYS[3:]]
    outside = [{"from": DAYS[0], "to": DAYS[2], "reason": "not_listed"}]
    assert (meta["complete"], meta["expected"]) == (True, 4)
    assert (meta["outside"], meta["missing"], meta["no_main"]) == ({"T.MAIN": outside}, {}, {})


def priced_as(code: str, days: Any) -> Rows:
    """Give the bars of a contract on some days."""
    return [row for row in priced(code) if row["trade_date"] in days]


@pytest.mark.parametrize(
    ("adjust", "method", "closes", "anchor"),
    [
        ("none", "ratio", [101, 102, 203, 204, 205, 206], None),
        ("backward", "difference", [101, 102, 103, 104, 105, 106], "20200103"),
        ("forward", "difference", [201, 202, 203, 204, 205, 206], "20200113"),
        (
            "backward",
            "ratio",
            [101, 102, *(102 / 202 * each for each in range(203, 207))],
            "20200103",
        ),
        ("forward", "ratio", [202 / 102 * 101, 202, 203, 204, 205, 206], "20200113"),
    ],
)
def test_prices_joined_at_a_roll(
    market: Service, adjust: str, method: str, closes: list[float], anchor: str | None
) -> None:
    data, meta = ask(market, varieties="IF", adjust=adjust, method=method, start_date=DAYS[1])
    assert [row["close"] for row in data["IF.MAIN"]] == pytest.approx(closes, rel=1e-11)
    for row in data["IF.MAIN"]:
        assert len({row[name] for name in PRICES}) == 1
    assert meta["complete"] is True
    if anchor:
        assert meta["adjust"] == {
            "mode": adjust,
            "method": method,
            "anchor": {"IF.MAIN": anchor},
            "failed": {},
            "failed_keys": {},
        }


def test_overlapping_answers_agree(market: Service) -> None:
    for adjust in ("forward", "backward"):
        for method in ("ratio", "difference"):
            query = {"varieties": "IF", "adjust": adjust, "method": method}
            whole, _ = ask(market, **query)
            for first in DAYS[1:]:
                part, _ = ask(market, **query, start_date=first)
                assert part["IF.MAIN"] == [
                    row for row in whole["IF.MAIN"] if row["trade_date"] >= first
                ]


def test_by_volume(market: Service) -> None:
    data, meta = ask(market, varieties="IF", rule="volume", start_date=DAYS[1])
    assert {row["contract"] for row in data["IF.MAIN"]} == {"IF2001.CFE"}
    assert (meta["complete"], meta["rolls"]) == (True, {"IF.MAIN": []})


def test_weeks_are_of_the_joined_days(market: Service) -> None:
    data, meta = ask(market, varieties="IF", period="weekly", start_date="20200108")
    (week,) = data["IF.MAIN"]
    assert (week["trade_date"], week["contract"]) == (DAYS[-1], "IF2002.CFE")
    # The week is computed whole, although it is asked for from its middle on.
    assert (week["open"], week["low"], week["high"], week["close"]) == (102, 102, 206, 206)
    assert (meta["complete"], meta["expected"], meta["returned"]) == (True, 1, 1)
    assert [roll["trade_date"] for roll in meta["rolls"]["IF.MAIN"]] == ["20200107"]
    data, _ = ask(market, varieties="IF", period="weekly", start_date="20200108", adjust="forward")
    assert data["IF.MAIN"][0]["open"] == 202


def test_a_missing_bar_is_named(market: Service) -> None:
    """The history knows who was main; the bar is lost since, and the source has it no more."""
    forget(market, "IF2002.CFE")
    market.put_file("future/daily/IF2002.CFE.csv", "nonsense\n")
    data, meta = ask(market, varieties="IF", start_date=DAYS[1])
    assert [row["contract"] for row in data["IF.MAIN"]] == ["IF2001.CFE"] * 2
    assert (meta["complete"], meta["expected"]) == (False, 6)
    assert meta["missing"] == {"IF.MAIN": [["20200107", "20200110"]]}
    assert meta["no_main"] == {}
    assert meta["rolls"]["IF.MAIN"][0]["factor"] is None
    data, meta = ask(market, varieties="IF", start_date=DAYS[1], adjust="forward")
    assert data["IF.MAIN"] == []
    assert meta["complete"] is False
    assert meta["adjust"]["failed"] == {
        "IF.MAIN": "the roll of 20200107 from IF2001.CFE to IF2002.CFE has no factor: IF2002.CFE "
        "had no close on 20200106"
    }
    keyed = {"key": "rolls_without_factor", "params": {"rolls": ["20200107"]}}
    assert meta["adjust"]["failed_keys"] == {"IF.MAIN": keyed}
    data, meta = ask(market, varieties="IF", start_date=DAYS[1], adjust="backward")
    assert len(data["IF.MAIN"]) == 2


def forget(service: Service, code: str) -> None:
    """Lose the bars of a contract."""
    service.cloud.market.write(Write(f"future.daily#{code}", "2020"))


def test_a_small_gap_is_filled(market: Service) -> None:
    forget(market, "IF2002.CFE")
    data, meta = ask(market, varieties="IF", start_date=DAYS[1], adjust="backward")
    assert [row["contract"] for row in data["IF.MAIN"]] == CONTRACTS
    assert (meta["complete"], meta["source"]) == (True, "mixed")


def test_the_close_before_a_roll_is_fetched_too(market: Service) -> None:
    forget(market, "IF2001.CFE")
    data, meta = ask(market, varieties="IF", start_date="20200107", adjust="backward")
    assert [row["close"] for row in data["IF.MAIN"]] == pytest.approx(
        [102 / 202 * each for each in range(203, 207)], rel=1e-11
    )
    assert (meta["complete"], meta["source"]) == (True, "mixed")


def test_days_whose_main_contract_is_unknown_are_missing(service: Service) -> None:
    open_futures_market(service)
    service.put_file("future/daily/IF2003.CFE.csv", "nonsense\n")
    service.run("fill-missing", **FUTURES)
    data, meta = ask(service, varieties="IF,V", adjust="backward", start_date=DAYS[1])
    assert data["IF.MAIN"] == []
    assert len(data["V.MAIN"]) == 6
    assert meta["missing"] == meta["no_main"] == {"IF.MAIN": [[DAYS[1], DAYS[-1]]]}
    assert (meta["complete"], meta["expected"], meta["returned"]) == (False, 12, 6)
    assert meta["adjust"]["anchor"] == {"V.MAIN": "20200103"}


def test_series_beside_contracts(market: Service) -> None:
    codes = "IF2001.CFE,if.main,AAPL,V.MAIN,IF.MAIN,XX.MAIN"
    data, meta = ask(market, "/future/kline", codes=codes, start_date=DAYS[1])
    assert list(data) == ["IF2001.CFE", "IF.MAIN", "V.MAIN"]
    series, _ = ask(market, varieties="IF,V", start_date=DAYS[1])
    assert {code: data[code] for code in series} == series
    assert "contract" not in data["IF2001.CFE"][0]
    assert (meta["expected"], meta["returned"], meta["complete"]) == (18, 18, True)
    assert meta["unknown_codes"] == ["AAPL", "XX.MAIN"]
    assert list(meta["rolls"]) == ["IF.MAIN", "V.MAIN"]
    alone, said = ask(market, "/future/kline", codes="IF.MAIN", start_date=DAYS[1])
    assert alone == {"IF.MAIN": series["IF.MAIN"]}
    assert said["unknown_codes"] == []
    only, said = ask(market, "/future/kline", codes="AAPL,IF2001.CFE,XX.MAIN")
    assert list(only) == ["IF2001.CFE"]
    assert said["unknown_codes"] == ["AAPL", "XX.MAIN"]


def test_series_are_no_stocks(market: Service) -> None:
    status, _ = refused(market, "/stock/kline", codes="IF.MAIN")
    assert status == 404


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/future/continuous", {"varieties": "XX,IF2401.CFE"}),
        ("/future/kline", {"codes": "XX.MAIN,AAPL"}),
    ],
)
def test_nothing_known_is_not_found(market: Service, path: str, query: dict[str, str]) -> None:
    assert refused(market, path, **query)[0] == 404


def test_unknown_varieties_cost_the_others_nothing(market: Service) -> None:
    data, meta = ask(market, varieties="xx,IF,IF2401.CFE")
    assert (list(data), meta["unknown_codes"]) == (["IF.MAIN"], ["XX", "IF2401.CFE"])


@pytest.mark.parametrize(
    ("query", "field", "reason"),
    [
        ({}, "varieties", "is required"),
        ({"varieties": " , "}, "varieties", "must be 1 to 50 different varieties, not 0"),
        (
            {"varieties": ",".join(f"A{number}" for number in range(51))},
            "varieties",
            "must be 1 to 50 different varieties, not 51",
        ),
        ({"varieties": "x" * 41}, "varieties", "must be varieties like IF or RB"),
        ({"varieties": "IF", "rule": "open"}, "rule", "must be one of oi, volume"),
        ({"varieties": "IF", "adjust": "both"}, "adjust", "must be one of none, forward, backward"),
        ({"varieties": "IF", "method": "sum"}, "method", "must be one of ratio, difference"),
    ],
)
def test_what_is_asked_wrongly(
    market: Service, query: dict[str, str], field: str, reason: str
) -> None:
    assert refused(market, **query) == (400, [{"field": field, "reason": reason}])


def test_the_same_answer_is_not_sent_again(market: Service) -> None:
    query = RANGE | {"varieties": "IF", "start_date": DAYS[1]}
    path = ("GET", "/future/continuous")
    first = future.handler(proxy_event(*path, query=query, user=USER), None)
    assert first["headers"]["Cache-Control"] == "private, max-age=3600"
    headers = {"If-None-Match": first["headers"]["ETag"]}
    again = future.handler(proxy_event(*path, query=query, user=USER, headers=headers), None)
    assert again["statusCode"] == 304


def test_a_night_belongs_to_the_day_that_it_opens(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A new main contract's first bars are those of the evening before."""
    monkeypatch.setenv("UPSTREAM", "synthetic")
    deployment.reset()
    days = {"start_date": "20230601", "end_date": "20240131"}
    service.run("fill-missing", security_type="future", **days)
    _, meta = ask(service, varieties="rb", **days)
    roll = meta["rolls"]["RB.MAIN"][-1]
    day, before = roll["trade_date"], previous_trading_day("SHF", roll["trade_date"])
    query = {"varieties": "rb", "period": "min60", "start_date": before, "end_date": day}
    data, meta = ask(service, **query)
    rows = data["RB.MAIN"]
    assert meta["complete"] is True
    assert meta["expected"] == meta["returned"] == len(rows)
    assert {row["trade_date"]: row["contract"] for row in rows} == {
        before: roll["from"],
        day: roll["to"],
    }
    opening = next(row for row in rows if row["trade_date"] == day)
    assert opening["kline_time"].startswith(f"{before[:4]}-{before[4:6]}-{before[6:]} 21:00")
    moved, _ = ask(service, **query, adjust="backward")
    factors = {
        row["contract"]: row["close"] / raw["close"]
        for row, raw in zip(moved["RB.MAIN"], rows, strict=True)
    }
    assert factors[roll["from"]] / factors[roll["to"]] == pytest.approx(roll["factor"], rel=1e-9)
    deployment.reset()


@pytest.fixture
def real(service: Service) -> Service:
    """The real futures, filled."""
    if not REAL.is_dir():
        pytest.skip(f"no market data in {REAL}")
    paths = [
        "securities.csv",
        *(f"future/daily/{each.name}" for each in REAL.glob("future/daily/*")),
    ]
    for path in paths:
        service.put_file(path, (REAL / path).read_text())
    days = {"start_date": "20200101", "end_date": "20240930"}
    service.run("fill-missing", security_type="future", **days)
    return service


def test_the_real_futures_as_series(real: Service) -> None:
    days = {"start_date": "20200103", "end_date": "20240930"}
    for variety, rule, absent in (("IF", "oi", 0), ("IF", "volume", 0), ("IC", "oi", 2)):
        query = {"varieties": variety, "rule": rule, **days}
        code = f"{variety}.MAIN"
        data, meta = ask(real, **query)
        raw = data[code]
        assert (meta["complete"], len(meta["absent"].get(code, ()))) == (True, absent)
        assert len(raw) == len(trading_days("CFE", *days.values())) - absent
        own = {
            contract: {
                row["trade_date"]: row
                for row in real_bars(f"future/daily/{contract}.csv", *days.values())
            }
            for contract in {row["contract"] for row in raw}
        }
        assert raw == [
            own[row["contract"]][row["trade_date"]] | {"contract": row["contract"]} for row in raw
        ]
        changes = {
            row["trade_date"] for old, row in pairwise(raw) if old["contract"] != row["contract"]
        }
        assert changes == {roll["trade_date"] for roll in meta["rolls"][code]}
        forward, backward = (
            ask(real, **query, adjust=adjust)[0][code] for adjust in ("forward", "backward")
        )
        for series in (forward, backward):
            for before, after in pairwise(series):
                held = own[after["contract"]]
                # The source lacks some days; then the last close is two days old.
                if before["trade_date"] in held:
                    kept = held[after["trade_date"]]["close"] / held[before["trade_date"]]["close"]
                    assert after["close"] / before["close"] == pytest.approx(kept, rel=1e-9)
        ratios = [one["settle"] / two["settle"] for one, two in zip(forward, backward, strict=True)]
        assert ratios == pytest.approx([ratios[0]] * len(ratios), rel=1e-9)
        assert {row["contract"] for row in backward[:5]} == {raw[0]["contract"]}
        assert backward[:5] == raw[:5]
        weekly, meta = ask(real, **query, period="weekly")
        weeks = {first_day_of(row["trade_date"], Period.WEEKLY) for row in raw}
        assert len(weekly[code]) == meta["expected"] == len(weeks)
