"""Adjustment factors of the SDK: every oddity is reported, none becomes a price."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from marketdata.blocks.dataset import Kind
from marketdata.catalog.calendar import trading_days
from marketdata.errors import UpstreamError, UpstreamFaultError, UpstreamQuotaError
from marketdata.kline.adjust.steps import Steps
from marketdata.sources.amazingdata.asking_twice import GAVE_NOTHING
from marketdata.sources.amazingdata.source import AmazingDataSource
from marketdata.sources.child.adapter import Failure
from marketdata.sources.source import FactorRequest
from marketdata.sources.synthetic.source import SyntheticSource
from tests.support.clocks import clock
from tests.support.standins import TODAY, bundle, calls, fault, session
from tests.unit.sources.amazingdata.fake_sdk import CODES, Said

NOW = clock("2025-11-21T20:00")
MARKET = SyntheticSource(NOW, "17:00")
STOCKS = [each for each in MARKET.list_securities().securities if each.kind is Kind.STOCK]
DAYS = trading_days("SH", "20240102", "20240110")
NAN = float("nan")
LACKS = "AmazingData: its answer lacks the code, or names it twice"


def frame(*columns: list[float], days: Any = None) -> pd.DataFrame:
    """Give a wide frame with a column for each of the first codes."""
    index = pd.Index(DAYS if days is None else days)
    named = dict(zip(CODES, columns, strict=False))
    return pd.DataFrame(named, index=index)


def flat(first: float = 1.0, last: float = 1.0) -> list[float]:
    """Give factors that change once, on the fourth day."""
    return [first] * 3 + [last] * (len(DAYS) - 3)


def steps_in(sdk: Any, answer: Any) -> tuple[dict[str, Any], dict[str, str]]:
    adapter, _ = sdk(get_backward_factor=answer)
    found = adapter.factors(CODES)
    return found["steps"], found["failed"]


def test_a_fresh_folder_and_never_what_lies_there(sdk: Any) -> None:
    def look(codes: list[str], local_path: str, is_local: bool) -> Any:
        assert codes == CODES
        assert local_path.endswith(os.sep)
        assert Path(local_path).is_dir()
        assert is_local is False
        return frame(flat(), flat(1.0, 1.5))

    steps, failed = steps_in(sdk, look)
    assert steps == {
        CODES[0]: [(DAYS[0],), (1.0,), DAYS[-1]],
        CODES[1]: [(DAYS[0], DAYS[3]), (1.0, 1.5), DAYS[-1]],
    }
    assert not failed


@pytest.mark.parametrize(
    "days",
    [
        [int(day) for day in DAYS],
        [pd.Timestamp(day) for day in DAYS],
        [f"{day[:4]}-{day[4:6]}-{day[6:]}" for day in DAYS],
    ],
    ids=["numbers", "time stamps", "with dashes"],
)
def test_days_come_in_any_form_and_order(sdk: Any, days: list[Any]) -> None:
    wanted = {code: [(DAYS[0], DAYS[3]), (1.0, 1.5), DAYS[-1]] for code in CODES}
    answer = frame(flat(1.0, 1.5), flat(1.0, 1.5), days=days)
    assert steps_in(sdk, answer) == (wanted, {})
    assert steps_in(sdk, answer.iloc[::-1]) == (wanted, {})
    assert steps_in(sdk, (answer.astype(str), [])) == (wanted, {})


@pytest.mark.parametrize("answer", [None, [], {}, pd.DataFrame(), (None, []), "nothing", 7])
def test_nothing_is_nothing(sdk: Any, answer: Any) -> None:
    assert steps_in(sdk, answer) == ({}, {})


def test_a_printed_error_is_one(sdk: Any) -> None:
    with pytest.raises(Failure) as caught:
        steps_in(sdk, Said("error code: -82"))
    assert caught.value.code == -82
    with pytest.raises(Failure, match="TypeError"):
        steps_in(sdk, TypeError())


@pytest.mark.parametrize(
    ("column", "why"),
    [
        (flat(1.0, 0.0), f"the factor of {DAYS[3]} is 0.0"),
        (flat(-1.0, 1.0), f"the factor of {DAYS[0]} is -1.0"),
        (flat(1.0, float("inf")), f"the factor of {DAYS[3]} is inf"),
        ([1.0, 1.0, NAN, 1.0, 1.0, 1.0, 1.0], "factors are missing between others"),
        ([NAN] * 7, "there is no factor"),
    ],
)
def test_a_bad_column_fails_its_code_alone(sdk: Any, column: list[float], why: str) -> None:
    steps, failed = steps_in(sdk, frame(flat(), column))
    assert list(steps) == [CODES[0]]
    assert failed == {CODES[1]: f"AmazingData: {why}"}


def test_a_column_that_is_not_there_or_twice(sdk: Any) -> None:
    assert steps_in(sdk, frame(flat()))[1] == {CODES[1]: LACKS}
    twice = pd.concat([frame(flat(), flat()), frame(flat())], axis="columns")
    steps, failed = steps_in(sdk, twice)
    assert (list(steps), failed) == ([CODES[1]], {CODES[0]: LACKS})


def test_a_listing_and_a_delisting_shorten_what_is_known(sdk: Any) -> None:
    steps, failed = steps_in(sdk, frame(flat(), [NAN, 1.0, 1.0, 2.0, 2.0, NAN, NAN]))
    assert steps[CODES[1]] == [(DAYS[1], DAYS[3]), (1.0, 2.0), DAYS[4]]
    assert not failed


def test_a_change_over_days_that_are_not_there_is_of_no_day(sdk: Any) -> None:
    answer = frame(flat(), flat(1.0, 1.5)).drop(index=[DAYS[2]])
    steps, failed = steps_in(sdk, answer)
    assert steps == {CODES[0]: [(DAYS[0],), (1.0,), DAYS[-1]]}
    assert failed == {CODES[1]: f"AmazingData: its answer lacks days before {DAYS[3]}"}


def test_an_index_of_something_else_is_of_no_days(sdk: Any) -> None:
    answer = frame(flat(), flat(), days=range(len(DAYS)))
    why = "AmazingData: its factors have no valid days"
    assert steps_in(sdk, answer) == ({}, dict.fromkeys(CODES, why))


@pytest.fixture
def source(tmp_path: Path) -> Iterator[Any]:
    """Give a function that makes a source over a stand-in with faults, and the bundle's folder."""
    opened = []

    def make(*faults: dict[str, Any]) -> tuple[AmazingDataSource, Path]:
        path = bundle(tmp_path, *faults)
        opened.append(session(path))
        return AmazingDataSource(opened[-1], lambda: None, NOW, "17:00"), path

    yield make
    for each in opened:
        each.close()


