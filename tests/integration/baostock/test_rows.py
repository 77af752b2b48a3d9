"""What the stand-in says of the synthetic market, against the market itself."""

from collections.abc import Iterable
from datetime import date
from itertools import pairwise

import pytest

from marketdata.blocks.dataset import Kind, Period
from marketdata.catalog.calendar import trading_days
from marketdata.kline.bars import BarDataset
from marketdata.sources.source import BarRequest, FactorRequest
from marketdata.sources.synthetic.source import SyntheticSource
from tests.standin.baostock.market import market_of_files
from tests.standin.baostock.rows import Row
from tests.standin.baostock.server import BaoStockServer
from tests.support.baostock import EVENING, Caller, market_at
from tests.support.clocks import clock
from tests.support.real_files import REAL

SOURCE = SyntheticSource(clock(EVENING), "17:30")
PRICES = ("open", "high", "low", "close")


def bars(kind: Kind, period: Period, code: str, start: str, end: str) -> list[dict[str, object]]:
    request = BarRequest(BarDataset(kind, period), (code,), start, end)
    found = SOURCE.fetch_bars(request).frame.to_dict("records")
    return [{str(name): value for name, value in row.items()} for row in found]


def traded(rows: Iterable[Row]) -> list[tuple[object, ...]]:
    return [
        (
            row["date"].replace("-", ""),
            *(float(row[name]) for name in (*PRICES, "volume", "amount")),
        )
        for row in rows
        if row["tradestatus"] == "1"
    ]


def values(found: Iterable[dict[str, object]]) -> list[tuple[object, ...]]:
    return [
        tuple(row[name] for name in ("trade_date", *PRICES, "volume", "amount")) for row in found
    ]


def suspended_codes(caller: Caller, day: str) -> list[str]:
    listed = caller.rows("query_all_stock", day)
    return [row["code"] for row in listed if row["tradeStatus"] == "0"]


def delisted(caller: Caller) -> dict[str, str]:
    found = caller.rows("query_stock_basic", "", "")
    return next(row for row in found if row["status"] == "0")


@pytest.mark.parametrize("code", ["sh.600000", "sz.000001", "sz.300001"])
def test_a_stock_has_the_markets_bars_and_a_row_on_every_session(caller: Caller, code: str) -> None:
    rows = caller.daily(code, "1990-12-19", "2026-02-10")
    ours = f"{code[3:]}.{code[:2].upper()}"
    assert traded(rows) == values(bars(Kind.STOCK, Period.DAILY, ours, "20150105", "20260210"))
    assert [row["date"].replace("-", "") for row in rows] == trading_days(
        "SH", "20150105", "20260210"
    )


def test_a_row_is_written_as_theirs_is(caller: Caller) -> None:
    [row] = caller.daily("sh.600000", "2026-02-10", "2026-02-10")
    assert row | {"peTTM": "", "pbMRQ": "", "psTTM": "", "pcfNcfTTM": ""} == {
        "date": "2026-02-10",
        "code": "sh.600000",
        "open": "6.7900",
        "high": "6.8500",
        "low": "6.7700",
        "close": "6.8500",
        "preclose": "6.8500",
        "volume": "3160600",
        "amount": "21586898.0000",
        "adjustflag": "3",
        "turn": "0.316060",
        "tradestatus": "1",
        "pctChg": "0.000000",
        "isST": "0",
        "peTTM": "",
        "pbMRQ": "",
        "psTTM": "",
        "pcfNcfTTM": "",
    }


def test_a_suspended_day_has_a_flat_row_without_volume(caller: Caller) -> None:
    code = suspended_codes(caller, "2026-02-10")[0]
    rows = caller.daily(code, "2025-06-01", "2026-02-10")
    row = rows[-1]
    assert row["tradestatus"] == "0"
    assert {row[name] for name in PRICES} == {row["preclose"]} == {rows[-2]["close"]}
    assert (row["volume"], row["amount"], row["turn"]) == ("0", "0", "")
    assert not caller.minutes(code, "5", "2026-02-10", "2026-02-10")


