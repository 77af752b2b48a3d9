"""The chart in a real browser: earlier bars, what its address keeps, indicators, comparisons."""

import csv
import io
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, Request, Route, expect

from tests.e2e.browser import chart, frames, go, held, series, settled
from tests.e2e.calls import fill, klines
from tests.e2e.conftest import LocalCloud

CODE = "600000.SH"
OTHER = "000001.SZ"
FILLED = {"start_date": "20210101", "end_date": "20251231"}
PLACE = f"kline?code={CODE}&start=20250101&end=20251231"


@pytest.fixture(scope="module", autouse=True)
def filled(synthetic_cloud: LocalCloud) -> LocalCloud:
    """A cloud that has five years of two stocks."""
    fill(synthetic_cloud.admin, security_type="stock", codes=[CODE, OTHER], **FILLED)
    return synthetic_cloud


def show(page: Page, place: str = PLACE) -> dict[str, Any]:
    """Open a chart with bars before its range, and give what it draws."""
    go(page, place)
    expect(page.get_by_label("开始日期")).to_have_value("2025-01-01")
    settled(page)
    return series(page)


def drag(page: Page) -> None:
    """Move the chart to the right by most of its width, to see what was before."""
    box = chart(page).bounding_box()
    assert box
    middle = box["y"] + 60
    page.mouse.move(box["x"] + 60, middle)
    page.mouse.down()
    page.mouse.move(box["x"] + 1000, middle, steps=4)
    page.mouse.up()
    frames(page)


def kept(page: Page) -> dict[str, str]:
    """Give the parameters that the address has."""
    return {
        name: values[0]
        for name, values in parse_qs(urlsplit(page.url).fragment.partition("?")[2]).items()
    }


def test_earlier_bars_come_when_the_chart_is_moved(page: Page, filled: LocalCloud) -> None:
    asked: list[tuple[str, str]] = []

    def note(request: Request) -> None:
        query = parse_qs(urlsplit(request.url).query)
        asked.append((query["start_date"][0], query["end_date"][0]))

    page.on("request", lambda request: note(request) if "/stock/kline?" in request.url else None)
    drawn = show(page)
    first = drawn["times"][0]
    while drawn["times"][0] > "2022-06-01":
        drag(page)
        settled(page)
        drawn = series(page)
    assert drawn["times"][0] < first
    page.get_by_role("button", name="全部").click()
    drawn = series(page)
    times = drawn["before"] + drawn["times"]
    assert all(one < other for one, other in pairwise(times))
    query = {"codes": CODE, "start_date": min(asked)[0], "end_date": "20251231"}
    data, meta = klines(filled.admin, "/stock/kline", **query)
    absent = [day["date"] for day in meta["absent"].get(CODE, [])]
    days = sorted([bar["trade_date"] for bar in data[CODE]] + absent)
    assert [time.replace("-", "") for time in times] == days
    # Each range ends on the day before the one that was asked for earlier.
    spans = sorted(span for span in asked if span[1] <= "20251231")
    assert len(set(spans)) == len(spans)
    assert all(end < start for (_, end), (start, _) in pairwise(spans))


def test_the_history_ends_in_words(page: Page, filled: LocalCloud) -> None:
    covers = filled.admin.get("/status").json()["data"]["covers"]
    since = next(each["since"] for each in covers if each["dataset"] == "stock.daily")
    go(page, f"kline?code={CODE}&start={since}&end={int(since[:4]) + 1}0630")
    expect(page.locator(".earlier")).to_contain_text("更早没有K线")


def test_earlier_bars_that_fail_are_asked_for_again_only_on_request(page: Page) -> None:
    failed: list[str] = []

    def fail(route: Route) -> None:
        if "end_date=20241231" not in route.request.url:
            route.continue_()
            return
        failed.append(route.request.url)
        route.abort()

    page.route("**/stock/kline?*", fail)
    go(page, PLACE)
    note = page.locator(".earlier")
    expect(note).to_contain_text("更早的K线加载失败")
    assert len(series(page)["before"]) == 0
    drag(page)
    drag(page)
    assert len(failed) == 1
    page.unroute("**/stock/kline?*")
    note.get_by_role("button", name="重试").click()
    expect(note).to_be_empty()
    assert len(series(page)["before"]) > 150


def test_averages_are_whole_from_the_first_bar_in_view(page: Page) -> None:
    drawn = show(page, f"{PLACE}&ind=ma,boll,volume,macd,kdj,rsi")
    assert len(drawn["before"]) > 150
    for key in ("ma60", "boll", "upper", "lower", "macd", "dif", "dea", "k", "d", "j", "rsi24"):
        assert drawn[key][0] is not None, key


