"""Every call of the API has a method, which names it, gives its parameters and reads its answer."""

import inspect
import json
import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any, get_type_hints

import httpx
import pytest
from amazingdata_client import AsyncClient, Client, Token
from amazingdata_client.waiting import TaskOptions, VerifyOptions

from tests.clients.conftest import Connect
from tests.clients.document import CALLS, DOCUMENT, followed

NAMED = re.compile(r"`(GET|POST|PUT|PATCH|DELETE) (/[^`]*)`")
WITHOUT_A_METHOD = {
    "GET /stock/kline": "`kline` uses POST /stock/kline/batch, whose URL cannot grow too long",
    "POST /mcp": "for agents, whose messages `amazingdata mcp` passes on",
    "GET /docs": "for browsers",
    "GET /docs/{asset}": "for browsers",
}
"""Calls that no method makes, and why."""

NOT_GIVEN = {
    "If-None-Match": "the client keeps no answer that a 304 could refer to",
    "format": "the client reads rows; frames, and the command line's CSV, are made of them",
    "meta_line": "it belongs to the format csv",
    "dry_run": "its answer is another one, see test_tasks.py",
}
"""Parameters that no method gives here, and why."""

ARGUMENTS = {
    "adjust": "forward",
    "adjust_anchor": "20240104",
    "code": "600000.SH",
    "clear_lost": True,
    "codes": ["600000.SH"],
    "config_id": 1,
    "contract_type": "main",
    "count": 5,
    "data_type": "bars",
    "date": "20240105",
    "dataset": "stock.daily",
    "email": "li@example.com",
    "end_date": "20240105",
    "fields": ["close"],
    "host": "vendor.example",
    "include": "status",
    "index": "000300.SH",
    "industry": "801780.SI",
    "is_active": True,
    "is_default": True,
    "kind": "stock",
    "limit": 5,
    "local_path": "cache",
    "market": "SH",
    "method": "difference",
    "name": "main",
    "new_password": "correct-horse-battery",
    "old_password": "long-enough",
    "page": 2,
    "page_size": 5,
    "part": "2024",
    "password": "long-enough",
    "period": "daily",
    "period_type": "daily",
    "port": 8601,
    "q": "浦发",
    "recheck_absent": True,
    "revision": 3,
    "role": "admin",
    "rule": "volume",
    "security_type": "stock",
    "since": "17",
    "sort": "missing",
    "start_date": "20240101",
    "statement_type": "1",
    "status": "failed",
    "task_id": 7,
    "task_type": "fill",
    "trade_date": "20240105",
    "universe": "000300.SH",
    "user_id": 2,
    "username": "li",
    "with_errors": True,
    "varieties": ["IF", "rb"],
    "year": "2024",
}
"""A value for every parameter of every method."""

DAYS = {"adjust_anchor", "date", "end_date", "start_date", "trade_date"}
"""Parameters that are days."""

OURS = {"progress"}
"""Parameters of methods that the service never sees."""

OF_CALL: dict[str, dict[str, Any]] = {
    "GET /future/kline/day": {"kind": "future", "include": None},
}
"""Other values, where a method makes more than one call."""

IN_PARTS = {"GET /stock/status": ("status", "status_day")}
"""Calls that answer with a range or with a market day, each by a method of its own, which gives its
part of the parameters."""

ANSWERED_LIKE = {"status_day": "GET /stock/kline/day"}
"""Methods that read another answer than their call's example, and the call whose example it is
like."""


def methods_of(client: type) -> list[tuple[str, str]]:
    """Return the methods of a client that name a call, each with its call."""
    methods = inspect.getmembers(client, inspect.isfunction)
    texts = {name: inspect.getdoc(method) or "" for name, method in methods}
    return [
        (name, f"{verb} {path}")
        for name, text in texts.items()
        for verb, path in NAMED.findall(text)
        if not name.startswith("_")
    ]


def arguments_of(name: str) -> dict[str, Any]:
    """Return a value for every parameter of a method."""
    names: list[str] = []
    for parameter in inspect.signature(getattr(Client, name)).parameters.values():
        kind = parameter.kind
        options = VerifyOptions if "VerifyOptions" in str(parameter.annotation) else TaskOptions
        names += get_type_hints(options) if kind is kind.VAR_KEYWORD else [parameter.name]
    ours = {"self", *OURS, *NOT_GIVEN}
    return {name: ARGUMENTS[name] for name in names if name not in ours}


