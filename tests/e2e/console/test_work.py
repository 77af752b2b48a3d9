"""The console's work in a real browser: fills, tasks, connections, users."""

import re
import socket
from contextlib import closing
from typing import Any

from playwright.sync_api import Browser, Page, Route, expect

from marketdata.api.schema.cache import TASK
from tests.e2e.browser import address, chart, go, log_in, opened, settled
from tests.e2e.calls import start, task
from tests.e2e.conftest import LocalCloud

MARCH = {"开始日期": "2017-03-01", "结束日期": "2017-03-31"}
"""23 trading days which no other test asks for."""
LONG = {"security_type": "stock", "start_date": "20130101", "end_date": "20221231"}


def look_at(page: Page, days: dict[str, str]) -> None:
    go(page, "cache")
    for label, day in days.items():
        page.get_by_label(label).fill(day)
        page.get_by_label(label).press("Tab")


def test_a_fill_is_started_watched_and_seen_on_the_map(page: Page) -> None:
    look_at(page, MARCH)
    cell = page.locator('td[data-at="0 0"]')
    expect(cell).to_have_text("23")
    expect(cell).to_have_attribute("aria-label", "缺失 23")
    before = cell.locator("i").evaluate("each => each.style.background")
    page.get_by_role("button", name="补齐缺失").click()
    card = page.get_by_role("article")
    expect(card.get_by_role("progressbar")).to_be_attached()
    expect(card).to_contain_text("完成")
    expect(card).to_contain_text("100.0%")
    expect(cell).to_have_text("")
    expect(cell).to_have_attribute("aria-label", re.compile(r"已有 (1[5-9]|2[0-3])"))
    assert cell.locator("i").evaluate("each => each.style.background") != before
    page.get_by_role("button", name="检测").click()
    expect(page.get_by_role("article").first).to_contain_text("0 个有缺失")


def test_fetching_everything_again_asks_first_and_says_what_it_would_do(page: Page) -> None:
    look_at(page, MARCH)
    page.get_by_role("button", name="全部重取").click()
    asked = page.get_by_role("dialog")
    expect(asked).to_contain_text("23 个交易日")
    expect(asked).to_contain_text("调用数据源 1 次")
    expect(asked).to_contain_text("预计用时")
    asked.get_by_role("button", name="取消").click()
    expect(asked).to_have_count(0)


def test_a_cell_is_reached_by_keys_and_says_what_it_holds(page: Page) -> None:
    look_at(page, {"开始日期": "2021-01-01", "结束日期": "2022-12-31"})
    expect(page.get_by_role("columnheader", name="2022")).to_be_visible()
    page.locator('td[data-at="0 0"]').focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    told = page.locator(".cell")
    expect(told).to_contain_text("2022")
    expect(told).to_contain_text("应有 242")
    told.get_by_role("link", name="查看K线").click()
    expect(page.get_by_label("开始日期")).to_have_value("2022-01-01")


def test_what_a_chart_lacks_is_filled_from_it(page: Page) -> None:
    """More than the 2,000 bars that a read fetches by itself; no other test reads this code."""
    go(page, "kline?code=600033.SH&start=20130104&end=20231229")
    expect(page.get_by_text("不完整")).to_be_visible()
    expect(page.get_by_role("list", name="图例")).to_contain_text("缺失")
    page.get_by_role("button", name="补齐缺失").click()
    expect(page.get_by_text(re.compile("^完整"))).to_be_visible()
    expect(page.get_by_role("list", name="图例")).not_to_contain_text("缺失")


def test_a_task_is_cancelled_and_tried_again(page: Page, synthetic_cloud: LocalCloud) -> None:
    task_id = start(synthetic_cloud.admin, "cache-all-missing", **LONG)["task_id"]
    go(page, f"tasks/{task_id}")
    card = page.get_by_role("article")
    card.get_by_role("button", name="取消任务").click()
    expect(card).to_contain_text("已取消")
    assert task(synthetic_cloud.admin, task_id)["status"] == "cancelled"
    card.get_by_role("button", name="重试失败部分").click()
    expect(card).to_contain_text("第 2 次尝试")
    card.get_by_role("button", name="取消任务").click()
    expect(card).to_contain_text("已取消")


FAILED = TASK | {
    "id": 77,
    "status": "completed",
    "error_count": 2,
    "error_message": "2 codes with an error",
}
RESULT = {
    "task_id": 77,
    "errors": {"600000.SH": "the source has a headache"},
    "quarantined": {"000001.SZ": {"high_below_low": 3}},
    "failed_batches": [
        {"batch": 4, "start": "20240102", "end": "20240131", "codes": None, "error": "timed out"}
    ],
}


def test_a_fill_of_a_chart_that_fails_says_why(page: Page) -> None:
    def answer(route: Route, data: Any) -> None:
        route.fulfill(json={"code": 200, "message": "success", "data": data})

    page.route("**/cache/fill-missing", lambda route: answer(route, {"task_id": 77}))
    page.route("**/cache/tasks/77", lambda route: answer(route, {"task": FAILED}))
    go(page, "kline?code=600030.SH&start=20130104&end=20231229")
    page.get_by_role("button", name="补齐缺失").click()
    settled(page)
    expect(page.get_by_role("article")).to_contain_text("完成，2 个出错")
    expect(page.get_by_role("article")).to_contain_text("2 codes with an error")
    expect(page.get_by_role("button", name="补齐缺失")).to_be_visible()
    go(page, "kline?code=600030.SH&start=20230104&end=20231229")
    expect(page.get_by_role("article")).to_have_count(0)


