"""What axe, Deque's checker of WCAG's rules, finds on a page."""

import json
from importlib.resources import files
from typing import Any

from playwright.sync_api import Page

AXE = files("axe_playwright_python") / "axe.min.js"
GRAVE = ("serious", "critical")


def findings(page: Page, *rules: str) -> list[str]:
    """Return what is serious or critical in a page as it is now: rule, element and why.

    Only the given rules are checked, or all of them.
    """
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    only = {"runOnly": rules} if rules else {}
    found: dict[str, Any] = page.evaluate(
        f"() => axe.run(document, {json.dumps(only | {'resultTypes': ['violations']})})"
    )
    return [
        f"{rule['id']} {node['target']}: {node['failureSummary']}"
        for rule in found["violations"]
        if rule["impact"] in GRAVE
        for node in rule["nodes"]
    ]
