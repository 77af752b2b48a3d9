"""Reading: how questions are cut, and answers put together."""

import json
from dataclasses import fields
from datetime import UTC, date, datetime
from typing import Any

import httpx
import pytest
from amazingdata_client import (
    Completeness,
    Days,
    IncompleteError,
    KlineResult,
    NotFoundError,
    Roll,
    questions,
)
from amazingdata_client.frames import SERIES
from amazingdata_client.questions import BARS_AT_ONCE, codes_at_once, distinct, portions
from amazingdata_client.reading import read
from amazingdata_client.results import merged
from hypothesis import given
from hypothesis import strategies as st

from tests.clients.conftest import Calls
from tests.clients.samples import SECURITY, SECURITY_INFO, meta, sample_bar
from tests.clients.scripted import ScriptedService, failure, success

MANY = [f"{number:06d}.SH" for number in range(600000, 600600)]


def echo(request: httpx.Request) -> httpx.Response:
    """Answer with a bar of each code but the last 100, which nobody knows."""
    codes = json.loads(request.content)["codes"]
    known = [code for code in codes if code < "600500.SH"]
    if not known:
        return failure(404, "none of the codes is known")
    gaps = {known[0]: [["20240103", "20240105"]]}
    unknown = codes[len(known) :]
    said = meta(
        complete=False,
        expected=4,
        missing=gaps,
        rejected=gaps,
        unknown_codes=unknown,
        source="mixed",
    )
    return success({code: [sample_bar()] for code in known}, said)


def test_bars_of_one_code(client: Calls, scripted: ScriptedService) -> None:
    said = meta(
        absent={"600000.SH": [{"date": "20240103", "reason": "suspended"}]},
        outside={"600000.SH": [{"from": "20240101", "to": "20240101", "reason": "not_listed"}]},
        pending=[["20240108", "20240109"]],
        a_field_of_tomorrow=1,
    )
    scripted.on("POST /stock/kline/batch", success({"600000.SH": [sample_bar()]}, said))
    result = client.kline(" 600000.SH ,", date(2024, 1, 1), "2024-01-09", adjust="forward")
    assert scripted.bodies() == [
        {
            "codes": ["600000.SH"],
            "start_date": "20240101",
            "end_date": "20240109",
            "period": "daily",
            "adjust": "forward",
        }
    ]
    assert result.rows == [{"code": "600000.SH", **sample_bar()}]
    assert len(result) == 1
    assert result.require_complete() is result
    assert result.meta.absent["600000.SH"][0].reason == "suspended"
    assert result.meta.outside["600000.SH"][0].end == "20240101"
    assert result.meta.pending == [Days("20240108", "20240109")]


def test_the_last_bars_and_some_of_their_columns(client: Calls, scripted: ScriptedService) -> None:
    said = meta(first={"600000.SH": "20240104"})
    scripted.on(
        "POST /stock/kline/batch", success({"600000.SH": [{"trade_date": "20240104"}]}, said)
    )
    result = client.kline(
        "600000.SH",
        count=1,
        adjust="forward",
        adjust_anchor=date(2024, 1, 3),
        fields="close, volume",
    )
    assert scripted.bodies() == [
        {
            "codes": ["600000.SH"],
            "count": 1,
            "period": "daily",
            "adjust": "forward",
            "adjust_anchor": "20240103",
            "fields": ["close", "volume"],
        }
    ]
    assert result.meta.first == {"600000.SH": "20240104"}
    assert result.columns == ("code", "trade_date", "close", "volume")
    scripted.on("GET /future/kline", success({"IF2401.CFE": []}, meta()))
    client.future_kline("IF2401.CFE", end_date="2024-01-05", count=3, fields=["settle"])
    assert dict(scripted.seen[-1].url.params) == {
        "codes": "IF2401.CFE",
        "end_date": "20240105",
        "count": "3",
        "period": "daily",
        "fields": "settle",
    }


@pytest.mark.parametrize("codes", ["IF2612.CFE", ["CFFEX.IF2612", "rb2610.SHF"], {"IF.MAIN"}])
def test_futures_go_to_the_call_for_futures(
    client: Calls, scripted: ScriptedService, codes: Any
) -> None:
    scripted.on("GET /future/kline", success({"IF2612.CFE": []}, meta()))
    client.kline(codes, 20261101, datetime(2026, 11, 30, 15, tzinfo=UTC), fields="settle")
    asked = dict(scripted.seen[-1].url.params)
    assert (asked["start_date"], asked["end_date"]) == ("20261101", "20261130")
    for option in ({"adjust": "forward"}, {"adjust_anchor": "20260101"}, {"include": "status"}):
        with pytest.raises(ValueError, match="do not apply to futures"):
            client.kline(codes, 20261101, 20261130, **option)


