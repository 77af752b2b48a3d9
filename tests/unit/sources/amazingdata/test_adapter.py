"""Logins, bars and failures, as the adapter makes them of the SDK's answers."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from marketdata.sources.amazingdata.adapter import Adapter
from marketdata.sources.child.adapter import Failure
from marketdata.sources.child.serving import answer
from tests.unit.sources.amazingdata.fake_sdk import CODES, Said


def bars(code: str = "600000.SH", days: int = 2, **columns: Any) -> pd.DataFrame:
    times = pd.to_datetime([f"2024-01-{day + 2:02}" for day in range(days)])
    frame = {"code": code, "kline_time": times, "open": 1.0, "high": 2.0, "low": 0.5, "close": 1.5}
    return pd.DataFrame({**frame, "volume": 100, "amount": 150.0, **columns})


def klines(adapter: Adapter, codes: list[str] = CODES) -> dict[str, Any]:
    return adapter.klines(codes, "20240101", "20240131", "day")


@pytest.mark.parametrize("value", [True, 0, -90, Said("login fail, again\nok", True)])
def test_a_login_is_good_that_gives_true_or_zero(sdk: Any, value: object) -> None:
    sdk(login=value)[0].login("u", "p", "h", 1)


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (False, None),
        (-74, None),
        (Said("login fail"), None),
        (SystemExit(0), None),
        (Said("no such user: -75", SystemExit(0)), -75),
        (Said("login fail -74", False), -74),
        (Said("-96 network"), -96),
    ],
)
def test_a_login_fails_in_many_ways(sdk: Any, value: object, code: int | None) -> None:
    with pytest.raises(Failure) as failure:
        sdk(login=value)[0].login("u", "p", "h", 1)
    assert failure.value.code == code
    assert "p" not in failure.value.what.split()


def test_bars_come_with_their_times_from_a_column(sdk: Any) -> None:
    adapter, fake = sdk(
        get_calendar=[20240102],
        query_kline={"600000.SH": bars().set_axis([9, 4]), "000001.SZ": bars("000001.SZ", 1)},
    )
    found = klines(adapter)
    assert found["counts"] == [["600000.SH", 2], ["000001.SZ", 1]]
    assert found["times"] == ["2024-01-02 00:00:00", "2024-01-03 00:00:00", "2024-01-02 00:00:00"]
    np.testing.assert_array_equal(found["volume"], [100.0, 100.0, 100.0])
    assert found["empty"] == []
    assert found["foreign"] == {}
    assert found["code"] is None
    name, values, named = fake.asked[-1]
    assert (name, values) == ("query_kline", (CODES,))
    assert named == {"begin_date": 20240101, "end_date": 20240131, "period": 10008}


@pytest.mark.parametrize("value", [None, [], "no data", pd.DataFrame()])
def test_a_code_without_bars_is_named(sdk: Any, value: object) -> None:
    adapter, _ = sdk(query_kline={"600000.SH": bars(), "000001.SZ": value})
    assert klines(adapter)["empty"] == ["000001.SZ"]


@pytest.mark.parametrize(
    "value", [None, {}, (None, []), ({}, None), ({}, -76), Said("-76 empty", {})]
)
def test_nothing_at_all_is_nothing(sdk: Any, value: object) -> None:
    found = klines(sdk(query_kline=value)[0])
    assert (found["counts"], found["empty"], found["times"]) == ([], [], [])
    assert found["open"].size == 0


def test_a_pair_is_opened(sdk: Any) -> None:
    found = klines(sdk(query_kline=({"600000.SH": bars()}, []))[0])
    assert found["counts"] == [["600000.SH", 2]]


def test_one_frame_of_all_codes_says_of_each_whether_it_has_bars(sdk: Any) -> None:
    found = klines(sdk(query_kline=bars())[0])
    assert found["counts"] == [["600000.SH", 2]]
    assert found["empty"] == ["000001.SZ"]


def test_bars_that_carry_another_code_are_not_its(sdk: Any) -> None:
    adapter, _ = sdk(query_kline={code: bars() for code in CODES})
    found = klines(adapter)
    assert found["counts"] == [["600000.SH", 2]]
    assert found["foreign"] == {"000001.SZ": "600000.SH"}


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (Said("weekly traffic used up -82"), -82),
        (Said("-79 connection lost", {}), -79),
        (Said("not at this hour: -88", {"600000.SH": None, "000001.SZ": []}), -88),
        (Said("-73 not concurrently", TypeError("x")), -73),
        ((None, -82), -82),
        ((None, ["error code: -95"]), -95),
        (({"600000.SH": bars()}, -83), -83),
        (SystemExit(0), None),
        (TypeError("the password is open sesame"), None),
        (OSError(5, "io"), None),
    ],
)
def test_a_failed_call_is_told_from_an_empty_one(sdk: Any, value: Any, code: int | None) -> None:
    with pytest.raises(Failure) as failure:
        klines(sdk(get_calendar=[20240102], query_kline=value)[0])
    assert failure.value.code == code
    assert "sesame" not in failure.value.what


def test_what_cuts_an_answer_short_is_told_beside_it(sdk: Any) -> None:
    found = klines(sdk(query_kline=Said("-83 timeout", {"600000.SH": bars()}))[0])
    assert found["counts"] == [["600000.SH", 2]]
    assert found["code"] == -83
    # Of a whole answer nobody asks what was printed.
    assert klines(sdk(query_kline=Said("-83", {"600000.SH": bars()}))[0], CODES[:1])["code"] is None


def test_the_calendar_is_the_sdks_or_ours_and_made_once_a_day(sdk: Any) -> None:
    adapter, fake = sdk(get_calendar=[20240102], query_kline={})
    klines(adapter)
    klines(adapter)
    assert [asked for asked in fake.asked if asked[0] == "MarketData"] == [
        ("MarketData", ([20240102],), {})
    ]
    broken: Any
    for broken in (None, TypeError(), []):
        adapter, fake = sdk(get_calendar=broken, query_kline={})
        klines(adapter)
        ((calendar,),) = [values for name, values, _ in fake.asked if name == "MarketData"]
        assert calendar[0] == 19901219
        assert all(isinstance(day, int) for day in calendar)
        assert sum(name == "get_calendar" for name, _, _ in fake.asked) == 3
    adapter, _ = sdk(get_calendar=Said("-94"), query_kline={})
    with pytest.raises(Failure):
        klines(adapter)


def test_every_end_of_a_call_becomes_a_reply(sdk: Any) -> None:
    adapter, _ = sdk(
        get_code_list=CODES,
        get_code_info=Said("-82"),
        query_kline={"600000.SH": pd.DataFrame({"code": ["600000.SH"]})},
    )

    def ask(operation: str, **arguments: Any) -> dict[str, Any]:
        return answer(adapter, {"operation": operation, "arguments": arguments})

    assert ask("code_list", security_type="EXTRA_STOCK_A") == {"value": CODES}
    assert ask("names", security_type="EXTRA_STOCK_A")["code"] == -82
    # The column of times is not there at all.
    reply = ask("klines", codes=CODES, start="20240101", end="20240131", period="day")
    assert reply == {"code": None, "what": "its answer cannot be read (KeyError)"}
    assert "KeyError" in ask("no_such_operation")["what"]
