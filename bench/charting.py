"""The console's chart in a real browser, beside a page of lightweight-charts alone.

Prints milliseconds as JSON, or null where there is no Chromium or the library is not installed.
CPU time is that of the page's main thread: what runs there is what the pages' code decides, and
another process on the machine does not make it longer.
"""

import json
import shutil
import time
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from bench.canned import BARS, CODE, END, LIBRARY, START, script_bytes, serving
from bench.clock import Times, least

CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ROUNDS = 5
MOVES = 10
STEPS = 5
PATIENCE = 120_000
QUERY = f"codes={CODE}&start_date={START}&end_date={END}&period=min1&adjust=none"
PLACE = f"#/kline?code={CODE}&start={START}&end={END}&period=min1"

PAINTED = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
"""The second frame begins once the first one has been drawn."""


def _floor(page: Page, address: str) -> None:
    page.goto(f"{address}/floor")


def _draw_floor(page: Page) -> None:
    page.evaluate("address => draw(address)", f"/api/v1/stock/kline?{QUERY}")


def _console(page: Page, address: str) -> None:
    page.goto(f"{address}/#/tasks")
    page.locator("h1").wait_for()


def _draw_console(page: Page) -> None:
    page.evaluate("place => { location.hash = place }", PLACE)
    page.locator("[data-chart][aria-busy=false]").wait_for()


PAGES: dict[str, tuple[Callable[[Page, str], None], Callable[[Page], None], str]] = {
    "floor": (_floor, _draw_floor, "#chart"),
    "ours": (_console, _draw_console, "[data-chart]"),
}


class _Clock:
    """The CPU time of a page's main thread, and the clock on the wall."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._session = page.context.new_cdp_session(page)
        self._session.send("Performance.enable", {"timeDomain": "threadTicks"})

    def _cpu(self) -> float:
        found = self._session.send("Performance.getMetrics")["metrics"]
        return next(float(each["value"]) for each in found if each["name"] == "TaskDuration")

    def time(self, work: Callable[[], object], times: int = 1) -> Times:
        """Time what is done, each time until it has been painted."""
        cpu, wall = self._cpu(), time.perf_counter()
        for _ in range(times):
            work()
            self._page.evaluate(PAINTED)
        return Times(1e3 * (self._cpu() - cpu), 1e3 * (time.perf_counter() - wall))


def _once(browser: Browser, address: str, name: str) -> dict[str, Times]:
    """Open, draw, move the pointer and turn the wheel once."""
    opening, drawing, where = PAGES[name]
    context = browser.new_context(viewport={"width": 1280, "height": 860}, color_scheme="dark")
    context.add_init_script("sessionStorage.setItem('token', 'bench')")
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    opening(page, address)
    page.wait_for_load_state("networkidle")
    clock = _Clock(page)
    found = {"draw": clock.time(lambda: drawing(page))}
    page.wait_for_load_state("networkidle")
    box = page.locator(where).bounding_box()
    assert box
    places = (
        (box["x"] + 100 + 80 * number, box["y"] + box["height"] / 3) for number in range(MOVES)
    )
    found["move"] = clock.time(lambda: page.mouse.move(*next(places)), MOVES)
    found["wheel"] = clock.time(lambda: page.mouse.wheel(0, -120), STEPS)
    context.close()
    return found


def measure() -> dict[str, Any] | None:
    """Measure both pages in turns; the least of some rounds counts."""
    path = next((path for name in CHROMIUM if (path := shutil.which(name))), None)
    if path is None or not LIBRARY.is_file():
        return None
    rounds: dict[str, list[dict[str, Times]]] = {name: [] for name in PAGES}
    with serving() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        for _ in range(ROUNDS):
            for name, done in rounds.items():
                done.append(_once(browser, address, name))
        browser.close()
    times = {
        name: {what: least([each[what] for each in done])._asdict() for what in done[0]}
        for name, done in rounds.items()
    }
    return {"bars": BARS, "script_bytes": script_bytes(), "times": times}


if __name__ == "__main__":
    print(json.dumps(measure()))
