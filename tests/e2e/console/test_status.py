"""The console's pages for operators in a real browser: the status, and what was set aside."""

import re
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect

from marketdata.api.schema import OPERATIONS
from tests.e2e.browser import PHONE, address, chart, go, held, log_in, opened
from tests.e2e.calls import fill
from tests.e2e.conftest import LocalCloud

STATUS = OPERATIONS["GET", "/status"].example
SCHEDULES = OPERATIONS["GET", "/cache/schedules"].example
SET_ASIDE = OPERATIONS["GET", "/cache/quarantine"].example
CODE = "600036.SH"


def answer(page: Page, call: str, data: Any, meta: Any = None) -> None:
    """Have a call answered with what the synthetic market never gives."""
    body = {"code": 200, "message": "success", "data": data, "meta": meta or {}}

    def fulfil(route: Route) -> None:
        route.fulfill(json=body)

    page.route(f"**/api/v1{call}*", fulfil)


def asked(*parts: str) -> re.Pattern[str]:
    """Return what matches a request of the rows that were set aside, with these parameters."""
    return re.compile(".*[?&]".join(("/cache/quarantine", *(f"{part}(?=&|$)" for part in parts))))


def row(page: Page, name: str) -> Locator:
    return page.get_by_role("row").filter(has=page.get_by_role("rowheader", name=name, exact=True))


def with_held(**held: Any) -> Any:
    """Return the status of the API's description, with one dataset of which this is held."""
    (dataset,) = STATUS["datasets"]
    whole = {"missing": 0, "unconfirmed": 0, "percent": 100.0, "missing_codes": 0}
    whole |= {"newest_missing": 0, "until": dataset["final_day"]}
    return STATUS | {"datasets": [dataset | {"held": dataset["held"] | whole | held}]}


def test_the_status_is_first_and_says_what_is_held(page: Page, synthetic_cloud: LocalCloud) -> None:
    admin = synthetic_cloud.admin
    days = {"start_date": "20240102", "end_date": "20240105"}
    fill(admin, security_type="etf", period_type="daily", **days)
    first = page.get_by_role("navigation", name="页面").get_by_role("link").first
    expect(first).to_have_text("状态")
    first.click()
    expect(page.get_by_role("heading", name="运行状态")).to_be_visible()
    (held,) = [
        each["held"]
        for each in admin.get("/status").json()["data"]["datasets"]
        if each["dataset"] == "etf.daily"
    ]
    shown = row(page, "基金 · 日")
    expect(shown).to_contain_text("2024-01-02")
    expect(shown).to_contain_text(f"{held['percent']:g}%")
    # It was filled for four days, years ago: it is anything but complete.
    expect(shown.locator(".state")).to_have_text("有缺失")
    expect(shown.locator(".state.completed")).to_have_count(0)
    shown.get_by_role("link", name="基金 · 日").click()
    expect(page.get_by_label("证券类型")).to_have_value("etf")
    expect(page.get_by_label("开始日期")).to_have_value("2024-01-02")


def test_every_schedule_is_listed_with_its_next_run(
    page: Page, synthetic_cloud: LocalCloud
) -> None:
    items = synthetic_cloud.admin.get("/cache/schedules").json()["data"]["items"]
    assert len(items) == 9
    assert all(item["enabled"] and item["next_run"] for item in items)
    assert {item["time_zone"] for item in items} == {"Asia/Shanghai"}
    go(page, "status")
    expect(row(page, "补齐股票日线")).to_contain_text("cron(10 17 ? * MON-FRI *) · Asia/Shanghai")
    expect(row(page, "补齐股票日线")).to_contain_text("17:10")


@pytest.mark.parametrize(
    ("held", "word", "green"),
    [
        ({}, "完整", True),
        ({"missing": 1, "percent": 99.99, "missing_codes": 1}, "有缺失", False),
        ({"until": "20261126"}, "落后", False),
        ({"waiting": 1}, "待重新统计", False),
        ({"unconfirmed": 2, "percent": 99.99}, "待确认", False),
    ],
)
def test_nothing_with_a_hole_is_green(
    page: Page, held: dict[str, Any], word: str, green: bool
) -> None:
    answer(page, "/status", with_held(**held))
    go(page, "status")
    state = row(page, "股票 · 日").locator(".state")
    expect(state).to_have_text(word)
    expect(page.locator(".state.completed")).to_have_count(int(green))
    expect(page.locator(".remarks .good")).to_have_count(int(green))


