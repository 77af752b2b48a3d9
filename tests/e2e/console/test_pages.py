"""The console in a real browser: who may come in, charts that show what the API answers."""

from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.browser import (
    DESKTOP,
    PHONE,
    address,
    chart,
    go,
    log_in,
    opened,
    series,
    settled,
)
from tests.e2e.calls import fill, klines
from tests.e2e.conftest import LocalCloud

CODE = "600000.SH"
PAGES = (
    "status",
    "kline",
    "futures",
    "index",
    "industries",
    "cache",
    "tasks",
    "quarantine",
    "connections",
    "users",
)
YEAR = {"start_date": "20250101", "end_date": "20251231"}


def show(page: Page, **asked: str) -> dict[str, Any]:
    """Open a chart, and give what it draws once it shows the end of what was asked for."""
    query = "&".join(f"{name}={value}" for name, value in asked.items())
    go(page, f"kline?{query}")
    expect(page.get_by_label("开始日期")).to_have_value(iso(asked["start"]))
    return series(page)


def iso(day: str) -> str:
    return f"{day[:4]}-{day[4:6]}-{day[6:]}"


def same(drawn: dict[str, Any], bars: list[dict[str, Any]]) -> None:
    """See that a chart draws these bars, each at its time, and whatever has none left empty."""
    times = [bar.get("kline_time") or iso(bar["trade_date"]) for bar in bars]
    candles = dict(zip(drawn["times"], drawn["candles"], strict=True))
    volumes = dict(zip(drawn["times"], drawn["volume"], strict=True))
    assert [time for time, candle in candles.items() if candle] == times
    for time, bar in zip(times, bars, strict=True):
        names = ("open", "high", "low", "close")
        assert [candles[time][name] for name in names] == [bar[name] for name in names]
        assert volumes[time]["value"] == bar["volume"]


def test_a_wrong_password_is_told_in_words_and_the_right_one_opens(outside: Page) -> None:
    log_in(outside, password="not the password")
    alert = outside.get_by_role("alert")
    expect(alert).to_contain_text("用户名或密码不正确")
    outside.get_by_role("button", name="Switch to English").click()
    expect(alert).to_contain_text("Incorrect username or password")
    outside.get_by_role("button", name="切换到中文").click()
    log_in(outside)
    expect(outside.get_by_role("navigation", name="页面")).to_be_visible()


def test_a_locked_name_is_told_for_how_long(outside: Page) -> None:
    for _ in range(5):
        with outside.expect_response("**/auth/login"):
            log_in(outside, "nobody-of-that-name", "wrong")
        expect(outside.get_by_role("alert")).to_be_visible()
    log_in(outside, "nobody-of-that-name", "wrong")
    expect(outside.get_by_role("alert")).to_contain_text("已锁定")
    expect(outside.get_by_role("alert")).to_contain_text("15 分钟")


def test_a_log_out_leaves_no_token_behind(page: Page) -> None:
    token = page.evaluate("() => sessionStorage.getItem('token')")
    assert token
    assert token not in page.url
    with page.expect_response("**/auth/logout") as ended:
        page.get_by_role("button", name="退出").click()
    assert ended.value.status == 200
    expect(page.get_by_role("status")).to_contain_text("已退出")
    kept = page.evaluate("() => JSON.stringify([{ ...sessionStorage }, { ...localStorage }])")
    assert token not in kept
    page.reload()
    expect(page.get_by_role("heading", name="登录")).to_be_visible()


def test_an_expired_session_leads_back_to_where_it_was(page: Page) -> None:
    page.evaluate("() => sessionStorage.setItem('token', 'a.b.c')")
    go(page, "tasks")
    expect(page.get_by_role("status")).to_contain_text("登录已过期")
    log_in(page)
    expect(page.get_by_role("heading", name="任务")).to_be_visible()


