"""Every call of the API has a method, which names it."""

import inspect
import json
import re
from pathlib import Path

from amazingdata_client import AsyncClient, Client

DOCUMENT = Path(__file__).parents[2] / "functions/docs/openapi.json"
CALLED = re.compile(r"`(GET|POST|PUT|PATCH|DELETE) (/[^`]*)`")
COVERED = {
    "POST /auth/login": "login",
    "GET /stock/kline": "kline",
}
"""Calls that a method makes, or could, without naming them."""
FOR_BROWSERS = {"GET /docs", "GET /docs/{asset}"}


def named_by(client: type) -> set[str]:
    """Give the calls that the methods of a client name."""
    methods = inspect.getmembers(client, inspect.isfunction)
    texts = [inspect.getdoc(method) or "" for name, method in methods if not name.startswith("_")]
    return {f"{verb} {path}" for text in texts for verb, path in CALLED.findall(text)}


def test_every_call_has_a_method() -> None:
    paths = json.loads(DOCUMENT.read_text(encoding="utf-8"))["paths"]
    calls = {f"{verb.upper()} {path}" for path, verbs in paths.items() for verb in verbs}
    assert named_by(Client) | COVERED.keys() | FOR_BROWSERS == calls


def test_both_clients_have_the_same_methods() -> None:
    def public(client: type) -> dict[str, str]:
        methods = inspect.getmembers(client, inspect.isfunction)
        return {
            name.replace("aclose", "close"): str(inspect.signature(method))
            for name, method in methods
            if not name.startswith("_")
        }

    assert public(Client) == public(AsyncClient)
