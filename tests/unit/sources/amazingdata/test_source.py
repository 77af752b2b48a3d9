"""The source, over the stand-in: what it gives is what the market holds."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from marketdata.blocks.dataset import Kind
from marketdata.catalog.constituents import Industry
from marketdata.catalog.securities import Catalog, Security
from marketdata.errors import UpstreamFaultError, UpstreamQuotaError
from marketdata.finance.statement import CONSOLIDATED, Statement
from marketdata.kline.bars import BarDataset
from marketdata.sources.amazingdata.source import AmazingDataSource
from marketdata.sources.source import (
    BarRequest,
    HasMembers,
    HasStatus,
    StatementRequest,
    StatusRequest,
    frame_columns,
)
from marketdata.sources.synthetic.source import SyntheticSource
from tests.support.clocks import clock
from tests.support.standins import bundle, calls, fault, session

NOW = clock("2025-11-21T20:00")
MARKET = SyntheticSource(NOW, "17:00")
SECURITIES = {each.code: each for each in MARKET.list_securities().securities}
STOCKS = tuple(code for code, each in SECURITIES.items() if each.kind is Kind.STOCK)


@pytest.fixture
def source(tmp_path: Path) -> Iterator[Any]:
    """Give a function that makes a source over a stand-in with faults, and the bundle's folder."""
    opened = []

    def make(
        *faults: dict[str, Any], known: Iterable[Security] = (), **settings: str
    ) -> tuple[AmazingDataSource, Path]:
        path = bundle(tmp_path, *faults, **settings)
        opened.append(session(path))
        listed = known or SECURITIES.values()
        catalog = Catalog(listed, "2025-11-21T08:50:00", "amazingdata", {})
        return AmazingDataSource(opened[-1], lambda: catalog, NOW, "17:00"), path

    yield make
    for each in opened:
        each.close()


def request(
    dataset: str, *codes: str, start: str = "20251020", end: str = "20251121"
) -> BarRequest:
    return BarRequest(BarDataset.parse(dataset), codes, start, end)


def in_order(frame: pd.DataFrame, dataset: BarDataset) -> pd.DataFrame:
    order = ["code", "kline_time" if dataset.intraday else "trade_date"]
    return frame.sort_values(order, ignore_index=True)


def test_bars_are_those_of_the_market(source: Any) -> None:
    made, path = source()
    for wanted in (
        request("stock.daily", *STOCKS[:40]),
        request("etf.daily", "510300.SH"),
        request("index.min30", "000300.SH"),
        request("stock.min5", *STOCKS[:2], start="20251118"),
        request("future.min5", "RB2601.SHF", "IF2512.CFE", start="20251114"),
        request("future.daily", "RB2601.SHF", "IF2512.CFE"),
    ):
        fetched, expected = made.fetch_bars(wanted), MARKET.fetch_bars(wanted)
        assert list(fetched.frame.columns) == frame_columns(wanted.dataset)
        assert fetched.failed == {}
        columns = [
            name
            for name in frame_columns(wanted.dataset)
            if name not in ("settle", "open_interest")
        ]
        assert_frame_equal(
            in_order(fetched.frame, wanted.dataset)[columns],
            in_order(expected.frame, wanted.dataset)[columns],
            check_dtype=False,
        )
        if wanted.dataset.kind is Kind.FUTURE:
            assert fetched.frame["settle"].isna().all()
            assert fetched.frame["open_interest"].isna().all()
        if wanted.dataset.kind is Kind.STOCK:
            assert fetched.halted == expected.halted
    assert calls(path, "login") == 1


def test_what_the_sdk_does_not_have_is_not_asked_for(source: Any) -> None:
    made, path = source()
    for wanted in (
        request("stock.daily", *STOCKS, start="20120101", end="20130103"),
        request("stock.daily", *STOCKS, start="20251124", end="20251231"),
        request("future.daily", "RB2601.SHF", start="20220101", end="20221231"),
    ):
        fetched = made.fetch_bars(wanted)
        assert fetched.frame.empty
        assert list(fetched.frame.columns) == frame_columns(wanted.dataset)
        assert (fetched.halted, fetched.failed) == ({}, {})
    assert calls(path, "login") == 0


def test_texts_and_doubled_rows_come_through(source: Any) -> None:
    made, _ = source(fault("query_kline", "text", 1), fault("query_kline", "duplicate", 2))
    wanted = request("stock.daily", *STOCKS[:3])
    plain, doubled = made.fetch_bars(wanted), made.fetch_bars(wanted)
    assert_frame_equal(
        in_order(plain.frame, wanted.dataset),
        in_order(MARKET.fetch_bars(wanted).frame, wanted.dataset),
        check_dtype=False,
    )
    # The check on write keeps the first of two equal ones.
    assert len(doubled.frame) == 2 * len(plain.frame)


