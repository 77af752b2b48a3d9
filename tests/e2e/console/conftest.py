"""A browser and the console in it; the tests skip where there is no Chromium."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.e2e.browser import address, browsing, chart, log_in, opened
from tests.e2e.conftest import LocalCloud


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for a file: beyond it, other tests have an event loop of their own."""
    with browsing() as started:
        yield started


@pytest.fixture
def outside(browser: Browser, synthetic_cloud: LocalCloud) -> Iterator[Page]:
    """The console before the login."""
    with opened(browser, address(synthetic_cloud)) as page:
        yield page


@pytest.fixture
def page(outside: Page) -> Page:
    """The console with a chart, logged in as the administrator."""
    log_in(outside)
    chart(outside)
    return outside