def test_a_result_shows_what_it_is(client: Calls, scripted: ScriptedService) -> None:
    rows = [sample_bar(f"202401{day:02}", note="<b>") for day in range(1, 21)]
    data = {"600000.SH": rows, "000001.SZ": []}
    scripted.on("POST /stock/kline/batch", success(data, meta()))
    result = client.kline("600000.SH", "20240101", "20240131")
    assert repr(result) == "<KlineResult: 2 codes × 20 rows, complete>"
    shown = result._repr_html_()
    assert shown.count("<tr>") == 1 + 5 + 1 + 5
    assert "20240105" in shown
    assert "20240106" not in shown
    assert "&lt;b&gt;" in shown
    scripted.on("POST /stock/kline/batch", success({}, meta(complete=False)))
    client.kline("600000.SH", "20240101", "20240131")
    nothing = client.kline("600000.SH", "20240101", "20240131")
    assert repr(nothing) == "<KlineResult: 0 codes × 0 rows, not complete>"
    assert nothing._repr_html_() == "<p>KlineResult: 0 codes × 0 rows, not complete</p>"
    scripted.on("POST /stock/kline/batch", success(data, meta(unknown_codes=["AAPL"])))
    client.kline("600000.SH", "20240101", "20240131")
    beside = client.kline(["600000.SH", "AAPL"], "20240101", "20240131")
    assert repr(beside) == "<KlineResult: 2 codes × 20 rows, not complete>"


@pytest.mark.parametrize("given", ["2024-1-1", "-2024-0-1-0-1", "2024", "-30", "20240101x"])
def test_what_is_no_day_is_asked_for_as_it_is_written(given: str) -> None:
    assert questions.day(given) == given
    assert questions.day("2024-01-31") == questions.day(20240131) == "20240131"


def test_types_may_be_named_as_tasks_name_them(client: Calls, scripted: ScriptedService) -> None:
    scripted.on("GET /base/codes", success([]))
    for kind, asked in (
        ("stock", "EXTRA_STOCK_A_ALL"),
        ("future", "EXTRA_FUTURE"),
        ("BJ_A", "BJ_A"),
    ):
        client.codes(kind)
        assert scripted.seen[-1].url.params["security_type"] == asked


def test_a_number_of_bars_decides_how_many_codes_go_at_once(
    client: Calls, scripted: ScriptedService
) -> None:
    scripted.on("POST /stock/kline/batch", echo)
    client.kline(MANY[:300], count=1000, period="min1")
    assert sorted(len(body["codes"]) for body in scripted.bodies()) == [150, 150]


def test_many_codes_are_cut_and_put_together(client: Calls, scripted: ScriptedService) -> None:
    scripted.on("POST /stock/kline/batch", echo)
    result = client.kline(MANY, "20240101", "20240105")
    assert sorted(len(body["codes"]) for body in scripted.bodies()) == [100, 500]
    assert list(result.data) == MANY[:500]
    assert result.meta.unknown_codes == MANY[500:]
    with pytest.raises(IncompleteError) as raised:
        result.require_complete()
    assert raised.value.missing == {"600000.SH": (Days("20240103", "20240105"),)}
    assert raised.value.unknown_codes == tuple(MANY[500:])
    assert "600000.SH lacks 20240103–20240105" in str(raised.value)
    assert "and 95 more" in str(raised.value)


def test_minutes_are_cut_by_the_number_of_bars(client: Calls, scripted: ScriptedService) -> None:
    scripted.on("POST /stock/kline/batch", echo)
    result = client.kline(MANY[:500], "20240101", "20240131", "min1")
    sizes = sorted(len(body["codes"]) for body in scripted.bodies())
    assert sizes == [14, *[27] * 18]
    assert result.meta.expected == 4 * 19
    assert list(result.meta.missing) == MANY[:500:27]
    assert result.meta.rejected == result.meta.missing


def test_nothing_known_at_all_is_an_error(client: Calls, scripted: ScriptedService) -> None:
    scripted.on("POST /stock/kline/batch", echo)
    with pytest.raises(NotFoundError):
        client.kline(MANY[500:], "20240101", "20240105")