def test_a_chart_leaves_the_address_alone_that_comes_after_its_own(page: Page) -> None:
    # What a reader goes to before the page has drawn what came before.
    page.evaluate(
        """place => {
            addEventListener(
                "hashchange",
                () => history.replaceState(null, "", "#/kline?code=000002.SZ"),
                { once: true },
            );
            location.hash = `#/${place}`;
        }""",
        PLACE,
    )
    expect(page.get_by_role("heading", level=2).first).to_contain_text(CODE)
    chart(page)
    assert kept(page)["code"] == "000002.SZ"


def test_an_address_keeps_what_the_chart_shows(page: Page) -> None:
    before = show(page)
    page.get_by_role("checkbox", name="MACD").check()
    page.get_by_role("checkbox", name="成交量").uncheck()
    page.get_by_role("checkbox", name="对数坐标").check()
    page.get_by_role("button", name="MA5", exact=True).click()
    drag(page)
    expect(page.get_by_role("button", name="MA5", exact=True)).to_have_attribute(
        "aria-pressed", "false"
    )
    page.wait_for_function("() => location.hash.includes('view=')")
    drawn = series(page)
    assert drawn["times"] != before["times"]
    assert "macd" in drawn
    assert "volume" not in drawn
    address = page.url
    assert {"ind", "hide", "scale", "view"} <= set(kept(page))
    page.reload()
    expect(page.get_by_role("checkbox", name="MACD")).to_be_checked()
    expect(page.get_by_role("checkbox", name="对数坐标")).to_be_checked()
    again = series(page)
    assert again["times"] == drawn["times"]
    assert again.keys() == drawn.keys()
    assert "ma10" in again
    assert "ma5" not in again
    assert page.url == address


def test_codes_are_compared_in_percent(page: Page, filled: LocalCloud) -> None:
    show(page)
    box = page.get_by_role("combobox", name="加入对比的代码")
    box.fill(OTHER)
    expect(page.get_by_role("option").first).to_contain_text(OTHER)
    box.press("Enter")
    expect(page.get_by_role("button", name=f"移出对比 {OTHER}")).to_be_visible()
    page.wait_for_function(
        f"() => document.querySelector('[data-chart]').stage.series.get('{OTHER}')?.data().length"
    )
    drawn = series(page)
    query = {"codes": OTHER, "start_date": "20250101", "end_date": "20251231"}
    data, _ = klines(filled.admin, "/stock/kline", **query)
    closes = {bar["trade_date"]: bar["close"] for bar in data[OTHER]}
    points = zip(drawn["times"], drawn[OTHER], strict=True)
    found = {time.replace("-", ""): point["value"] for time, point in points if point}
    assert found
    assert found.items() <= closes.items()
    percent = "element => element.stage.series.get('candles').priceScale().options().mode"
    assert chart(page).evaluate(percent) == 2
    assert kept(page)["with"] == OTHER
    page.get_by_role("button", name=f"移出对比 {OTHER}").click()
    expect(page.get_by_role("checkbox", name="MA", exact=True)).to_be_enabled()
    assert "with" not in kept(page)


def test_earlier_bars_that_bring_a_series_leave_the_view(page: Page) -> None:
    """Beside codes to compare with, they bring the marks of days without a bar."""
    with held(page, "**/stock/kline?*end_date=20241231*"):
        go(page, f"{PLACE}&with={OTHER}")
        expect(page.get_by_label("开始日期")).to_have_value("2025-01-01")
        before = series(page)
    page.wait_for_function(
        "() => document.querySelector('[data-chart]').stage.series.get('candles').data().length"
        " > 700"
    )
    settled(page)
    after = series(page)
    assert after["marks"]
    assert "marks" not in before
    assert after["times"] == before["times"]


@pytest.mark.parametrize("codes", [("IF2506.CFE", "000300.SH"), ("000300.SH", "IF2506.CFE")])
def test_a_future_and_its_index_are_compared(page: Page, codes: tuple[str, str]) -> None:
    code, other = codes
    go(page, f"kline?code={code}&start=20250401&end=20250530&with={other},{OTHER}")
    expect(page.get_by_role("heading", level=2).first).to_contain_text(code)
    chart(page)
    for each in (other, OTHER):
        page.wait_for_function(
            f"() => document.querySelector('[data-chart]').stage.series.get('{each}')"
            "?.data().some(({ value }) => value)"
        )
    drawn = series(page)
    shown = [[day for day in drawn[key] if day] for key in ("candles", other)]
    assert [len(each) for each in shown] == [len(drawn["times"])] * 2
    expect(page.get_by_role("alert")).to_have_count(0)