def test_the_page_comes_with_its_policy_and_its_files_are_kept(outside: Page) -> None:
    response = outside.reload()
    assert response
    assert "default-src 'none'" in response.headers["content-security-policy"]
    assert response.headers["x-content-type-options"] == "nosniff"
    with outside.expect_response("**/assets/*.js") as script:
        outside.reload()
    assert "immutable" in script.value.headers["cache-control"]


def test_a_security_is_found_by_code_and_by_name(page: Page) -> None:
    box = page.get_by_role("combobox", name="代码或名称")
    box.fill("600000")
    expect(page.get_by_role("option").first).to_contain_text(CODE)
    box.press("Enter")
    heading = page.get_by_role("heading", level=2).first
    expect(heading).to_contain_text(CODE)
    box.fill("沪深300")
    found = page.get_by_role("option").first
    code = str(found.locator("b").text_content())
    found.click()
    expect(heading).to_contain_text(code)


def test_the_chart_draws_what_the_api_answers(page: Page, synthetic_cloud: LocalCloud) -> None:
    drawn = show(page, code=CODE, start=YEAR["start_date"], end=YEAR["end_date"])
    data, _ = klines(synthetic_cloud.admin, "/stock/kline", codes=CODE, **YEAR)
    same(drawn, data[CODE])
    closes = [bar["close"] for bar in data[CODE]]
    assert drawn["ma20"][-1]["value"] == pytest.approx(sum(closes[-20:]) / 20, abs=1e-4)
    expect(page.get_by_role("note")).to_contain_text("合成行情")


@pytest.mark.parametrize(
    ("label", "period", "start", "end"),
    [
        ("周", "weekly", "20240101", "20251231"),
        ("月", "monthly", "20200101", "20251231"),
        ("5分", "min5", "20251201", "20251203"),
    ],
)
def test_every_period_is_a_button_away(  # noqa: PLR0917
    page: Page, synthetic_cloud: LocalCloud, label: str, period: str, start: str, end: str
) -> None:
    page.get_by_text(label, exact=True).click()
    expect(page.get_by_role("radio", name=label, exact=True)).to_be_checked()
    drawn = show(page, code=CODE, period=period, start=start, end=end)
    query = {"codes": CODE, "start_date": start, "end_date": end, "period": period}
    data, _ = klines(synthetic_cloud.admin, "/stock/kline", **query)
    same(drawn, data[CODE])


def test_prices_are_adjusted_where_that_is_asked_for(
    page: Page, synthetic_cloud: LocalCloud
) -> None:
    show(page, code=CODE, start=YEAR["start_date"], end=YEAR["end_date"])
    page.get_by_text("后复权").click()
    expect(page.get_by_text("价格已复权")).to_be_visible()
    data, _ = klines(synthetic_cloud.admin, "/stock/kline", codes=CODE, adjust="backward", **YEAR)
    same(series(page), data[CODE])


def test_days_without_a_bar_are_marked(page: Page, synthetic_cloud: LocalCloud) -> None:
    codes = synthetic_cloud.admin.get("/base/securities?security_type=EXTRA_STOCK_A&limit=20")
    named = ",".join(each["code"] for each in codes.json()["data"]["items"])
    winter = YEAR | {"end_date": "20250228"}
    _, meta = klines(synthetic_cloud.admin, "/stock/kline", codes=named, **winter)
    code = next(
        each
        for each, absent in meta["absent"].items()
        if any(day["reason"] == "suspended" for day in absent)
    )
    drawn = show(page, code=code, start=YEAR["start_date"], end="20250228")
    marks = zip(drawn["times"], drawn["marks"], strict=True)
    marked = [time for time, mark in marks if mark and "8b78c0" in mark["color"]]
    suspended = [day for day in meta["absent"][code] if day["reason"] == "suspended"]
    assert marked == [iso(day["date"]) for day in suspended]
    expect(page.get_by_role("list", name="图例")).to_contain_text(f"停牌 {len(marked)}")