def test_adjustments_are_put_together(client: Calls, scripted: ScriptedService) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        first = json.loads(request.content)["codes"][0]
        done = {"mode": "forward", "anchor": {first: "20240105"}, "failed": {}}
        if first == MANY[500]:
            done["failed"] = {first: "no factor"}
        return success({first: [sample_bar()]}, meta(adjust=done))

    scripted.on("POST /stock/kline/batch", answer)
    result = client.kline(MANY, "20240101", "20240105", adjust="forward")
    assert list(result.meta.adjust.anchor) == [MANY[0], MANY[500]]
    with pytest.raises(IncompleteError, match="cannot be adjusted: no factor"):
        result.require_complete()


SERIES_BAR = sample_bar(settle=9.1, open_interest=7, contract="IF2401.CFE")


def test_continuous_futures(client: Calls, scripted: ScriptedService) -> None:
    roll = {"trade_date": "20240119", "from": "IF2401.CFE", "to": "IF2402.CFE", "factor": 0.99}
    done = {"mode": "backward", "method": "ratio", "anchor": {"IF.MAIN": "20200103"}, "failed": {}}
    said = meta(adjust=done, no_main={"RB.MAIN": [["20240102", "20240103"]]})
    said["rolls"] = {"IF.MAIN": [roll], "RB.MAIN": []}
    scripted.on("GET /future/continuous", success({"IF.MAIN": [SERIES_BAR]}, said))
    found = client.continuous(["if", "rb"], "2024-01-01", "20240131", adjust="backward")
    assert dict(scripted.seen[0].url.params) == {
        "varieties": "IF,RB",
        "start_date": "20240101",
        "end_date": "20240131",
        "period": "daily",
        "rule": "oi",
        "adjust": "backward",
        "method": "ratio",
    }
    changed = Roll(trade_date="20240119", old="IF2401.CFE", new="IF2402.CFE", factor=0.99)
    assert found.meta.rolls == {"IF.MAIN": [changed], "RB.MAIN": []}
    assert found.meta.no_main == {"RB.MAIN": [Days("20240102", "20240103")]}
    assert found.meta.adjust is not None
    assert found.meta.adjust.method == "ratio"
    assert found.to_polars()["contract"].to_list() == ["IF2401.CFE"]
    assert str(found.to_pandas()["contract"].dtype) == "string"


def test_many_varieties_are_asked_for_in_parts(client: Calls, scripted: ScriptedService) -> None:
    scripted.on("GET /future/continuous", success({}, meta()))
    many = [f"A{number}" for number in range(51)]
    found = client.continuous(many, "20240101", "20240131")
    asked = [request.url.params["varieties"].split(",") for request in scripted.seen]
    assert [len(each) for each in asked] == [50, 1]
    assert found.to_polars().columns == [*SERIES]


def test_a_short_day_is_a_gap(client: Calls, scripted: ScriptedService) -> None:
    said = meta(complete=False, short={"IF2401.CFE": ["20240102"]})
    scripted.on("GET /future/kline", success({"IF2401.CFE": [sample_bar(settle=9.1)]}, said))
    result = client.future_kline(["IF2401.CFE"], "20240102", "20240102", "min1")
    with pytest.raises(IncompleteError, match="has too few minute bars on 20240102"):
        result.require_complete()
    assert dict(scripted.seen[0].url.params)["codes"] == "IF2401.CFE"


@pytest.mark.parametrize("where", ["unconfirmed", "unknown_sessions"])
def test_a_day_in_doubt_is_refused(client: Calls, scripted: ScriptedService, where: str) -> None:
    said = meta(complete=False, **{where: {"600000.SH": [["20240104", "20240105"]]}})
    scripted.on("POST /stock/kline/batch", success({"600000.SH": [sample_bar()]}, said))
    result = client.kline("600000.SH", "20240101", "20240105", "min1")
    with pytest.raises(IncompleteError) as raised:
        result.require_complete()
    assert getattr(raised.value, where) == {"600000.SH": (Days("20240104", "20240105"),)}
    assert "600000.SH" in str(raised.value)
    assert "20240104–20240105" in str(raised.value)
    doubted = "not confirmed yet: the source gave no bar; it is asked again"
    assert (doubted in str(raised.value)) is (where == "unconfirmed")
    assert ("nobody knows" in str(raised.value)) is (where == "unknown_sessions")