def test_earlier_bars_come_below_a_pointer_as_well(page: Page, filled: LocalCloud) -> None:
    box = chart(page).bounding_box()
    assert box
    go(page, "tasks")
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 100, steps=4)
    go(page, f"kline?code={CODE}&start=20220101&end=20251231")
    settled(page)
    for _ in range(14):
        page.mouse.wheel(0, 240)
        frames(page)
    settled(page)
    page.get_by_text("月", exact=True).click()
    settled(page)
    drawn = series(page)
    query = {"codes": CODE, "start_date": "20220101", "end_date": "20251231", "period": "monthly"}
    data, _ = klines(filled.admin, "/stock/kline", **query)
    assert [point["close"] for point in drawn["candles"][-48:]] == [
        bar["close"] for bar in data[CODE]
    ]
    expect(page.get_by_role("heading", level=2)).to_have_count(1)


def test_a_chart_that_cannot_be_drawn_leaves_nothing_of_another_one(page: Page) -> None:
    show(page)
    page.evaluate("() => { window.reportError = error => { window.reported = String(error) } }")
    chart(page).evaluate("element => { element.stage.draw = () => { throw Error('no ink') } }")
    page.get_by_text("周", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("no ink")
    expect(page.get_by_role("heading")).to_have_count(0)
    assert page.evaluate("() => window.reported") == "Error: no ink"
    go(page, "tasks")
    expect(page.get_by_role("heading", name="任务")).to_be_visible()
    show(page)
    expect(page.get_by_role("heading", level=2)).to_have_count(1)


def test_codes_that_nobody_knows_leave_those_beside_them(page: Page) -> None:
    unknown = "IF9912.CFE"
    go(page, f"{PLACE}&with={OTHER},{unknown}")
    settled(page)
    drawn = series(page)
    assert any(point["value"] for point in drawn[OTHER] if point)
    expect(page.get_by_role("alert")).to_have_count(0)
    named = page.get_by_role("list", name="图例").get_by_role("listitem")
    expect(named.filter(has_text=unknown)).to_contain_text("不完整")
    go(page, f"{PLACE}&with={unknown}")
    expect(page.get_by_role("alert")).to_contain_text(unknown)


def test_what_is_in_view_is_saved_as_a_table_and_a_picture(page: Page, filled: LocalCloud) -> None:
    drawn = show(page)
    with page.expect_download() as download:
        page.get_by_role("button", name="把所见K线存为CSV").click()
    assert download.value.suggested_filename == f"{CODE}_daily.csv"
    text = Path(download.value.path()).read_text("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["time"] for row in rows] == drawn["times"]
    query = {"codes": CODE, "start_date": "20250101", "end_date": "20251231"}
    data, _ = klines(filled.admin, "/stock/kline", **query)
    closes = [bar["close"] for bar in data[CODE]]
    assert [float(row["close"]) for row in rows if row["close"]] == closes
    assert float(rows[-1]["MA5"]) == pytest.approx(sum(closes[-5:]) / 5, abs=1e-4)
    with page.expect_download() as download:
        page.get_by_role("button", name="把图存为PNG").click()
    assert Path(download.value.path()).read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    "spelled", ["sh600000", "600000.XSHG", "６０００００.sh", "sh600000，sz000001"]
)
def test_a_code_is_read_in_every_spelling(page: Page, spelled: str) -> None:
    show(page, f"kline?code={spelled}&start=20250101&end=20251231")
    expect(page.get_by_role("heading", level=2).first).to_contain_text(CODE)
    page.wait_for_function(
        f"() => new URLSearchParams(location.hash.split('?')[1]).get('code') === '{CODE}'"
    )
    if "，" in spelled:
        expect(page.get_by_role("button", name=f"移出对比 {OTHER}")).to_be_visible()


def test_what_waits_for_the_chart_is_as_high_as_it(page: Page) -> None:
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/stock/kline?*", hold)
    go(page, PLACE)
    waiting = page.locator("[data-waiting]")
    expect(waiting).to_be_visible()
    before = waiting.bounding_box()
    for route in held:
        route.continue_()
    page.unroute("**/stock/kline?*")
    chart(page)
    after = page.locator(".chart").bounding_box()
    assert before == after
