"""The README's pictures of the console; made only when asked for, by `make screenshots`."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.browser import PHONE, address, browsing, chart, go, log_in, opened
from tests.e2e.calls import fill, start
from tests.e2e.conftest import LocalCloud

YEAR = {"start_date": "20251101", "end_date": "20261120"}
CODE = "000004.SZ"
STOCK = f"kline?code={CODE}&start=20251101&end=20261120&adjust=forward"


@pytest.fixture
def folder(request: pytest.FixtureRequest) -> Path:
    """Where the pictures go."""
    given: Path | None = request.config.getoption("--screenshots")
    if given is None:
        pytest.skip("no --screenshots")
    given.mkdir(parents=True, exist_ok=True)
    return given


def test_screenshots(folder: Path, synthetic_cloud: LocalCloud) -> None:
    prepare(synthetic_cloud)
    with browsing() as browser:
        for theme in ("dark", "light"):
            with opened(browser, address(synthetic_cloud), theme=theme) as page:
                if theme == "dark":
                    take(page, folder, "login")
                log_in(page)
                tour(page, folder, theme)
        with opened(browser, address(synthetic_cloud), PHONE, "light") as page:
            log_in(page)
            go(page, STOCK)
            chart(page)
            take(page, folder, "phone")


def prepare(cloud: LocalCloud) -> None:
    """Have something of everything to show: whole years, gaps, main contracts, tasks that end."""
    fill(cloud.admin, security_type="stock", **YEAR)
    codes = cloud.admin.get("/base/securities?security_type=EXTRA_STOCK_A&limit=12").json()
    some = [each["code"] for each in codes["data"]["items"]]
    years = {"start_date": "20220101", "end_date": "20251031"}
    fill(cloud.admin, security_type="stock", codes=some, **years)
    fill(cloud.admin, security_type="future", start_date="20260501", end_date="20261120")
    start(cloud.admin, "detect-all-missing", security_type="stock", **years)
    host: dict[str, Any] = {"username": "me", "password": "secret", "host": "127.0.0.1"}
    cloud.admin.post("/configs/sdk", json=host | {"name": "主用"})
    cloud.admin.post("/configs/sdk", json=host | {"name": "备用", "port": 8601})


def tour(page: Page, folder: Path, theme: str) -> None:
    go(page, STOCK)
    expect(page.get_by_text("价格已复权")).to_be_visible()
    chart(page)
    take(page, folder, f"kline-{theme}")
    if theme == "light":
        return
    go(page, "futures")
    expect(page.get_by_role("heading", level=2).first).to_contain_text("IF")
    chart(page)
    take(page, folder, "futures")
    go(page, "cache")
    page.get_by_label("开始日期").fill("2022-01-01")
    page.get_by_label("开始日期").press("Tab")
    expect(page.get_by_role("columnheader", name="2021")).to_have_count(0)
    page.get_by_role("button", name="检测").click()
    expect(page.get_by_role("article").first).to_contain_text("完成")
    take(page, folder, "cache")
    for place in ("tasks", "connections", "users"):
        go(page, place)
        expect(page.get_by_role("table")).to_be_visible()
        page.wait_for_load_state("networkidle")
        take(page, folder, place)


def take(page: Page, folder: Path, name: str) -> None:
    """Take a picture once nothing moves any more."""
    page.mouse.move(0, 0)
    page.wait_for_load_state("networkidle")
    page.screenshot(path=folder / f"{name}.png", animations="disabled", caret="hide")