def test_what_failed_and_what_nobody_knows_is_said(page: Page) -> None:
    (dataset,) = STATUS["datasets"]
    failed = dataset | {"held": None, "unknown": "never_counted", "running": 0, "failed": 2}
    tasks = STATUS["tasks"] | {"running": 0, "failed": 2}
    answer(page, "/status", STATUS | {"datasets": [failed], "tasks": tasks})
    (stock,) = SCHEDULES["items"]
    wrong = stock["last_task"] | {"status": "failed", "error_count": 1}
    disabled = stock | {"enabled": False, "next_run": None, "last_task": wrong}
    answer(page, "/cache/schedules", {"items": [disabled]})
    go(page, "status")
    shown = row(page, "股票 · 日")
    expect(shown).to_contain_text("未统计")
    expect(shown).to_contain_text("7 天内 2 个任务出错")
    expect(page.get_by_text("过多，未统计")).to_have_count(2)
    scheduled = row(page, "补齐股票日线")
    expect(scheduled).to_contain_text("已停用")
    expect(scheduled.locator(".state.failed")).to_have_text("失败，1 个出错")
    shown.get_by_role("link", name="7 天内 2 个任务出错").click()
    expect(page.get_by_label("只看出错的")).to_be_checked()


def test_what_was_set_aside_is_shown_filtered_and_fetched_again(
    page: Page, synthetic_cloud: LocalCloud
) -> None:
    (item,) = SET_ASIDE["items"]
    shifted = item | {"code": CODE, "at": "2016-03-01 09:30:00", "reason": "shifted"}
    found = SET_ASIDE | {"items": [shifted, item | {"at": "", "reason": "of a new kind"}]}
    answer(page, "/cache/quarantine", found | {"total": 45}, {"truncated": True})
    with page.expect_request(asked("dataset=stock.min1", "code=600036.SH", "page=1")) as first:
        go(page, "quarantine?dataset=stock.min1&code=600036.SH&start=20160101")
    assert "&start_date=20160101&" in first.value.url
    shown = row(page, CODE)
    expect(shown).to_contain_text("相邻代码给出了同样的K线")
    expect(shown).to_contain_text("open 6.5, high 6.4, low 6.6")
    # Of a row without a day nobody can ask again, and a reason without words is shown as it is.
    other = row(page, item["code"])
    expect(other).to_contain_text("of a new kind")
    expect(other.get_by_role("button")).to_have_count(0)
    expect(page.get_by_text("还有更早的行未列出")).to_be_visible()
    with page.expect_request("**/cache/fill-missing") as started:
        shown.get_by_role("button", name="重新获取").click()
    assert started.value.post_data_json == {
        "security_type": "stock",
        "period_type": "min1",
        "data_type": "bars",
        "start_date": "20160301",
        "end_date": "20160301",
        "codes": [CODE],
    }
    expect(page.get_by_role("article")).to_contain_text("完成")
    # The rows are asked for once more when the task has ended: wait for the request that is meant.
    with page.expect_request(asked("dataset=stock.min1", "page=2")):
        page.get_by_role("button", name="下一页").click()
    with page.expect_request(asked("dataset=finance.income", "page=1")):
        page.get_by_label("数据集").select_option("finance.income")


def test_rows_of_another_dataset_cannot_be_fetched_while_those_asked_for_load(page: Page) -> None:
    answer(page, "/cache/quarantine", SET_ASIDE, {"truncated": False})
    go(page, "quarantine?dataset=stock.min1")
    again = page.get_by_role("button", name="重新获取")
    expect(again).to_be_enabled()
    with held(page, "**/cache/quarantine?dataset=stock.min5*"):
        go(page, "quarantine?dataset=stock.min5")
        expect(again).to_be_disabled()
    expect(page.get_by_text("没有被隔离的数据")).to_be_visible()


def test_nothing_was_set_aside(page: Page) -> None:
    go(page, "quarantine?dataset=index.daily")
    expect(page.get_by_text("没有被隔离的数据")).to_be_visible()


def test_english_tables_need_no_scrolling_on_a_laptop(
    browser: Browser, synthetic_cloud: LocalCloud
) -> None:
    with opened(browser, address(synthetic_cloud), (1280, 800), "light") as page:
        log_in(page)
        chart(page)
        page.get_by_role("button", name="Switch to English").click()
        (dataset,) = STATUS["datasets"]
        worst = dataset | {"running": 12, "failed": 34}
        answer(page, "/status", STATUS | {"datasets": [worst]})
        go(page, "status")
        expect(page.get_by_role("table")).to_have_count(2)
        expect(page.get_by_text("34 tasks with errors")).to_be_visible()
        too_wide = "all => all.filter(each => each.scrollWidth > each.clientWidth).length"
        assert page.locator(".wide").evaluate_all(too_wide) == 0


def test_a_phone_shows_the_status_without_scrolling_sideways(
    browser: Browser, synthetic_cloud: LocalCloud
) -> None:
    with opened(browser, address(synthetic_cloud), PHONE, "light") as page:
        log_in(page)
        chart(page)
        (item,) = SET_ASIDE["items"]
        answer(page, "/cache/quarantine", SET_ASIDE | {"items": [item]}, {"truncated": False})
        for place in ("status", "quarantine"):
            go(page, place)
            expect(page.get_by_role("table").first).to_be_visible()
            width = page.evaluate("() => document.documentElement.scrollWidth")
            assert width <= PHONE[0], place
