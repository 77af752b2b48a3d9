"""A chart while its bars change: views, files, axes and keys that belong to what is shown."""

import json
from typing import Any

from playwright.sync_api import Browser, Page, Route, expect

from tests.e2e.browser import address, chart, go, held, log_in, opened, series, settled
from tests.e2e.conftest import LocalCloud

CODE = "600000.SH"
PLACE = f"kline?code={CODE}&start=20250101&end=20251231"
BARS = "**/stock/kline?*"
SAVE = "把所见K线存为CSV"


def show(page: Page, place: str = PLACE) -> dict[str, Any]:
    """Open a chart, wait for the bars before it, and give what it draws."""
    go(page, place)
    expect(page.get_by_label("开始日期")).to_have_value("2025-01-01")
    settled(page)
    return series(page)


def test_a_view_of_bars_that_are_about_to_go_is_not_taken_over(page: Page) -> None:
    show(page)
    with held(page, BARS):
        page.evaluate(
            """place => {
                document.querySelector("[data-chart]").stage.show({ from: 400, to: 430 });
                location.hash = place;
            }""",
            f"#/{PLACE}&period=weekly",
        )
        expect(page.locator(".view[aria-busy=true]")).to_be_attached()
        # Longer than a view must stay for the address to have it.
        page.wait_for_timeout(600)
        assert "view=" not in page.url
    chart(page)
    times = series(page)["times"]
    assert times[0] < "2025-01-12"
    assert times[-1] > "2025-12-20"


def test_bars_are_saved_under_the_name_of_what_they_are(page: Page) -> None:
    show(page, f"{PLACE}&adjust=forward")
    with page.expect_download() as download:
        page.get_by_role("button", name=SAVE).click()
    assert download.value.suggested_filename == f"{CODE}_daily_forward.csv"
    with held(page, BARS):
        page.get_by_text("不复权", exact=True).click()
        expect(page.locator(".view[aria-busy=true]")).to_be_attached()
        # Those that are shown are still adjusted.
        expect(page.get_by_role("button", name=SAVE)).to_be_disabled()
    chart(page)
    with page.expect_download() as download:
        page.get_by_role("button", name=SAVE).click()
    assert download.value.suggested_filename == f"{CODE}_daily.csv"


def test_the_scale_has_the_decimals_of_the_prices_it_shows(page: Page) -> None:
    digits = "element => element.stage.series.get('candles').options().priceFormat.precision"
    place = f"{PLACE}&adjust=backward"
    show(page, place)
    alone = chart(page).evaluate(digits)
    show(page)
    assert chart(page).evaluate(digits) < alone
    show(page, place)
    assert chart(page).evaluate(digits) == alone


def test_only_prices_are_drawn_in_percent_or_by_their_logarithm(page: Page) -> None:
    modes = """element => {
        const { chart } = element.stage;
        return chart.panes().map((_, place) => chart.priceScale("right", place).options().mode);
    }"""
    panes = f"{PLACE}&ind=ma,volume,macd"
    show(page, f"{panes}&with=000001.SZ")
    expect(page.get_by_role("button", name="000001.SZ", exact=True)).to_be_visible()
    assert chart(page).evaluate(modes) == [2, 0, 0]
    page.get_by_role("button", name="移出对比 000001.SZ").click()
    assert chart(page).evaluate(modes) == [0, 0, 0]
    page.get_by_role("checkbox", name="对数坐标").check()
    page.get_by_role("checkbox", name="RSI").check()
    assert chart(page).evaluate(modes) == [1, 0, 0, 0]


def test_an_address_that_differs_in_its_view_alone_shows_it(page: Page) -> None:
    show(page)
    drawn = show(page, f"{PLACE}&view=20250303~20250430")
    assert drawn["times"][0] == "2025-03-03"
    assert drawn["times"][-1] == "2025-04-30"
    drawn = show(page, f"{PLACE}&view=20230301~20230428")
    assert drawn["times"][0] == "2023-03-01"
    assert drawn["times"][-1] == "2023-04-28"


def test_minutes_have_hours_below_them_though_the_first_day_has_no_bar(page: Page) -> None:
    def lack(route: Route) -> None:
        answer = route.fetch()
        said = answer.json()
        if "start_date=20250106" in route.request.url:
            bars = said["data"][CODE]
            said["data"][CODE] = [bar for bar in bars if bar["trade_date"] != "20250106"]
            said["meta"] |= {"complete": False, "missing": {CODE: [["20250106", "20250106"]]}}
        else:
            said["data"][CODE] = []
            before = {"from": "19901219", "to": "20250105", "reason": "not_listed"}
            said["meta"]["outside"] = {CODE: [before]}
        route.fulfill(response=answer, body=json.dumps(said))

    page.route(BARS, lack)
    go(page, f"kline?code={CODE}&period=min5&start=20250106&end=20250108")
    expect(page.get_by_label("开始日期")).to_have_value("2025-01-06")
    assert series(page)["times"][0].startswith("2025-01-06")
    hours = "element => element.stage.chart.timeScale().options().timeVisible"
    assert chart(page).evaluate(hours) is True


def test_earlier_days_that_are_not_confirmed_are_told(page: Page) -> None:
    def doubt(route: Route) -> None:
        answer = route.fetch()
        said = answer.json()
        if "end_date=20251231" not in route.request.url:
            said["meta"]["unconfirmed"] = {CODE: [["20240603", "20240603"]]}
        route.fulfill(response=answer, body=json.dumps(said))

    page.route(BARS, doubt)
    show(page)
    expect(page.get_by_text("更早的日子不完整")).to_be_visible()


def test_the_keys_of_the_browser_stay_its_own(page: Page) -> None:
    show(page)
    page.evaluate(
        """() => {
            window.taken = [];
            addEventListener("keydown", ({ key, defaultPrevented }) => {
                if (defaultPrevented) window.taken.push(key);
            });
        }"""
    )
    drawn = chart(page)
    drawn.press("ArrowLeft")
    drawn.press("+")
    assert page.evaluate("window.taken") == ["ArrowLeft", "+"]
    for keys in ("Control+0", "Control+-", "Meta+=", "Alt+ArrowRight"):
        drawn.press(keys)
    assert page.evaluate("window.taken") == ["ArrowLeft", "+"]


def test_a_chart_whose_script_does_not_come_says_so(
    browser: Browser, synthetic_cloud: LocalCloud
) -> None:
    with opened(browser, address(synthetic_cloud)) as page:
        page.route("**/assets/stage-*.js", lambda route: route.abort())
        log_in(page)
        expect(page.get_by_role("alert")).to_contain_text("连接不上服务")
        page.unroute("**/assets/stage-*.js")
        page.get_by_role("alert").get_by_role("button", name="重试").click()
        chart(page)