def test_an_answers_first_bar_is_a_codes_first_one_only_if_all_days_were_asked_for(
    source: Any,
) -> None:
    """Or else an index that lacks the first days of a part would be taken to begin after them."""
    made, _ = source()
    assert made.fetch_bars(request("index.daily", "000300.SH")).since == {}
    whole = made.fetch_bars(request("index.daily", "000300.SH", start="20120101"))
    assert whole.since == {"000300.SH": whole.frame["trade_date"].min()}


@pytest.mark.parametrize("name", ["drop_key", "foreign"])
def test_codes_that_are_not_delivered_have_failed(source: Any, name: str) -> None:
    made, _ = source(fault("query_kline", name))
    alive = [code for code in STOCKS if SECURITIES[code].delist_date is None][:3]
    fetched = made.fetch_bars(request("stock.daily", *alive))
    assert fetched.failed.keys() == (set(alive[:1]) if name == "drop_key" else set(alive[1:]))


def test_securities_are_those_of_the_market(source: Any) -> None:
    made, path = source(fault("get_future_code_list", "type_error", 1))
    listed = made.list_securities()
    found = {each.code: each for each in listed.securities}
    equities = {code: each for code, each in SECURITIES.items() if each.kind is Kind.STOCK}
    assert {code: each for code, each in found.items() if each.kind is Kind.STOCK} == equities
    for code, each in found.items():
        life = SECURITIES[code]
        assert each.kind is life.kind
        if each.kind is Kind.FUTURE and each.market == "CFE":
            assert each == Security(code, each.name, Kind.FUTURE, "CFE", None, life.delist_date)
    # The first list of futures failed, and the newest version's is too short for the stored one.
    assert calls(path, "get_future_code_list") == 3
    assert (listed.stale, listed.notes) == ({}, [])


def test_an_sdk_may_write_codes_as_the_exchanges_do(source: Any) -> None:
    """74 of 113 futures had small letters: all of them are listed, and asked for as it wants it."""
    made, _ = source(spelling="exchange")
    listed = made.list_securities()
    assert (listed.stale, listed.notes) == ({}, [])
    found = {each.code: each for each in listed.securities}
    assert found.keys() == SECURITIES.keys()
    assert found["RB2601.SHF"].spelling == "rb2601.SHF"
    assert found["IF2512.CFE"].spelling is None


def test_bars_are_asked_for_as_the_stored_catalog_has_the_spelling(source: Any) -> None:
    known = {"RB2601.SHF": "rb2601.SHF", "IF2512.CFE": None}
    catalog = [replace(SECURITIES[code], spelling=each) for code, each in known.items()]
    made, _ = source(known=catalog, spelling="exchange")
    wanted = request("future.daily", *known)
    fetched, expected = made.fetch_bars(wanted), MARKET.fetch_bars(wanted)
    assert (fetched.failed, fetched.lost) == ({}, {})
    columns = ["code", "trade_date", "open", "high", "low", "close", "volume", "amount"]
    assert_frame_equal(
        in_order(fetched.frame, wanted.dataset)[columns],
        in_order(expected.frame, wanted.dataset)[columns],
        check_dtype=False,
    )


def test_statements_are_filtered_by_period(source: Any) -> None:
    made, _ = source()
    wanted = StatementRequest(Statement.INCOME, STOCKS[:3], "20240101", "20240930")
    fetched = made.fetch_statements(wanted)
    expected = {
        (row["code"], row["reporting_period"]): row for row in MARKET.fetch_statements(wanted).rows
    }
    assert fetched.failed == {}
    assert len(fetched.rows) == len(expected) > 0
    for row in fetched.rows:
        known = expected[row["code"], row["reporting_period"]]
        assert row["statement_type"] == CONSOLIDATED
        assert all(row.get(name) == value for name, value in known.items() if value is not None)


def test_statements_that_are_not_delivered_have_failed(source: Any) -> None:
    made, path = source(
        fault("get_income", "none", 1),
        fault("get_income", "drop_key", 2),
        fault("get_income", "empty", 3, 4),
        fault("get_income", "type_error", 5),
        fault("get_income", "foreign", 6),
        fault("get_income", "one_frame", 7),
    )
    wanted = StatementRequest(Statement.INCOME, STOCKS[:3], "20240101", "20240930")
    assert made.fetch_statements(wanted).failed.keys() == set(STOCKS[:1])
    assert made.fetch_statements(wanted).failed.keys() == set(STOCKS[:3])
    assert made.fetch_statements(wanted).failed.keys() == set(STOCKS[1:3])
    assert made.fetch_statements(wanted).failed == {}
    assert calls(path, "get_income") == 7