def test_special_treatment_is_told(caller: Caller) -> None:
    rows = caller.rows("query_daily_history_k_AStock", "2024-06-03")
    assert {row["isST"] for row in rows} == {"0", "1"}


@pytest.mark.parametrize("day", ["2024-01-02", "2026-02-10"])
def test_a_days_call_has_the_rows_of_each_code(caller: Caller, day: str) -> None:
    rows = caller.rows("query_daily_history_k_AStock", day)
    listed = {
        row["code"]: row["tradeStatus"]
        for row in caller.rows("query_all_stock", day)
        if row["code"][:4] in {"sh.6", "sz.3", "sz.0"} and not row["code"].startswith("sz.399")
    }
    assert {row["code"]: row["tradestatus"] for row in rows} == listed
    for row in (rows[0], rows[-1]):
        assert caller.daily(row["code"], day, day) == [row]


def test_a_delisted_code_has_flat_rows_until_its_last_day(caller: Caller) -> None:
    gone = delisted(caller)
    rows = caller.daily(gone["code"], "2015-01-05", "2026-02-10")
    tail = rows[-10:]
    assert tail[-1]["date"] == gone["outDate"]
    assert {row["tradestatus"] for row in tail} == {"0"}
    assert {(row["volume"], row["amount"]) for row in tail[:-1]} == {("0", "0")}
    assert (tail[-1]["volume"], tail[-1]["amount"]) == ("", "")
    assert gone["code"] in suspended_codes(caller, gone["outDate"])


@pytest.mark.parametrize(("length", "count", "first"), [
    ("5", 48, "0935"), ("15", 16, "0945"), ("30", 8, "1000"), ("60", 4, "1030"),
])  # fmt: skip
def test_minutes_are_labelled_by_their_end(
    caller: Caller, length: str, count: int, first: str
) -> None:
    rows = caller.minutes("sh.600000", length, "2025-03-03", "2025-03-03")
    assert len(rows) == count
    assert rows[0]["time"] == f"20250303{first}00000"
    assert rows[-1]["time"] == "20250303150000000"
    drawn = bars(Kind.STOCK, Period(f"min{length}"), "600000.SH", "20250303", "20250303")
    assert [float(row["close"]) for row in rows] == [row["close"] for row in drawn]


def test_coverage_begins_as_theirs_does(caller: Caller) -> None:
    everything = "1990-12-19", "2026-02-10"
    assert caller.minutes("sh.600000", "60", *everything)[0]["date"] == "2020-01-03"
    assert caller.daily("sh.510300", *everything)[0]["date"] == "2026-01-05"
    assert caller.minutes("sh.510300", "60", *everything)[0]["date"] == "2026-01-05"
    assert caller.minutes("sh.000300", "60", *everything) == []
    assert caller.daily("sh.000300", *everything)
    assert {row["isST"] for row in caller.rows("query_daily_history_k_ETF", "2026-02-10")} == {"1"}
    assert not caller.rows("query_daily_history_k_ETF", "2025-12-31")
    assert "sh.510300" not in [row["code"] for row in caller.rows("query_all_stock", "2025-12-31")]


def test_what_is_not_there_is_no_error(caller: Caller) -> None:
    assert caller.daily("sz.920002", "2025-01-01", "2025-02-01") == []
    assert caller.rows("query_daily_history_k_AStock", "2026-02-08") == []
    assert caller.rows("query_all_stock", "2026-02-11") == []
    assert caller.rows("query_daily_adjust_factor", "2026-02-10") == []


