"""What axe finds in the console: nothing serious, on any page, in no theme, language or width."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.axe import findings
from tests.e2e.browser import DESKTOP, PHONE, address, chart, go, log_in, opened, settled
from tests.e2e.calls import start
from tests.e2e.conftest import LocalCloud

LISTED = (
    "() => [...document.querySelectorAll('nav a[href^=\"#/\"]')].map(each => each.hash.slice(2))"
)
JANUARY = {"security_type": "stock", "start_date": "20170103", "end_date": "20170120"}


@pytest.fixture(params=[DESKTOP, PHONE], ids=["desktop", "phone"])
def outside(
    request: pytest.FixtureRequest, browser: Browser, synthetic_cloud: LocalCloud
) -> Iterator[Page]:
    with opened(browser, address(synthetic_cloud), request.param) as page:
        yield page


def check(page: Page, where: str) -> None:
    """See that axe finds nothing: all rules in one theme, those on colours in the other one."""
    settled(page)
    expect(page.locator("h1")).to_be_attached()
    assert findings(page) == [], where
    other_theme(page)
    assert findings(page, "color-contrast") == [], where
    other_theme(page)


def other_theme(page: Page) -> None:
    # By a script, as an open dialog is in front of the button.
    page.locator(".tools button").first.dispatch_event("click")


def test_axe_finds_nothing_before_the_login(outside: Page) -> None:
    check(outside, "login")
    log_in(outside, "nobody-of-that-name", "wrong")
    expect(outside.get_by_role("alert")).to_be_visible()
    check(outside, "refused")


def test_axe_finds_nothing_on_any_page(outside: Page, synthetic_cloud: LocalCloud) -> None:
    done = start(synthetic_cloud.admin, "detect-all-missing", **JANUARY)["task_id"]
    log_in(outside)
    chart(outside)
    places = outside.evaluate(LISTED)
    assert {"kline", "futures", "index", "industries", "cache", "tasks", "users"} <= {*places}
    for place in [*places, f"tasks/{done}"]:
        go(outside, place)
        check(outside, place)
    outside.get_by_role("button", name="Switch to English").click()
    for place in ("kline", "cache", "tasks"):
        go(outside, place)
        check(outside, f"{place} in English")


def test_axe_finds_nothing_in_what_is_opened(outside: Page) -> None:
    log_in(outside)
    chart(outside)
    outside.locator("summary").first.click()
    expect(outside.get_by_role("table")).to_be_visible()
    outside.get_by_role("combobox", name="代码或名称").fill("6000")
    expect(outside.get_by_role("option").first).to_be_visible()
    check(outside, "search and rows")
    go(outside, "cache")
    outside.locator('td[data-at="0 0"]').click()
    expect(outside.locator(".cell")).to_be_visible()
    check(outside, "a cell of the map")
    for place, button in (
        ("users", "新建用户"),
        ("connections", "新建连接"),
        ("tasks", "修改密码"),
    ):
        go(outside, place)
        outside.get_by_role("button", name=button).click()
        expect(outside.get_by_role("dialog")).to_be_visible()
        check(outside, button)
        outside.keyboard.press("Escape")