def parameters_of(operation: dict[str, Any]) -> set[str]:
    """Return the names of an operation's parameters, in the path, the query and the body."""
    names = [parameter["name"] for parameter in operation.get("parameters", ())]
    content = operation.get("requestBody", {}).get("content", {})
    body = content.get("application/json", {}).get("schema", {})
    return {*names, *followed(body).get("properties", {})}


def given_in(request: httpx.Request, path: str) -> set[str]:
    """Return the names of the parameters that a request gives a value to."""
    names = set(re.findall(r"{(\w+)}", path))
    template = re.sub(r"{\w+}", "[^/]+", path)
    assert re.fullmatch(f"/api/v1{template}", request.url.path)
    return names | {*request.url.params} | {*json.loads(request.content or "{}")}


def test_every_call_has_a_method() -> None:
    named = [call for _, call in methods_of(Client)]
    assert {*named, *WITHOUT_A_METHOD} == CALLS.keys()
    assert len(named) - len({*named}) == sum(len(each) - 1 for each in IN_PARTS.values())


@pytest.mark.parametrize("call", IN_PARTS)
def test_methods_of_one_call_give_every_parameter_together(call: str) -> None:
    ours = {name for name, named in methods_of(Client) if named == call}
    assert ours == {*IN_PARTS[call]}
    given = set().union(*(arguments_of(name) for name in ours))
    assert given == parameters_of(CALLS[call]) - NOT_GIVEN.keys()


def made(
    connect: Connect, name: str, call: str, changes: dict[str, Any]
) -> tuple[Any, httpx.Request]:
    """Call a method with all of its arguments; give its result and the request that it made."""
    seen: dict[str, httpx.Request] = {}

    def answer(request: httpx.Request) -> httpx.Response:
        login = request.url.path.endswith("/auth/login")
        seen["login" if login else "call"] = request
        operation = CALLS["POST /auth/login" if login else call]
        status = min(operation["responses"])
        like = CALLS[ANSWERED_LIKE[name]] if name in ANSWERED_LIKE else operation
        content = like["responses"][status]["content"]["application/json"]
        headers = {"Location": "http://files/1"} if status == "303" else {}
        body = content.get("example", DOCUMENT)
        return httpx.Response(int(status), json=body, headers=headers)

    transport = httpx.MockTransport(answer)
    client = connect(token=Token("token-1", 9e9, 9e9), transport=transport)
    result = getattr(client, name)(**arguments_of(name) | OF_CALL.get(call, {}) | changes)
    return result, seen["login" if name == "login" else "call"]


@pytest.mark.parametrize(("name", "call"), methods_of(Client))
def test_a_method_gives_every_parameter_and_reads_the_answer(
    connect: Connect, name: str, call: str
) -> None:
    result, request = made(connect, name, call, {})
    assert result is not None or name.startswith(("delete", "logout"))
    verb, path = call.split(" ")
    assert request.method == verb
    asked = parameters_of(CALLS[call]) - NOT_GIVEN.keys()
    assert given_in(request, path) == (asked & {*arguments_of(name)} if call in IN_PARTS else asked)


@pytest.mark.parametrize(
    ("name", "call"), [each for each in methods_of(Client) if DAYS & {*arguments_of(each[0])}]
)
def test_every_method_takes_days_of_every_type(connect: Connect, name: str, call: str) -> None:
    def request(convert: Callable[[date], Any]) -> tuple[httpx.URL, bytes]:
        names = DAYS & {*arguments_of(name)}
        days = {each: convert(date.fromisoformat(str(ARGUMENTS[each]))) for each in names}
        _, sent = made(connect, name, call, days)
        return sent.url, sent.content

    plain = request("{:%Y%m%d}".format)
    assert request("{:%Y-%m-%d}".format) == plain
    assert request(lambda day: day) == plain
    assert request(lambda day: datetime(day.year, day.month, day.day, 15, tzinfo=UTC)) == plain
    assert request(lambda day: int(f"{day:%Y%m%d}")) == plain


def test_both_clients_have_the_same_methods() -> None:
    def public(client: type) -> dict[str, str]:
        methods = inspect.getmembers(client, inspect.isfunction)
        signatures = {
            name.replace("aclose", "close"): str(inspect.signature(method))
            for name, method in methods
            if not name.startswith("_")
        }
        return {
            name: text.replace("_async", "_sync")
            .replace("Async", "")
            .replace(", None, None]", ", None]")
            for name, text in signatures.items()
        }

    assert public(Client) == public(AsyncClient)