def test_factors_are_the_markets_steps(caller: Caller) -> None:
    rows = caller.rows("query_adjust_factor", "sh.600000", "1990-12-19", "2026-02-10")
    steps = SOURCE.fetch_factors(FactorRequest(Kind.STOCK, ("600000.SH",))).steps["600000.SH"]
    told = {
        row["dividOperateDate"].replace("-", ""): float(row["backAdjustFactor"]) for row in rows
    }
    known = dict(zip(steps.days[1:], steps.factors[1:], strict=True))
    assert told == {day: factor for day, factor in known.items() if day <= "20260210"}
    assert rows[-1]["foreAdjustFactor"] == "1.000000"
    assert all(row["adjustFactor"] == row["backAdjustFactor"] for row in rows)
    day = rows[-1]["dividOperateDate"]
    assert rows[-1] | {"foreAdjustFactor": ""} in [
        row | {"foreAdjustFactor": ""} for row in caller.rows("query_daily_adjust_factor", day)
    ]


def test_a_step_is_what_the_previous_close_falls_by(caller: Caller) -> None:
    factors = caller.rows("query_adjust_factor", "sh.600000", "1990-12-19", "2026-02-10")
    rows = caller.daily("sh.600000", "2015-01-05", "2026-02-10")
    ex_dates = {row["dividOperateDate"]: float(row["backAdjustFactor"]) for row in factors}
    factor = 1.0
    for before, row in pairwise(rows):
        step = ex_dates.get(row["date"], factor) / factor
        factor *= step
        assert float(row["preclose"]) == pytest.approx(float(before["close"]) / step, abs=0.0051)


def test_backward_prices_are_raw_ones_times_the_factor(caller: Caller) -> None:
    [raw] = caller.daily("sh.600000", "2025-07-21", "2025-07-21")
    [backward] = caller.daily("sh.600000", "2025-07-21", "2025-07-21", "1")
    assert backward["close"] == f"{float(raw['close']) * 1.556865:.10f}"
    assert (backward["volume"], backward["adjustflag"]) == (raw["volume"], "1")


def test_the_calendar_has_natural_days_until_the_end_of_the_year(caller: Caller) -> None:
    rows = caller.rows("query_trade_dates", "1990-12-01", "2027-06-30")
    assert (rows[0]["calendar_date"], rows[-1]["calendar_date"]) == ("1990-12-19", "2026-12-31")
    assert len(rows) == (date(2026, 12, 31) - date(1990, 12, 19)).days + 1
    sessions = [row["calendar_date"] for row in rows if row["is_trading_day"] == "1"]
    assert len(sessions) == 8797


def test_members_are_those_of_the_monday_before(caller: Caller) -> None:
    rows = caller.rows("query_sz50_stocks", "2020-05-07")
    assert {row["updateDate"] for row in rows} == {"2020-05-04"}
    known = SOURCE.fetch_members(["000016.SH"]).members["000016.SH"]
    then = {
        f"sh.{each.code[:6]}"
        for each in known
        if each.in_date <= "20200504" and (each.out_date or "99991231") >= "20200504"
    }
    assert {row["code"] for row in rows} == then


def test_a_day_to_come_is_answered_with_the_newest_list(caller: Caller) -> None:
    answer = caller.ask("query_hs300_stocks", "1", "2000", "2027-01-01")
    assert answer.fields[7] == "2027-01-01"
    assert '["2026-02-09","sh.' in answer.fields[6]
    assert caller.rows("query_hs300_stocks", "") == caller.rows("query_hs300_stocks", "2027-01-01")


def test_the_two_large_indices_share_no_member(caller: Caller) -> None:
    large, middle = (
        {row["code"] for row in caller.rows(call, "")}
        for call in ("query_hs300_stocks", "query_zz500_stocks")
    )
    assert len(large) == 100
    assert middle
    assert not large & middle
    assert not caller.rows("query_zz500_stocks", "2006-06-01")


def test_stocks_have_industries(caller: Caller) -> None:
    rows = caller.rows("query_stock_industry", "", "2026-02-10")
    assert len({row["industry"] for row in rows}) == 18
    assert caller.rows("query_stock_industry", "sh.600000", "2026-02-10") == rows[:1]


