"""Codes, names, dates, statuses, members and statements, as the adapter makes them."""

import os
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from marketdata.sources.child.adapter import Failure
from tests.unit.sources.amazingdata.fake_sdk import CODES, Said


def test_lists_of_codes(sdk: Any) -> None:
    adapter, _ = sdk(get_code_list=[*CODES, CODES[0], "x"])
    assert adapter.code_list("EXTRA_STOCK_A") == [*CODES, "x"]
    nothing: Any
    for nothing in (None, [], (None, [])):
        assert sdk(get_code_list=nothing)[0].code_list("EXTRA_ETF") == []
    with pytest.raises(Failure, match="TypeError"):
        sdk(get_code_list=TypeError())[0].code_list("EXTRA_ETF")


def test_futures_fall_back_to_one_exchange(sdk: Any) -> None:
    def newest(security_type: str) -> Any:
        return ["IF2401.CFE"] if security_type == "ZJ_FUTURE" else KeyError(security_type)

    assert sdk(get_future_code_list=newest)[0].future_list() == ["IF2401.CFE"]
    assert sdk(get_future_code_list=["RB2401.SHF"])[0].future_list() == ["RB2401.SHF"]
    assert sdk(get_future_code_list=None)[0].future_list() == []
    with pytest.raises(Failure):
        sdk(get_future_code_list=Said("-95 no permission"))[0].future_list()


@pytest.mark.parametrize("code", [-100, -97, -95, -87])
def test_a_version_may_refuse_the_type_by_a_code(sdk: Any, code: int) -> None:
    def newest(security_type: str) -> Any:
        return ["IF2401.CFE"] if security_type == "ZJ_FUTURE" else (None, code)

    assert sdk(get_future_code_list=newest)[0].future_list() == ["IF2401.CFE"]


def test_a_lost_session_is_no_refusal_of_a_type(sdk: Any) -> None:
    adapter, fake = sdk(get_future_code_list=Said("-79 connection lost"))
    with pytest.raises(Failure):
        adapter.future_list()
    assert len(fake.asked) == 1


@pytest.mark.parametrize("value", [CODES, dict.fromkeys(CODES, 1), (CODES, [])])
def test_past_codes_want_a_fresh_folder(sdk: Any, value: Any, tmp_path: Path) -> None:
    def look(local_path: str, **named: Any) -> Any:
        assert local_path.endswith(os.sep)
        assert Path(local_path).is_dir()
        assert not any(Path(local_path).iterdir())
        (Path(local_path) / "broken.h5").touch()
        assert named == {
            "security_type": "EXTRA_STOCK_A_SH_SZ",
            "start_date": 20130104,
            "end_date": 20240102,
        }
        return value

    adapter, _ = sdk(get_hist_code_list=look)
    for _ in range(2):
        assert adapter.past_codes("EXTRA_STOCK_A_SH_SZ", "20130104", "20240102") == CODES
    assert not any(tmp_path.iterdir())


def test_names(sdk: Any) -> None:
    frame = pd.DataFrame({"symbol": ["浦发银行", "平安银行"]}, index=CODES)
    assert sdk(get_code_info=frame)[0].names("EXTRA_STOCK_A") == {
        "600000.SH": "浦发银行",
        "000001.SZ": "平安银行",
    }
    for nothing in (None, pd.DataFrame(), pd.DataFrame({"x": [1]})):
        assert sdk(get_code_info=nothing)[0].names("EXTRA_STOCK_A") == {}


def test_listing_dates_are_whole_numbers(sdk: Any) -> None:
    frame = pd.DataFrame(
        {
            "MARKET_CODE": ["600000.SH", "000003.SZ"],
            "SECURITY_NAME": ["浦发银行", None],
            "LISTDATE": np.array([19991110, 19910114], dtype=np.int32),
            "DELISTDATE": [0, 20020614],
        }
    )
    assert sdk(get_stock_basic=frame)[0].basics(CODES) == [
        ["600000.SH", "浦发银行", "19991110", None],
        ["000003.SZ", "", "19910114", "20020614"],
    ]
    assert sdk(get_stock_basic=None)[0].basics(CODES) == []


def test_a_listed_stock_has_no_last_day_whatever_the_column_holds(sdk: Any) -> None:
    frame = pd.DataFrame(
        {
            "MARKET_CODE": CODES,
            "SECURITY_NAME": "x",
            "LISTDATE": 19991110,
            "DELISTDATE": [19000101, 20240105],
            "IS_LISTED": [1, 3],
        }
    )
    rows = sdk(get_stock_basic=({CODES[0]: frame}, None))[0].basics(CODES)
    assert [row[3] for row in rows] == [None, "20240105"]


