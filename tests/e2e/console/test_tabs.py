"""One session for all tabs of a browser: begun, ended or renewed in one, it is so in all."""

from playwright.sync_api import Browser, Page, expect

from tests.e2e.browser import PATIENCE, address, chart, go, log_in, opened
from tests.e2e.conftest import LocalCloud

TOKEN = "() => sessionStorage.getItem('token')"


def another(page: Page, place: str = "#/kline") -> Page:
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


def test_a_new_password_goes_to_all_tabs_and_says_what_is_wrong_with_others(
    browser: Browser, synthetic_cloud: LocalCloud
) -> None:
    old, new = "correct-horse", "staple-and-battery"
    user = {"username": "changes-password", "password": old, "role": "user"}
    assert synthetic_cloud.admin.post("/auth/users", json=user).status_code == 200
    with opened(browser, address(synthetic_cloud)) as first:
        log_in(first, user["username"], old)
        chart(first)
        tab = another(first)
        chart(tab)
        before = first.evaluate(TOKEN)
        first.get_by_role("button", name="修改密码").click()
        form = first.get_by_role("dialog")

        def give(now: str, wanted: str, repeated: str = "") -> None:
            form.get_by_label("当前密码").fill(now)
            form.get_by_label("新密码（").fill(wanted)
            form.get_by_label("再输入").fill(repeated or wanted)
            form.get_by_role("button", name="保存").click()

        alert = form.get_by_role("alert")
        give(old, new, "another-one-entirely")
        expect(alert).to_contain_text("不一致")
        give(old, "Password2024")
        expect(alert).to_contain_text("新密码")
        expect(alert).to_contain_text("太容易被猜到")
        give("not the old one", new)
        expect(alert).to_contain_text("当前密码：不正确")
        give(old, new)
        expect(form.get_by_role("status")).to_contain_text("密码已修改")
        form.get_by_role("button", name="关闭").click()
        expect(form).to_have_count(0)
        tab.wait_for_function("before => sessionStorage.getItem('token') !== before", arg=before)
        assert tab.evaluate(TOKEN) == first.evaluate(TOKEN)
        go(tab, "tasks")
        expect(tab.get_by_role("heading", name="任务")).to_be_visible()
        first.get_by_role("button", name="退出").click()
        expect_login(tab)
        log_in(tab, user["username"], old)
        expect(tab.get_by_role("alert")).to_contain_text("用户名或密码不正确")
        log_in(tab, user["username"], new)
        chart(first)