@pytest.mark.parametrize(
    ("now", "daily", "minutes"),
    [
        ("2026-02-10T17:29", "2026-02-09", "2026-02-09"),
        ("2026-02-10T17:30", "2026-02-10", "2026-02-09"),
        ("2026-02-10T20:00", "2026-02-10", "2026-02-10"),
    ],
)
def test_a_day_is_there_from_its_hour_on(now: str, daily: str, minutes: str) -> None:
    with BaoStockServer(market_at(now)) as server, Caller(server) as caller:
        caller.log_in()
        assert caller.daily("sh.600000", "2026-02-02", "2026-12-31")[-1]["date"] == daily
        assert caller.minutes("sh.600000", "60", "2026-02-02", "2026-12-31")[-1]["date"] == minutes
        assert bool(caller.rows("query_daily_history_k_ETF", "2026-02-10")) == (daily[-2:] == "10")


def test_the_list_of_a_week_comes_on_mondays_afternoon() -> None:
    for now, monday in (("2026-02-09T12:00", "2026-02-02"), ("2026-02-09T18:00", "2026-02-09")):
        with BaoStockServer(market_at(now)) as server, Caller(server) as caller:
            rows = caller.log_in().rows("query_sz50_stocks", "2026-02-09")
            assert {row["updateDate"] for row in rows} == {monday}


def klines(**given: str) -> tuple[str, ...]:
    usual = {
        "page": "1",
        "per_page": "2000",
        "code": "sh.600000",
        "fields": "date,close",
        "start": "2024-01-01",
        "end": "2024-02-01",
        "frequency": "d",
        "adjustflag": "3",
    }
    return tuple((usual | given).values())


@pytest.mark.parametrize(
    ("call", "arguments", "code"),
    [
        ("query_history_k_data_plus", klines(code="bj.430047"), "10004011"),
        ("query_history_k_data_plus", klines(fields="date,colour"), "10004012"),
        ("query_history_k_data_plus", klines(fields="date,preclose", frequency="5"), "10004012"),
        ("query_history_k_data_plus", klines(frequency="1"), "10004012"),
        ("query_history_k_data_plus", klines(adjustflag="4"), "10004012"),
        ("query_history_k_data_plus", klines(start="20240101"), "10004007"),
        ("query_history_k_data_plus", klines(end="2024-02-30"), "10004008"),
        ("query_history_k_data_plus", klines(start="2024-03-01"), "10004009"),
        ("query_history_k_data_plus", klines()[:-1], "10004006"),
        ("query_daily_history_k_AStock", ("2",), "10004010"),
        ("query_stock_concept", ("1", "2000"), "10004020"),
    ],
)
def test_a_wrong_question_is_refused(
    caller: Caller, call: str, arguments: tuple[str, ...], code: str
) -> None:
    answer = caller.ask(call, *arguments)
    assert (answer.message_type, answer.fields[0]) == ("04", code)


def test_nothing_is_answered_before_a_login(server: BaoStockServer) -> None:
    with Caller(server) as caller:
        assert caller.ask("query_all_stock", "1", "2000", "2024-01-02").fields[0] == "10001001"
        assert caller.ask("login", "guess", "0").fields[0] == "10001002"


@pytest.mark.skipif(not REAL.exists(), reason="the real bars of ../shared/data/market are absent")
def test_real_files_are_a_market_too() -> None:
    market = market_of_files(REAL, clock("2021-09-30T21:00"))
    with BaoStockServer(market) as server, Caller(server) as caller:
        caller.log_in()
        rows = caller.daily("sh.600000", "2005-01-01", "2021-09-30")
        assert {"0", "1"} == {row["tradestatus"] for row in rows}
        [halted] = [row for row in rows if row["date"] == "2005-04-27"]
        assert halted["tradestatus"] == "0"
        minutes = caller.minutes("sh.600009", "60", "2020-01-03", "2020-01-03")
        assert [row["time"][8:12] for row in minutes] == ["1030", "1130", "1400", "1500"]
        codes = {row["code"] for row in caller.rows("query_all_stock", "2021-09-30")}
        assert {"sh.600000", "sh.000300"} < codes