def test_only_a_strict_reader_refuses_days_that_nobody_explains(
    client: Calls, scripted: ScriptedService
) -> None:
    absent = [
        {"date": "20240103", "reason": "suspended"},
        {"date": "20240104", "reason": "no_trade"},
        {"date": "20240105", "reason": "no_bar"},
    ]
    explained = meta(absent={"600000.SH": absent[:2]})
    silent = meta(absent={"600000.SH": absent, "600003.SH": absent[:2]})
    bars = {"600000.SH": [sample_bar()]}
    scripted.on("POST /stock/kline/batch", success(bars, explained), success(bars, silent))
    result = client.kline("600000.SH", "20240101", "20240105")
    assert result.require_complete(strict=True) is result
    result = client.kline("600000.SH", "20240101", "20240105")
    assert result.require_complete() is result
    with pytest.raises(IncompleteError, match="no bar on 20240105, and nobody says why") as raised:
        result.require_complete(strict=True)
    assert raised.value.no_bar == {"600000.SH": (Days("20240105", "20240105"),)}


def test_every_kind_of_gap_is_named() -> None:
    day = [Days("20240102", "20240102")]
    many = {f"{number:06d}.SH": day for number in range(600000, 600007)}
    error = IncompleteError(
        missing=many, unconfirmed={"000001.SZ": day}, unfinished=[Days("20240129", "20240131")]
    )
    assert str(error).count("lacks 20240102") == 5
    assert "and 2 more; 000001.SZ on 20240102 is not confirmed yet" in str(error)
    assert str(error).endswith("unfinished (20240129–20240131)")
    assert str(IncompleteError(missing={})) == "incomplete: the service does not say why"


def test_a_chart(client: Calls, scripted: ScriptedService) -> None:
    data = {"categoryData": ["20240102"], "values": [[1, 2, 0, 3, 9]], "volumes": [[0, 9, -1]]}
    scripted.on("GET /stock/kline/600000.SH/chart", success(data, meta()))
    chart = client.chart("600000.SH", "20240101", "20240105")
    assert chart.category_data == ["20240102"]
    assert chart.values == [[1, 2, 0, 3, 9]]
    assert chart.meta.complete


def test_futures(client: Calls, scripted: ScriptedService) -> None:
    variety = {"variety": "IF", "name": "沪深300", "market": "CFE", "contracts": 4}
    scripted.on("GET /cache/future-varieties", success({"varieties": ["IF"], "details": [variety]}))
    main = {"contract": "IF2401.CFE", "since": "20231218", "basis": "open_interest"}
    mains = {"main_contracts": {"IF": "IF2401.CFE"}, "details": {"IF": main}}
    known = {"IF": {"from": "20231218", "until": "20240118"}}
    scripted.on(
        "GET /cache/main-contracts",
        success({**mains, "trade_date": "20240105"}, {"unknown": ["IC"], "known": known}),
    )
    assert client.varieties()[0].contracts == 4
    found = client.main_contracts(date(2024, 1, 5))
    assert found.details["IF"].since == "20231218"
    assert found.unknown == ["IC"]
    assert found.known == {"IF": Days("20231218", "20240118")}
    assert dict(scripted.seen[1].url.params) == {"trade_date": "20240105"}
    client.main_contracts()
    assert not scripted.seen[2].url.query


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("balance_sheet", "balance-sheet"),
        ("income", "income"),
        ("cash_flow", "cash-flow"),
    ],
)
def test_statements(client: Calls, scripted: ScriptedService, method: str, path: str) -> None:
    said = meta()
    for name in ("short", "unknown_sessions", "close_outside", "rejected"):
        del said[name]
    row = {"reporting_period": "20231231", "statement_type": "1", "total_assets": 9.0}
    scripted.on(f"GET /finance/{path}", success({"600000.SH": [row]}, said))
    result = getattr(client, method)("600000.SH", "20230101", "20231231")
    assert result.require_complete().rows == [{"code": "600000.SH", **row}]
    assert dict(scripted.seen[0].url.params)["statement_type"] == "1"