def test_closes_at_a_limit_are_marked(page: Page, synthetic_cloud: LocalCloud) -> None:
    admin, day = synthetic_cloud.admin, "20250303"
    fill(admin, security_type="stock", data_type="status", **YEAR)
    listed = admin.get("/base/codes", params={"security_type": "EXTRA_STOCK_A", "date": day})
    query = {"codes": ",".join(listed.json()["data"]), "start_date": day, "end_date": day}
    status, _ = klines(admin, "/stock/status", **query)
    # Their limits are so narrow that closes reach them.
    special = [code for code, (row,) in status.items() if row["is_st"]]
    fill(admin, security_type="stock", codes=special, **YEAR)
    query = {"codes": ",".join(special), "include": "status", **YEAR}
    data, _ = klines(admin, "/stock/kline", **query)

    def at_limit(bar: dict[str, Any]) -> bool:
        return bar["limit_up"] is not None and bar["close"] >= bar["limit_up"]

    code, bars = max(data.items(), key=lambda item: sum(map(at_limit, item[1])))
    expected = [iso(bar["trade_date"]) for bar in bars if at_limit(bar)]
    assert expected
    drawn = show(page, code=code, start=YEAR["start_date"], end=YEAR["end_date"])
    marked = [day for day in drawn["signs"]["limit_up"] if day in drawn["times"]]
    assert marked == expected
    expect(page.get_by_role("list", name="图例")).to_contain_text(f"涨停 {len(marked)}")


def test_the_members_of_an_index_lead_to_their_charts(
    page: Page, synthetic_cloud: LocalCloud
) -> None:
    go(page, "index?code=000300.SH&date=20250303")
    query = {"code": "000300.SH", "date": "20250303"}
    answer = synthetic_cloud.admin.get("/index/constituents", params=query).json()
    items = answer["data"]["items"]
    rows = page.get_by_role("table").locator("tbody tr")
    expect(rows).to_have_count(len(items))
    expect(rows.first).to_contain_text(iso(items[0]["in_date"]))
    rows.first.get_by_role("link").click()
    expect(page.get_by_role("heading", level=2).first).to_contain_text(items[0]["code"])


def test_an_industry_leads_to_its_members(page: Page, synthetic_cloud: LocalCloud) -> None:
    industry = synthetic_cloud.admin.get("/base/industries").json()["data"]["items"][-1]
    path = f"/base/industries/{industry['code']}/constituents"
    items = synthetic_cloud.admin.get(path).json()["data"]["items"]
    go(page, "industries")
    page.get_by_role("link", name=industry["code"]).click()
    expect(page.get_by_role("heading", level=2)).to_contain_text(industry["code"])
    expect(page.get_by_role("table").last.locator("tbody tr")).to_have_count(len(items))


