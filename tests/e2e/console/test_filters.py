"""What is filtered stands in the address; codes are taken as people write and paste them."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.browser import go
from tests.e2e.calls import detect
from tests.e2e.conftest import LocalCloud


def give_codes(page: Page, text: str) -> None:
    codes = page.get_by_label("代码（可空")
    codes.fill(text)
    codes.press("Tab")


def test_the_filters_of_the_cache_stand_in_the_address(page: Page) -> None:
    go(page, "cache")
    heads = page.get_by_role("grid").get_by_role("columnheader")
    expect(heads).not_to_have_count(0)
    page.get_by_label("证券类型").select_option("index")
    for label, day in {"开始日期": "2022-03-01", "结束日期": "2023-06-30"}.items():
        page.get_by_label(label).fill(day)
        page.get_by_label(label).press("Tab")
    expect(heads).to_have_text(["代码", "2022", "2023"])
    give_codes(page, "000300.SH")
    rows = page.get_by_role("grid").get_by_role("rowheader")
    expect(rows).to_have_count(1)
    asked = "#/cache?kind=index&period=daily&start=20220301&end=20230630&codes=000300.SH"
    assert page.url.endswith(asked)
    page.reload()
    expect(rows).to_have_count(1)
    expect(page.get_by_label("证券类型")).to_have_value("index")
    expect(page.get_by_label("代码（可空")).to_have_value("000300.SH")
    page.go_back()
    expect(page.get_by_label("代码（可空")).to_have_value("")
    expect(rows).not_to_have_count(1)
    page.go_forward()
    expect(rows).to_have_count(1)


def test_the_page_of_a_list_stands_in_the_address(page: Page) -> None:
    go(page, "cache")
    page.get_by_role("button", name="下一页").click()
    expect(page.get_by_text(re.compile("第 2 / "))).to_be_visible()
    assert "page=2" in page.url
    page.reload()
    expect(page.get_by_text(re.compile("第 2 / "))).to_be_visible()
    page.get_by_label("周期").select_option("min5")
    expect(page.get_by_text(re.compile("第 1 / "))).to_be_visible()
    assert "page=" not in page.url
    go(page, "tasks?type=detect&page=7")
    with page.expect_request(re.compile(r"/cache/tasks\?page=7.*task_type=detect")):
        page.reload()


def test_a_page_beyond_the_last_one_says_so_and_leads_back(
    page: Page, synthetic_cloud: LocalCloud
) -> None:
    detect(synthetic_cloud.admin, security_type="stock", start_date="20170103", end_date="20170104")
    with page.expect_response("**/cache/tasks?page=99*"):
        go(page, "tasks?page=99")
    previous = page.get_by_role("button", name="上一页")
    expect(previous).to_be_enabled()
    expect(page.get_by_text("还没有任务")).to_have_count(0)
    previous.click()
    expect(page.get_by_role("row").nth(1)).to_be_visible()


def test_each_page_has_a_title_which_no_switch_takes_away(page: Page) -> None:
    titles = {"cache?kind=etf": "缓存", "tasks": "任务", "tasks/1": "任务 #1", "users": "用户"}
    for place, title in titles.items():
        go(page, place)
        expect(page).to_have_title(f"{title} · AmazingData 行情控制台")
    page.get_by_role("button", name="切换深色或浅色").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "light")
    expect(page).to_have_title("用户 · AmazingData 行情控制台")
    page.get_by_role("button", name="退出").click()
    expect(page).to_have_title("登录 · AmazingData 行情控制台")


@pytest.mark.parametrize(
    "text",
    [
        "600000.SH\n000001.SZ",
        "sh600000、000001.XSHE",
        "\uff16\uff10\uff10\uff10\uff10\uff10．SH\u3000sz000001",
    ],
)
def test_codes_are_taken_as_people_write_them(page: Page, text: str) -> None:
    go(page, "cache")
    give_codes(page, text)
    rows = page.get_by_role("grid").get_by_role("rowheader")
    expect(rows).to_have_count(2)
    for code in ("600000.SH", "000001.SZ"):
        expect(rows.filter(has_text=code)).to_have_count(1)


def test_what_a_code_without_its_exchange_may_mean_is_offered(page: Page) -> None:
    go(page, "cache")
    give_codes(page, "600000.SH 000001")
    expect(page.get_by_text("000001 缺少交易所后缀")).to_be_visible()
    expect(page.get_by_role("button", name="补齐缺失")).to_be_disabled()
    expect(page.get_by_role("button", name="000001.SH")).to_be_visible()
    page.get_by_role("button", name="000001.SZ").click()
    expect(page.get_by_label("代码（可空")).to_have_value("600000.SH, 000001.SZ")
    expect(page.get_by_role("grid").get_by_role("rowheader")).to_have_count(2)
    expect(page.get_by_role("button", name="补齐缺失")).to_be_enabled()
    give_codes(page, "999999")
    expect(page.get_by_text("没有代码为 999999 的证券")).to_be_visible()


def test_five_thousand_pasted_codes_are_told_to_be_too_many_at_once(page: Page) -> None:
    go(page, "cache")
    expect(page.get_by_role("grid")).to_be_visible()
    text = "\n".join(f"{600000 + number}.SH" for number in range(5000))
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.evaluate("text => navigator.clipboard.writeText(text)", text)
    page.get_by_label("代码（可空").press("ControlOrMeta+v")
    expect(page.get_by_role("alert")).to_contain_text("共 5000 个代码，一次最多 500 个")
    expect(page.get_by_role("button", name="检测")).to_be_disabled()
    page.get_by_label("代码（可空").press("Tab")
    assert "codes=" not in page.url
    give_codes(page, "600000.SH")
    expect(page.get_by_role("grid").get_by_role("rowheader")).to_have_count(1)


def test_a_security_is_found_by_its_pinyin_initials(
    page: Page, synthetic_cloud: LocalCloud
) -> None:
    answer = synthetic_cloud.admin.get("/base/securities?q=hcszzs&limit=1")
    found = answer.json()["data"]["items"]
    page.get_by_role("combobox", name="代码或名称").fill("hcszzs")
    expect(page.get_by_role("option").first).to_contain_text(found[0]["name"])