def test_factors_are_those_of_the_market(source: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("marketdata.sources.amazingdata.source.CODES_AT_ONCE", 12)
    made, path = source()
    wanted = [*STOCKS[:25], next(each for each in STOCKS if (each.list_date or "") > "2022")]
    codes = tuple(each.code for each in wanted)
    found = made.fetch_factors(FactorRequest(Kind.STOCK, (*codes, "999999.SH")))
    truth = MARKET.fetch_factors(FactorRequest(Kind.STOCK, codes)).steps
    assert calls(path, "get_backward_factor") == 3
    assert found.failed == {"999999.SH": "AmazingData: there is no factor"}
    assert list(found.steps) == list(codes)
    for each in wanted:
        known = truth[each.code].up_to(TODAY)
        assert known is not None
        # The SDK's days begin in 2013, before the synthetic market.
        first = max(each.list_date or "", "20130104")
        assert found.steps[each.code] == Steps((first, *known.days[1:]), known.factors, TODAY)


@pytest.mark.parametrize("name", ["none", "empty", "type_error"])
def test_a_call_that_fails_once_is_made_again(source: Any, name: str) -> None:
    made, path = source(fault("get_backward_factor", name, 1))
    found = made.fetch_factors(FactorRequest(Kind.STOCK, ("600000.SH",)))
    assert found.steps.keys() == {"600000.SH"}
    assert calls(path, "get_backward_factor") == 2


def test_nothing_twice_fails_the_codes(source: Any) -> None:
    made, _ = source(fault("get_backward_factor", "none"))
    found = made.fetch_factors(FactorRequest(Kind.STOCK, ("600000.SH", "000001.SZ")))
    assert not found.steps
    assert found.failed == dict.fromkeys(("600000.SH", "000001.SZ"), GAVE_NOTHING)


@pytest.mark.parametrize(
    ("name", "error"), [("quota", UpstreamQuotaError), ("type_error", UpstreamFaultError)]
)
def test_what_fails_as_a_whole_has_a_name(
    source: Any, name: str, error: type[UpstreamError]
) -> None:
    made, _ = source(fault("get_backward_factor", name))
    with pytest.raises(error):
        made.fetch_factors(FactorRequest(Kind.STOCK, ("600000.SH",)))