def test_a_status_comes_with_all_its_columns(sdk: Any) -> None:
    frame = pd.DataFrame(
        {
            "MARKET_CODE": ["600000.SH", "600000.SH", "000001.SZ"],
            "TRADE_DATE": ["20240102", 20240103, None],
            "PRECLOSE": [6.62, "6.65", None],
            "HIGH_LIMITED": [7.28, 999999999.9999, 0.0],
            "IS_SUSP_SEC": ["1", 0, "x"],
            "IS_WD_SEC": ["0", "1", "0"],
        }
    )
    adapter, fake = sdk(get_history_stock_status=frame)
    found = adapter.status([*CODES, "600001.SH"], "20240101", "20240131")
    assert found["counts"] == [["600000.SH", 2], ["000001.SZ", 1]]
    assert found["empty"] == ["600001.SH"]
    for name, values in {
        "days": [20240102, 20240103, np.nan],
        "PRECLOSE": [6.62, 6.65, np.nan],
        "HIGH_LIMITED": [7.28, 999999999.9999, 0.0],
        "LOW_LIMITED": [np.nan] * 3,
        "IS_ST_SEC": [np.nan] * 3,
        "IS_SUSP_SEC": [1, 0, np.nan],
        "IS_WD_SEC": [0, 1, 0],
    }.items():
        np.testing.assert_array_equal(found[name], values)
    _, values, named = fake.asked[-1]
    assert values == ([*CODES, "600001.SH"],)
    assert named.pop("local_path").endswith(os.sep)
    assert named == {"is_local": False, "begin_date": 20240101, "end_date": 20240131}


def test_no_status_at_all_has_no_rows(sdk: Any) -> None:
    value: Any
    for value in (None, {}, "no data", (None, []), pd.DataFrame()):
        found = sdk(get_history_stock_status=value)[0].status(CODES, "20240101", "20240131")
        assert (found["counts"], found["empty"], len(found["days"])) == ([], [], 0)
    refused = Said("-95 no permission", pd.DataFrame())
    with pytest.raises(Failure) as failure:
        sdk(get_history_stock_status=refused)[0].status(CODES, "20240101", "20240131")
    assert failure.value.code == -95


@pytest.mark.parametrize(
    ("kind", "call"),
    [("index", "get_index_constituent"), ("industry", "get_industry_constituent")],
)
@pytest.mark.parametrize("as_dict", [True, False])
def test_members(sdk: Any, kind: str, call: str, as_dict: bool) -> None:
    rows = pd.DataFrame(
        {
            "INDEX_CODE": "000300.SH",
            "CON_CODE": ["600000.SH", "000001.sz", None],
            "INDATE": ["20050408", 20050408, np.nan],
            "OUTDATE": ["20121231", np.nan, 0],
        }
    )
    given = {"000300.SH": rows, "000016.SH": None} if as_dict else rows
    adapter, fake = sdk(**{call: given})
    found = adapter.members(kind, ["000300.SH", "000016.SH"])
    assert found["counts"] == [["000300.SH", 3]]
    assert found["empty"] == ["000016.SH"]
    assert found["members"] == ["600000.SH", "000001.SZ", ""]
    assert found["in_dates"] == ["20050408", "20050408", None]
    assert found["out_dates"] == ["20121231", None, None]
    name, values, named = fake.asked[-1]
    assert (name, values) == (call, (["000300.SH", "000016.SH"],))
    assert named.pop("local_path").endswith(os.sep)
    assert named == {"is_local": False}


def test_weights(sdk: Any) -> None:
    rows = pd.DataFrame(
        {
            "CON_CODE": ["600000.SH", "000001.SZ"],
            "TRADE_DATE": ["20240102", None],
            "WEIGHT": [1.5, "x"],
        }
    )
    adapter, fake = sdk(get_index_weight={"000300.SH": rows})
    found = adapter.weights(["000300.SH"], "20240101", "20240131")
    assert found["members"] == ["600000.SH", "000001.SZ"]
    assert found["days"] == ["20240102", None]
    np.testing.assert_array_equal(found["weights"], [1.5, np.nan])
    _, _, named = fake.asked[-1]
    assert named.pop("local_path").endswith(os.sep)
    assert named == {"is_local": False, "begin_date": 20240101, "end_date": 20240131}


def test_industries(sdk: Any) -> None:
    rows = pd.DataFrame(
        {
            "INDEX_CODE": ["801780.SI", "801782.SI"],
            "LEVEL_TYPE": [1, 2.0],
            "LEVEL1_NAME": ["银行", "银行"],
            "LEVEL2_NAME": [np.nan, "国有大型银行"],
        }
    )
    expected = [
        ["801780.SI", "1", "银行", "", ""],
        ["801782.SI", "2", "银行", "国有大型银行", ""],
    ]
    given: Any
    for given in (rows, {"801780.SI": rows.head(1), "801782.SI": rows.tail(1)}):
        assert sdk(get_industry_base_info=given)[0].industries() == expected
    for given in (None, {}, pd.DataFrame()):
        assert sdk(get_industry_base_info=given)[0].industries() == []


@pytest.mark.parametrize("as_dict", [True, False])
def test_statements(sdk: Any, as_dict: bool) -> None:
    rows = pd.DataFrame(
        {"MARKET_CODE": ["600000.SH"] * 2, "STATEMENT_TYPE": ["1", "2"], "EBIT": [1.5, np.nan]}
    )
    given = {"600000.SH": rows, "000001.SZ": None} if as_dict else rows
    found = sdk(get_income=given)[0].statements("income", CODES, "20240101", "20241231")
    assert found["counts"] == [["600000.SH", 2]]
    assert found["empty"] == ["000001.SZ"]
    assert found["columns"]["STATEMENT_TYPE"] == ["1", "2"]
    np.testing.assert_array_equal(found["columns"]["EBIT"], [1.5, np.nan])
