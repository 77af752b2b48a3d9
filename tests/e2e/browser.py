"""A real browser for the tests of the console, and what they do with its pages."""

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    Locator,
    Page,
    Route,
    expect,
    sync_playwright,
)

from tests.e2e.conftest import LOGIN, LocalCloud

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
DESKTOP = (1280, 860)
PHONE = (390, 800)
PATIENCE = 30_000
"""Milliseconds that a page may take to show something; the machine has other work."""

COUNT_CALLS = """
window.callsUnderWay = 0;
const counted = each => async function (...given) {
    window.callsUnderWay += 1;
    try {
        return await each.apply(this, given);
    } finally {
        window.callsUnderWay -= 1;
    }
};
window.fetch = counted(window.fetch);
Response.prototype.json = counted(Response.prototype.json);
"""
"""A script for `settled`: the browser itself tells of a quiet network only once a document."""
NOTED = "Failed to load resource"
"""How Chromium notes an answer that is an error: the page itself says what it means."""


def chromium() -> str:
    """Give where this machine's Chromium is; the test skips where there is none."""
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    if found is None:
        pytest.skip(f"none of {', '.join(NAMES)} is installed")
    return found


@contextmanager
def browsing() -> Iterator[Browser]:
    """Run a browser without a window."""
    path = chromium()
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        # Without the sandbox, which root may not have; days are written as the language has them.
        options = ["--no-sandbox", "--lang=zh-CN"]
        browser = playwright.chromium.launch(executable_path=path, args=options)
        yield browser
        browser.close()


@contextmanager
def opened(
    browser: Browser, url: str, size: tuple[int, int] = DESKTOP, theme: Any = "dark"
) -> Iterator[Page]:
    """Open the console, with nothing kept from before; at the end nothing must have gone wrong.

    What the page's policy forbids is an error on the browser's console like any other.
    """
    width, height = size
    context = browser.new_context(
        viewport={"width": width, "height": height}, color_scheme=theme, locale="zh-CN"
    )
    context.add_init_script(COUNT_CALLS)
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    wrong: list[str] = []

    def noted(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not message.text.startswith(NOTED):
            wrong.append(message.text)

    page.on("console", noted)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.goto(url)
    yield page
    # An answer that a test would have changed may still be on its way.
    if not page.is_closed():
        page.unroute_all(behavior="wait")
    context.close()
    assert not wrong


def console(cloud: LocalCloud) -> str:
    """Give where the console is."""
    return cloud.url.removesuffix("api/v1")


def address(cloud: LocalCloud) -> str:
    """Give where the console's chart is."""
    return f"{console(cloud)}#/kline"


def log_in(
    page: Page, username: str = LOGIN["username"], password: str = LOGIN["password"]
) -> None:
    """Fill in the login and send it."""
    page.get_by_label("用户名").fill(username)
    page.get_by_label("密码").fill(password)
    page.get_by_role("button", name="登录").click()


def go(page: Page, place: str) -> None:
    """Open a page of the console by its address, such as "kline?code=600000.SH"."""
    page.evaluate("place => { location.hash = `#/${place}` }", place)


@contextmanager
def held(page: Page, pattern: str) -> Iterator[None]:
    """Keep requests back until the end of the block, and until there was one."""
    routes: list[Route] = []

    def hold(route: Route) -> None:
        routes.append(route)

    page.route(pattern, hold)
    yield
    deadline = time.monotonic() + PATIENCE / 1000
    while not routes and time.monotonic() < deadline:
        page.wait_for_timeout(10)
    assert routes
    for route in routes:
        route.continue_()
    page.unroute(pattern)


def frames(page: Page) -> None:
    """Wait until what was done has been drawn: a chart moves with the next frame of the screen."""
    page.evaluate(
        "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
    )


def settled(page: Page) -> None:
    """Wait until all answers have come and are drawn, those too that others have led to."""
    page.evaluate("() => { window.quietFrames = 0 }")
    page.wait_for_function(
        """() => {
            const busy = "[aria-busy=true], [data-waiting]";
            const quiet = !window.callsUnderWay && !document.querySelector(busy);
            window.quietFrames = quiet ? window.quietFrames + 1 : 0;
            return window.quietFrames > 5;
        }"""
    )


def chart(page: Page) -> Locator:
    """Wait for a chart with something in it."""
    drawn = page.locator("[data-chart]")
    frames(page)
    expect(page.locator(".view[aria-busy=false]")).to_be_attached()
    expect(drawn).to_have_attribute("aria-busy", "false")
    frames(page)
    return drawn


def series(page: Page) -> dict[str, Any]:
    """Give what the chart itself draws of what is in view.

    `times` has the time of each slot; each series has its points by its key, None where it has
    none; `signs` has the days of each flag, `before` the times of the slots that come before.
    """
    found: dict[str, Any] = chart(page).evaluate(
        """element => {
            const { stage } = element;
            const view = stage.view();
            const timed = ["candles", "marks"].flatMap(key => stage.series.get(key)?.data() ?? []);
            const all = timed.map(({ time }) => time).sort((one, other) => one - other);
            const first = Math.max(0, Math.ceil(view.from));
            const shown = all.slice(first, Math.floor(view.to) + 1);
            const length = all.some(time => time % 86400) ? 19 : 10;
            const text = time =>
                new Date(1000 * time).toISOString().replace("T", " ").slice(0, length);
            const signs = {};
            for (const { id, time } of stage.signs.markers()) (signs[id] ??= []).push(text(time));
            const named = {};
            for (const [key, each] of stage.series) {
                const points = new Map(each.data().map(point => [point.time, point]));
                named[key] = shown.map(time => points.get(time) ?? null);
            }
            for (const { key, values } of stage.lines.shown) {
                const seen = values.slice(first, first + shown.length);
                named[key] = seen.map(value => (value === null ? null : { value }));
            }
            const before = all.slice(0, first).map(text);
            return { times: shown.map(text), signs, before, ...named };
        }"""
    )
    return found