def status_request(*codes: str, start: str = "20251020", end: str = "20251121") -> StatusRequest:
    return StatusRequest(codes, start, end)


def test_the_status_is_that_of_the_market(source: Any) -> None:
    made, path = source()
    assert isinstance(made, HasStatus)
    young = [code for code in STOCKS if (SECURITIES[code].list_date or "") > "20220101"]
    wanted = status_request(*STOCKS[:60], *young, start="20220101")
    fetched, expected = made.fetch_status(wanted), MARKET.fetch_status(wanted)
    order = ["code", "trade_date"]
    assert_frame_equal(
        fetched.frame.sort_values(order, ignore_index=True),
        expected.frame.sort_values(order, ignore_index=True),
    )
    assert fetched.frame["limit_up"].isna().any()
    assert fetched.frame["is_st"].any()
    assert (fetched.failed, fetched.horizon, fetched.sure_until) == ({}, {}, {})
    assert calls(path, "get_history_stock_status") == 1


def test_no_status_is_asked_for_of_days_that_the_sdk_does_not_have(source: Any) -> None:
    made, path = source()
    assert made.status_start() == "20130104"
    for wanted in (
        status_request(*STOCKS, start="20120101", end="20130103"),
        status_request(*STOCKS, start="20251124", end="20251231"),
    ):
        fetched = made.fetch_status(wanted)
        assert fetched.frame.empty
        assert fetched.failed == {}
    assert calls(path, "login") == 0


def test_a_status_that_is_not_delivered_has_failed(source: Any) -> None:
    made, path = source(
        fault("get_history_stock_status", "none", 1),
        fault("get_history_stock_status", "empty", 2, 3, 4),
        fault("get_history_stock_status", "quota", 5),
    )
    alive = [code for code in STOCKS if SECURITIES[code].delist_date is None][:3]
    wanted = status_request(*alive)
    # The first call is made again, and fails again.
    assert made.fetch_status(wanted).failed.keys() == set(alive)
    assert made.fetch_status(wanted).failed.keys() == set(alive)
    with pytest.raises(UpstreamQuotaError):
        made.fetch_status(wanted)
    assert made.fetch_status(wanted).failed == {}
    assert calls(path, "get_history_stock_status") == 6


def test_members_are_those_of_the_market(source: Any) -> None:
    made, path = source()
    assert isinstance(made, HasMembers)
    groups = ["000016.SH", "000300.SH", "990101.SI", "990100.SI"]
    found = made.fetch_members([*groups, "000001.SH", "999999.SI"])
    assert found.members == MARKET.fetch_members(groups).members
    assert (found.failed, found.notes) == ({}, [])
    assert calls(path, "get_index_constituent") == calls(path, "get_industry_constituent") == 1


def test_an_index_without_members_is_unknown_if_the_call_works(source: Any) -> None:
    made, _ = source(fault("get_index_constituent", "empty", 4, 5, 6))
    assert made.fetch_members(["000001.SH"]).failed == {}
    assert made.fetch_members(["000001.SH"]).failed.keys() == {"000001.SH"}
    assert made.fetch_members(["000300.SH"]).members.keys() == {"000300.SH"}


def test_members_of_another_index_fail_the_index(source: Any) -> None:
    made, _ = source(fault("get_index_constituent", "foreign"))
    found = made.fetch_members(["000016.SH", "000300.SH"])
    assert found.failed.keys() == {"000300.SH"}
    assert found.members.keys() == {"000016.SH"}


def test_weights_are_those_of_the_market(source: Any) -> None:
    made, path = source(fault("get_index_weight", "none", 2, 3))
    expected = MARKET.fetch_weights("000300.SH", "20251101", "20251121").days
    assert made.fetch_weights("000300.SH", "20251101", "20251231").days == expected
    with pytest.raises(UpstreamFaultError, match="nothing at all"):
        made.fetch_weights("000300.SH", "20251101", "20251231")
    assert made.fetch_weights("000001.SH", "20251101", "20251121").days == {}
    assert made.fetch_weights("000300.SH", "20251124", "20251231").days == {}
    assert calls(path, "get_index_weight") == 5


def test_industries_are_those_of_the_market(source: Any) -> None:
    made, _ = source(fault("get_industry_base_info", "empty", 1, 3, 4))
    expected = [each._replace(classification="") for each in MARKET.list_industries()]
    found: list[Industry] = made.list_industries()
    assert found == expected
    with pytest.raises(UpstreamFaultError, match="nothing at all"):
        made.list_industries()