def test_what_there_is(client: Calls, scripted: ScriptedService) -> None:
    scripted.on("GET /base/codes/600000.SH/info", success(SECURITY_INFO))
    scripted.on("GET /base/calendar", success(["20240102"]))
    scripted.on("GET /openapi.json", httpx.Response(200, json={"openapi": "3.1.0"}))
    assert client.info("600000.SH").list_date == "19991110"
    assert client.calendar("SH", "20240101", "20240102") == ["20240102"]
    scripted.on("GET /base/securities", success({"items": [SECURITY], "total": 9}))
    assert client.securities("浦发", limit=1)[0].code == "600000.SH"
    assert dict(scripted.seen[-1].url.params) == {"q": "浦发", "limit": "1", "page": "1"}
    assert client.openapi() == {"openapi": "3.1.0"}


@pytest.mark.parametrize(
    ("limit", "pages", "count"),
    [(20, ["20"], 20), (500, ["500"], 500), (501, ["500", "500"], 501), (None, ["500"] * 3, 1203)],
)
def test_securities_come_page_by_page(
    client: Calls, scripted: ScriptedService, limit: int | None, pages: list[str], count: int
) -> None:
    every = [
        SECURITY | {"code": f"{number:06d}.SH", "delist_date": "2001"} for number in range(1203)
    ]

    def page(request: httpx.Request) -> httpx.Response:
        size, at = (int(request.url.params[name]) for name in ("limit", "page"))
        return success({"items": every[(at - 1) * size : at * size], "total": len(every)})

    scripted.on("GET /base/securities", page)
    found = client.securities(security_type="stock", limit=limit)
    assert [each.code for each in found] == [each["code"] for each in every[:count]]
    assert [each.url.params["limit"] for each in scripted.seen] == pages
    assert found[0].delist_date == "2001"


def test_a_security_that_moves_to_the_next_page_is_found_once(
    client: Calls, scripted: ScriptedService
) -> None:
    every = [SECURITY | {"code": f"{number:06d}.SH"} for number in range(600)]
    first, second = every[:500], every[499:]
    answers = (success({"items": each, "total": 600}) for each in (first, second))
    scripted.on("GET /base/securities", *answers)
    assert len(client.securities(limit=None)) == 600


@given(st.lists(st.integers(), max_size=60), st.integers(1, 20))
def test_portions_lose_nothing(numbers: list[int], size: int) -> None:
    codes = [str(each) for each in numbers]
    cut = list(portions(codes, size))
    assert sum(cut, []) == codes  # noqa: RUF017
    assert all(len(each) <= size for each in cut)
    assert cut


@given(st.dates(date(1990, 1, 1), date(2040, 1, 1)), st.dates(date(1990, 1, 1), date(2040, 1, 1)))
def test_a_portion_fits_into_an_answer(one: date, other: date) -> None:
    start, end = sorted([one, other])
    weekdays = sum((start.toordinal() + each - 1) % 7 < 5 for each in range((end - start).days + 1))
    many = codes_at_once("min1", f"{start:%Y%m%d}", f"{end:%Y%m%d}")
    assert 1 <= many <= 500
    assert many == 1 or many * weekdays * 240 <= BARS_AT_ONCE
    assert many == 500 or (many + 1) * weekdays * 240 > BARS_AT_ONCE


def test_a_day_that_is_none_is_the_services_to_refuse() -> None:
    assert codes_at_once("daily", "20240230", "later") == 500


def test_codes_are_asked_for_once_and_as_they_are_written() -> None:
    assert distinct(["600000.SH", "600000.SH ", "", "sz000001"]) == ["600000.SH", "sz000001"]
    assert distinct("600000.SH，sh600000,") == ["600000.SH", "sh600000"]


def test_merging_loses_nothing() -> None:
    """A field of `meta` that merging forgets would lose all answers but the first."""

    def part(code: str) -> KlineResult:
        ranges = {"pending": [[code, code]], "unfinished": [[code, code]]}
        texts = {"unknown_codes": [code], "warnings": [code], "not_covered": [code]}
        said = {name: value if value != {} else {code: []} for name, value in meta().items()}
        said["warning_details"] = [{"key": "of_tomorrow", "params": {}, "message": code}]
        said |= ranges | texts | {"disagreeing": {code: []}, "first": {code: "20240101"}}
        said |= {"no_main": {code: []}, "rolls": {code: []}, "computed": {code: []}}
        said["codes_read_as"] = {code.lower(): code}
        return KlineResult({}, read(Completeness, said))

    together = merged([part("600000.SH"), part("600003.SH")]).meta
    for each in fields(Completeness):
        value = getattr(together, each.name)
        assert not isinstance(value, (dict, list)) or len(value) == 2, each.name
