"""The frame around the pages: where the console begins, its header, its dialogs."""

from playwright.sync_api import Browser, Page, expect

from tests.e2e.browser import console, go, log_in, opened
from tests.e2e.conftest import LocalCloud


def test_the_console_begins_with_the_status(browser: Browser, synthetic_cloud: LocalCloud) -> None:
    with opened(browser, console(synthetic_cloud)) as page:
        log_in(page)
        expect(page.get_by_role("heading", level=1)).to_have_text("运行状态")
        go(page, "a-page-that-is-not-there")
        expect(page.get_by_role("heading", level=1)).to_have_text("运行状态")


def test_the_navigation_takes_one_line_in_both_languages(page: Page) -> None:
    header = page.locator("header.top")
    header.locator(".who").evaluate("name => { name.firstChild.data = 'admin-12345678'; }")
    for label in ("切换到英文", "切换到中文"):
        nav = header.locator("nav")
        assert header.evaluate("element => element.clientHeight") < 60
        assert nav.evaluate("nav => nav.scrollWidth - nav.clientWidth") == 0
        page.get_by_role("button", name=label).click()
        expect(page.get_by_role("button", name=label)).to_have_count(0)
    assert header.evaluate("element => element.clientHeight") < 60


def test_a_dialog_gives_the_focus_back(page: Page) -> None:
    who = page.locator("header .who")
    for close in ("取消", "Escape"):
        who.press("Enter")
        dialog = page.get_by_role("dialog")
        expect(dialog).to_be_visible()
        if close == "Escape":
            page.keyboard.press("Escape")
        else:
            dialog.get_by_role("button", name=close).press("Enter")
        expect(dialog).to_have_count(0)
        expect(who).to_be_focused()
