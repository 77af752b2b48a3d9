"""The README's pictures of the console; made only when asked for, by `make screenshots`."""

from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.browser import PHONE, address, browsing, chart, go, log_in, opened, settled
from tests.e2e.calls import fill, start
from tests.e2e.conftest import LocalCloud

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
                log_in(page)
                tour(page, folder, theme)
        with opened(browser, address(synthetic_cloud), PHONE, "light") as page:
            log_in(page)
            go(page, STOCK)
            chart(page)
            take(page, folder, "phone")


def prepare(cloud: LocalCloud) -> None:
    """Have something of everything to show: whole years, gaps, main contracts, tasks that end."""
    until = f"{datetime.now(ZoneInfo('Asia/Shanghai')):%Y%m%d}"
    fill(cloud.admin, security_type="stock", start_date="20240101", end_date=until)
    codes = cloud.admin.get("/base/codes?security_type=EXTRA_STOCK_A").json()["data"]
    years = {"start_date": "20220101", "end_date": "20231231"}
    fill(cloud.admin, security_type="stock", codes=codes[8:], **years)
    fill(cloud.admin, security_type="stock", codes=codes[3:6], **years | {"end_date": "20230820"})
    fill(cloud.admin, security_type="future", start_date="20260501", end_date=until)
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
    go(page, "status")
    expect(page.get_by_role("table")).to_have_count(2)
    expect(page.get_by_text("加载中")).to_have_count(0)
    take(page, folder, "status")
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
        take(page, folder, place)


def take(page: Page, folder: Path, name: str) -> None:
    """Take a picture once nothing moves any more."""
    page.mouse.move(0, 0)
    settled(page)
    page.screenshot(path=folder / f"{name}.png", animations="disabled", caret="hide")
