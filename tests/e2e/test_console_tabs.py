"""One session for all tabs of a browser: begun, ended or renewed in one, it is so in all."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.browser import PATIENCE, address, browsing, chart, go, log_in, opened
from tests.e2e.conftest import LocalCloud

TOKEN = "() => sessionStorage.getItem('token')"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with browsing() as started:
        yield started


@pytest.fixture
def page(browser: Browser, synthetic_cloud: LocalCloud) -> Iterator[Page]:
    """The console in a first tab, logged in as the administrator."""
    with opened(browser, address(synthetic_cloud)) as opened_page:
        log_in(opened_page)
        chart(opened_page)
        yield opened_page


def another(page: Page, place: str = "") -> Page:
    """Open the console in another tab of the same browser."""
    tab = page.context.new_page()
    tab.set_default_timeout(PATIENCE)
    tab.goto(page.url.partition("#")[0] + place)
    return tab


def expect_login(tab: Page) -> None:
    expect(tab.get_by_role("heading", name="登录")).to_be_visible()


def test_a_new_tab_needs_no_login(page: Page) -> None:
    with page.context.expect_page() as opening:
        page.get_by_role("link", name="任务").click(modifiers=["ControlOrMeta"])
    expect(opening.value.get_by_role("heading", name="任务")).to_be_visible()
    tab = another(page, "#/users")
    expect(tab.get_by_role("heading", name="用户")).to_be_visible()
    assert tab.evaluate(TOKEN) == page.evaluate(TOKEN)
    assert tab.evaluate("() => Object.keys(localStorage)") == page.evaluate(
        "() => Object.keys(localStorage)"
    )


def test_a_log_out_in_one_tab_logs_out_all(page: Page) -> None:
    tabs = [page, another(page), another(page, "#/tasks")]
    for tab in tabs:
        expect(tab.get_by_role("navigation", name="页面")).to_be_visible()
    tabs[1].get_by_role("button", name="退出").click()
    for tab in tabs:
        expect_login(tab)
        expect(tab.get_by_role("status")).to_contain_text("已退出")
        assert tab.evaluate(TOKEN) is None
    expect_login(another(page))


def test_a_log_in_in_one_tab_logs_in_all(page: Page) -> None:
    tab = another(page, "#/tasks")
    page.get_by_role("button", name="退出").click()
    expect_login(tab)
    log_in(page)
    expect(tab.get_by_role("heading", name="任务")).to_be_visible()


def test_a_token_that_is_refused_in_one_tab_is_dropped_by_all(page: Page) -> None:
    tab = another(page)
    chart(tab)
    for each in (page, tab):
        each.evaluate("() => sessionStorage.setItem('token', 'a.b.c')")
    go(tab, "tasks")
    for each in (page, tab):
        expect(each.get_by_role("status")).to_contain_text("登录已过期")


def test_once_all_tabs_are_closed_a_login_is_needed(page: Page) -> None:
    tab = another(page)
    chart(tab)
    context, url = page.context, page.url
    page.close()
    tab.reload()
    chart(tab)
    tab.close()
    again = context.new_page()
    again.goto(url)
    expect_login(again)