def test_what_failed_is_shown_with_the_reason(page: Page) -> None:
    """Answers that the synthetic market never gives, as the API's description has them."""

    def answer(route: Route, data: Any) -> None:
        route.fulfill(json={"code": 200, "message": "success", "data": data})

    page.route("**/cache/tasks/77", lambda route: answer(route, {"task": FAILED}))
    page.route("**/cache/tasks/77/result", lambda route: answer(route, RESULT))
    go(page, "tasks/77")
    expect(page.get_by_role("article")).to_contain_text("2 codes with an error")
    expect(page.get_by_role("button", name="重试失败部分")).to_be_visible()
    main = page.get_by_role("main")
    expect(main).to_contain_text("the source has a headache")
    expect(main).to_contain_text("2024-01-02 – 2024-01-31 · timed out")
    expect(main).to_contain_text("high_below_low × 3")


def test_the_list_of_tasks_leads_to_each(page: Page, synthetic_cloud: LocalCloud) -> None:
    done = start(
        synthetic_cloud.admin,
        "detect-all-missing",
        security_type="stock",
        start_date="20170103",
        end_date="20170106",
    )
    go(page, "tasks")
    row = page.get_by_role("row").filter(has=page.get_by_role("link", name=f"#{done['task_id']}"))
    expect(row).to_contain_text("检测 · 股票 日 · 2017-01-03 – 2017-01-06")
    row.get_by_role("link").click()
    expect(page.get_by_role("heading", name=f"任务 #{done['task_id']}")).to_be_visible()
    expect(page.get_by_role("heading", name="缺失的代码与日期")).to_be_visible()


def test_what_is_typed_is_still_there_when_an_answer_comes(page: Page) -> None:
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/cache/coverage?*", hold, times=1)
    with page.expect_request("**/cache/coverage?*"):
        go(page, "cache")
    codes = page.get_by_label("代码（可空")
    codes.press_sequentially("6000")
    held[0].continue_()
    expect(page.get_by_role("grid", name="覆盖热力图")).to_be_visible()
    expect(codes).to_have_value("6000")


def test_what_the_service_refuses_is_said_in_words(page: Page) -> None:
    go(page, "cache")
    page.get_by_label("代码（可空").fill("nonsense")
    page.get_by_label("代码（可空").press("Tab")
    expect(page.get_by_text("没有这样的代码：nonsense")).to_be_visible()
    page.get_by_label("代码（可空").fill("nonsense" * 10)
    page.get_by_label("代码（可空").press("Tab")
    alert = page.get_by_role("alert").first
    expect(alert).to_contain_text("请求有误")
    expect(alert).to_contain_text("代码")
    go(page, "tasks/999999")
    expect(page.get_by_role("alert").first).to_contain_text("没有找到")


def test_a_connection_is_made_tried_and_removed(page: Page) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        go(page, "connections")
        page.get_by_role("button", name="新建连接").click()
        form = page.get_by_role("dialog")
        form.get_by_label("名称").fill("测试用")
        form.get_by_label("服务器地址").fill("127.0.0.1")
        form.get_by_label("端口").fill(str(listener.getsockname()[1]))
        form.get_by_label("SDK用户名").fill("me")
        form.get_by_label("SDK密码").fill("secret")
        form.get_by_role("button", name="保存").click()
        row = page.get_by_role("row").filter(has_text="测试用")
        row.get_by_role("button", name="测试").click()
        expect(row).to_contain_text("成功")
    row.get_by_role("button", name="修改").click()
    form.get_by_label("名称").fill("改过名")
    form.get_by_role("button", name="保存").click()
    row = page.get_by_role("row").filter(has_text="改过名")
    page.once("dialog", lambda dialog: dialog.accept())
    row.get_by_role("button", name="删除").click()
    expect(row).to_have_count(0)


def test_a_reader_reads_and_an_administrator_lets_him_in(
    page: Page, browser: Browser, synthetic_cloud: LocalCloud
) -> None:
    go(page, "users")
    page.get_by_role("button", name="新建用户").click()
    form = page.get_by_role("dialog")
    form.get_by_label("用户名").fill("console-reader")
    form.get_by_label("密码").fill("correct-horse")
    form.get_by_role("button", name="保存").click()
    row = page.get_by_role("row").filter(has_text="console-reader")
    expect(row).to_contain_text("只读用户")
    with opened(browser, address(synthetic_cloud)) as reader:
        log_in(reader, "console-reader", "correct-horse")
        chart(reader)
        expect(reader.get_by_role("link", name="用户")).to_have_count(0)
        go(reader, "cache")
        expect(reader.get_by_role("heading", name="覆盖热力图")).to_be_visible()
        expect(reader.get_by_role("button", name="补齐缺失")).to_have_count(0)
        expect(reader.get_by_text("需要管理员账号")).to_be_visible()
    row.get_by_role("button", name="停用").click()
    expect(row).to_contain_text("已停用")