def test_a_chart_is_read_by_keys(page: Page) -> None:
    # A pointer that rests over the chart is read, too.
    page.mouse.move(0, 0)
    drawn = show(page, code=CODE, start=YEAR["start_date"], end=YEAR["end_date"])
    readout = page.locator(".readout strong")
    expect(readout).to_have_text(drawn["times"][-1])
    chart(page).focus()
    page.keyboard.press("ArrowLeft")
    expect(readout).to_have_text(drawn["times"][-2])
    page.keyboard.press("+")
    assert series(page)["times"] == drawn["times"][len(drawn["times"]) // 2 :]
    page.keyboard.press("0")
    assert series(page)["times"] == drawn["times"]


def test_futures_with_settlement_and_open_interest(page: Page, synthetic_cloud: LocalCloud) -> None:
    go(page, "futures?code=IF2506.CFE&start=20250401&end=20250620")
    expect(page.get_by_role("heading", level=2).first).to_contain_text("IF2506.CFE")
    drawn = series(page)
    query = {"codes": "IF2506.CFE", "start_date": "20250401", "end_date": "20250620"}
    data, _ = klines(synthetic_cloud.admin, "/future/kline", **query)
    bars = data["IF2506.CFE"]
    same(drawn, bars)
    assert [point["value"] for point in drawn["settle"]] == [bar["settle"] for bar in bars]
    interest = [point["value"] for point in drawn["interest"]]
    assert interest == [bar["open_interest"] for bar in bars]
    page.get_by_role("link", name="RB").click()
    expect(page.get_by_role("heading", level=2).first).to_contain_text("RB")


def test_english_is_a_button_away_and_whole(page: Page) -> None:
    page.get_by_role("button", name="Switch to English").click()
    assert page.evaluate("() => document.documentElement.lang") == "en"
    # The names of industries are the source's own, in Chinese.
    for place in (each for each in PAGES if each != "industries"):
        go(page, place)
        settled(page)
        expect(page.locator("h1")).to_be_attached()
        words = page.evaluate("() => document.querySelector('main').innerText")
        names = ("合成", "沪", "深", "中证", "上证")
        left = [
            line
            for line in words.splitlines()
            if any("\u4e00" <= char <= "\u9fff" for char in line)
            and not any(name in line for name in names)
        ]
        assert not left
    page.reload()
    expect(page.get_by_role("link", name="K-lines")).to_be_visible()


def test_the_theme_is_a_button_away(page: Page) -> None:
    candle = "element => element.stage.series.get('candles').options().upColor"
    rising = "() => getComputedStyle(document.documentElement).getPropertyValue('--up')"
    colours = set()
    for theme in ("dark", "light"):
        expect(page.locator("html")).to_have_attribute("data-theme", theme)
        assert chart(page).evaluate(candle) == page.evaluate(rising)
        colours.add(page.evaluate(rising))
        page.get_by_role("button", name="切换深色或浅色").click()
    assert len(colours) == 2


def test_a_phone_needs_no_scrolling_sideways(browser: Browser, synthetic_cloud: LocalCloud) -> None:
    with opened(browser, address(synthetic_cloud), PHONE, "light") as page:
        log_in(page)
        chart(page)
        for place in PAGES:
            go(page, place)
            settled(page)
            expect(page.locator("h1")).to_be_attached()
            width = page.evaluate("() => document.documentElement.scrollWidth")
            assert width <= PHONE[0], place
            scrolling = "all => all.filter(each => each.scrollWidth > each.clientWidth).length"
            assert page.locator("table, .wide").evaluate_all(scrolling) == 0, place


def test_on_a_phone_rows_are_cards_that_name_their_columns(
    browser: Browser, synthetic_cloud: LocalCloud
) -> None:
    shown = """cells => cells.map(each => [
        each.getAttribute('role'),
        getComputedStyle(each).display,
        getComputedStyle(each, '::before').content.split(' / ')[0],
    ])"""
    with opened(browser, address(synthetic_cloud), PHONE, "light") as page:
        log_in(page)
        chart(page)
        go(page, "users")
        row = page.get_by_role("row").filter(has_text="admin").first
        expect(row.get_by_role("rowheader")).to_contain_text("admin")
        names = ['"角色"', '"状态"', '"邮箱"', '""']
        cells = row.get_by_role("cell")
        expect(cells).to_have_count(len(names))
        assert cells.evaluate_all(shown) == [["cell", "flow-root", name] for name in names]
        expect(page.get_by_role("columnheader", name="角色")).to_be_attached()
        page.set_viewport_size({"width": DESKTOP[0], "height": DESKTOP[1]})
        assert cells.evaluate_all(shown) == [["cell", "table-cell", "none"]] * len(names)


def test_everything_that_takes_input_has_a_name(page: Page) -> None:
    nameless = """() => [...document.querySelectorAll('input, select, button, a, [role=option]')]
        .filter(each => !(each.getAttribute('aria-label') || each.labels?.length
            || each.innerText.trim() || each.textContent.trim()))
        .map(each => each.outerHTML)"""
    for place in PAGES:
        go(page, place)
        settled(page)
        expect(page.locator("h1")).to_be_attached()
        assert page.evaluate(nameless) == [], place
