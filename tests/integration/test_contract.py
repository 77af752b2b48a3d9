"""Every call of every function: envelope, roles, errors, and answers as described."""

import json
import re
from collections.abc import Callable, Iterator
from itertools import product
from typing import Any

import pytest

from functions.auth import app as auth
from local.openapi.document import Key, routers, routes
from marketdata import deployment
from marketdata.api.parameters import CODE_SCHEMA, NAME_SCHEMA, NAMES_SCHEMA
from marketdata.api.principal import Role
from marketdata.api.schema import OPERATIONS
from marketdata.aws.clients import client
from marketdata.blocks.dataset import Kind, Period
from marketdata.catalog.constituents import Industry, Membership
from marketdata.errors import UpstreamFaultError
from marketdata.tasks.records import TaskRecords
from marketdata.tasks.scope import Scope
from marketdata.tasks.task import TaskKind, new_task
from tests.support.conformance import check_body, check_headers, described
from tests.support.emulation import join
from tests.support.events import ADMIN, USER, proxy_event, read
from tests.support.group_source import BANKS, HS300, Groups, with_groups
from tests.support.service import Service

ROUTES = routes()
HANDLERS: dict[Key, Callable[..., dict[str, Any]]] = {
    key: router.handler for router in routers() for key in router.routes
}
ENVELOPES = [key for key in ROUTES if not OPERATIONS[key].content]
LOGIN = ("POST", "/auth/login")
PASSWORD = ("POST", "/auth/password")
RETRY = ("POST", "/cache/tasks/{task_id}/retry")
DETECTED = ("GET", "/cache/tasks/{task_id}/result")
EXPORT = ("GET", "/exports/{dataset}/{part}")
MONTH = {"start_date": "20240101", "end_date": "20240131"}
NOT_THERE = {"code": "999999.SH", "industry": "999999.SI"}
NUMBER_NOT_THERE = "999999"

MEMBER = Membership("600000.SH", "20050408", None)
GROUPS = Groups(
    {HS300: [MEMBER], BANKS: [MEMBER]},
    days={"20240105": {MEMBER.code: 100.0}},
    industries=[Industry(BANKS, "银行", 1, None, "申万2021")],
)

GARBAGE = ("", "\x00", "⁇")
FREE_TEXTS: dict[tuple[Key, str], dict[str, int]] = {
    (LOGIN, "username"): {"⁇": 401},
    (LOGIN, "password"): {"\x00": 401, "⁇": 401},
    (("POST", "/auth/users"), "email"): {"": 200},
    (("PATCH", "/auth/users/{user_id}"), "email"): {"": 200},
    (("POST", "/configs/sdk"), "name"): {"⁇": 200},
    (("POST", "/configs/sdk"), "username"): {"⁇": 200},
    (("POST", "/configs/sdk"), "password"): {"⁇": 200},
    (("POST", "/configs/sdk"), "local_path"): {"": 200, "⁇": 200},
    (("PATCH", "/configs/sdk/{id}"), "name"): {"⁇": 200},
    (("PATCH", "/configs/sdk/{id}"), "username"): {"⁇": 200},
    (("PATCH", "/configs/sdk/{id}"), "password"): {"⁇": 200},
    (("PATCH", "/configs/sdk/{id}"), "local_path"): {"": 200, "⁇": 200},
    (("GET", "/base/securities"), "q"): {"": 200, "⁇": 200},
    (("GET", "/stock/kline"), "codes"): {"⁇": 404},
    (("GET", "/stock/status"), "codes"): {"⁇": 404},
    (("GET", "/future/kline"), "codes"): {"⁇": 404},
    (("GET", "/future/continuous"), "varieties"): {"⁇": 404},
    (("GET", "/finance/balance-sheet"), "codes"): {"⁇": 404},
    (("GET", "/finance/income"), "codes"): {"⁇": 404},
    (("GET", "/finance/cash-flow"), "codes"): {"⁇": 404},
    (("GET", "/cache/coverage"), "codes"): {"⁇": 200},
}
"""For each parameter that takes some garbage: the status of it. All others refuse it by a 400 that
names them."""

type Said = dict[str, Any]


@pytest.fixture
def everything(service: Service, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The synthetic market behind the whole service, and a key."""
    monkeypatch.setenv("UPSTREAM", "synthetic")
    monkeypatch.setenv("KMS_KEY", client("kms").create_key()["KeyMetadata"]["Arn"])
    monkeypatch.setenv("LOCAL_CLOUD", "true")
    deployment.reset()
    source = with_groups(deployment.source(), GROUPS)
    monkeypatch.setattr(deployment, "source", lambda: source)
    auth.handler(proxy_event("POST", "/auth/login", body=service.cloud.admin), None)
    yield
    deployment.reset()


def send(
    key: Key, said: Said, user: dict[str, str] | None, **more: Any
) -> tuple[int, dict[str, str], Any]:
    """Send a request whose parameters are given by name; see that its answer is described."""
    names = re.findall(r"{(\w+)}", key[1])
    others = {name: value for name, value in said.items() if name not in names}
    if ROUTES[key].source == "query":
        more["query"] = {name: str(value) for name, value in others.items()} | more.get("query", {})
    elif ROUTES[key].model:
        more["body"] = others
    path = {name: str(said[name]) for name in names}
    response = HANDLERS[key](proxy_event(*key, path=path, user=user, **more), None)
    body = read(response)
    assert response["headers"]["Content-Type"] == "application/json; charset=utf-8"
    assert response["headers"]["X-Content-Type-Options"] == "nosniff"
    assert body["code"] == response["statusCode"]
    check_body(key, response["statusCode"], body)
    check_headers(key, response["statusCode"], response["headers"])
    return response["statusCode"], response["headers"], body


def request(key: Key) -> Said:
    """Give the call's own example."""
    return dict(OPERATIONS[key].request)


def example(key: Key, service: Service) -> Said:
    """Give the call's own example, with a record that is there where it names one."""
    said = request(key)
    if key == LOGIN:
        return service.cloud.admin
    if key == PASSWORD:
        said["old_password"] = service.cloud.admin["password"]
    if key[1].startswith("/configs/sdk/{id}"):
        body = request(("POST", "/configs/sdk")) | {"host": "127.0.0.1", "port": 9}
        said["id"] = send(("POST", "/configs/sdk"), body, ADMIN)[2]["data"]["id"]
    if "task_id" in said:
        said["task_id"] = started(key, service)
    if key == EXPORT or key[1].endswith("/kline/day"):
        publish(service)
    return said


def publish(service: Service) -> None:
    """Fill a month of a stock and a contract, and publish it."""
    for security_type, code in (("stock", "600000.SH"), ("future", "IF2401.CFE")):
        kind = {"security_type": security_type, "period_type": "daily"}
        service.run("fill-missing", **kind, codes=[code], **MONTH)
        work = {"step": "publish", "dataset": f"{security_type}.daily", "year": "2024"}
        assert service.invoke("publish", work) == {"published": True}


def started(key: Key, service: Service) -> int:
    """Start a task and give its id: ended, running or failed, as the call wants it."""
    body = request(("POST", "/cache/fill-missing"))
    if key[1].endswith("/cancel"):
        return pending(service)
    if key == RETRY:
        service.faults["upstream"] = failing
    call = "detect-all-missing" if key == DETECTED else "fill-missing"
    task_id = service.start(call, **body)
    join()
    service.faults.clear()
    return task_id


def pending(service: Service) -> int:
    """Write the record of a task that was not started yet, and give its id."""
    scope = Scope(Kind.STOCK, Period.DAILY, "20240101", "20240131")
    task, _ = TaskRecords(service.cloud.control).claim(
        "request",
        lambda task_id: new_task(task_id, TaskKind.FILL, scope, "li", request="request"),
        lambda _: True,
    )
    return task.id


def failing(handle: Any, event: Any) -> Any:
    if event.get("operation") == "refresh_catalog":
        return handle(event)
    raise UpstreamFaultError("the source has a headache")


@pytest.mark.usefixtures("everything")
@pytest.mark.parametrize("key", ENVELOPES, ids=" ".join)
def test_the_example_of_the_call(service: Service, key: Key) -> None:
    said = example(key, service)
    status, _, body = send(key, said, ADMIN if ROUTES[key].role else None)
    assert status == OPERATIONS[key].status, body
    assert body["message"] == OPERATIONS[key].message
    join()


@pytest.mark.parametrize("key", [key for key in ROUTES if ROUTES[key].role], ids=" ".join)
def test_who_may(key: Key) -> None:
    said = request(key)
    assert send(key, said, None)[0] == 401
    if ROUTES[key].role is Role.ADMIN:
        assert send(key, said, USER)[0] == 403


@pytest.mark.parametrize("key", ENVELOPES, ids=" ".join)
def test_an_unknown_parameter(key: Key) -> None:
    said = request(key)
    status, _, body = send(key, said, ADMIN, query={"nonsense": "1"})
    assert status == 400
    [error] = body["errors"]
    assert (error["field"], error["key"]) == ("nonsense", "unknown_parameter")
    assert error["reason"] == "is not a parameter of this call"


def asked_for(key: Key) -> set[str]:
    """Name the parameters of a call that are no part of its path."""
    model = ROUTES[key].model
    return set(model.model_fields if model else ()) - set(re.findall(r"{(\w+)}", key[1]))


def test_the_free_texts_are_parameters() -> None:
    assert {(key, name) for key in ENVELOPES for name in asked_for(key)} >= FREE_TEXTS.keys()


@pytest.mark.usefixtures("everything")
@pytest.mark.parametrize("key", [key for key in ENVELOPES if asked_for(key)], ids=" ".join)
def test_every_parameter_is_checked(service: Service, key: Key) -> None:
    said = example(key, service)
    for name, wrong in product(sorted(asked_for(key)), GARBAGE):
        expected = FREE_TEXTS.get((key, name), {}).get(wrong, 400)
        status, _, body = send(key, said | {name: wrong}, ADMIN)
        assert status == expected, (name, wrong, body)
        if status == 400:
            assert [each["field"] for each in body["errors"]] == [name]


def numbers(key: Key) -> set[str]:
    """Name the whole numbers in a call's query."""
    said = described()["paths"][key[1]][key[0].lower()].get("parameters", [])
    return {
        each["name"]
        for each in said
        if each["in"] == "query" and each["schema"]["type"] == "integer"
    }


def test_there_are_numbers_in_queries() -> None:
    assert {name for key in ENVELOPES for name in numbers(key)} == {
        "page",
        "page_size",
        "limit",
        "revision",
        "since",
        "count",
    }


@pytest.mark.parametrize("key", [key for key in ENVELOPES if numbers(key)], ids=" ".join)
@pytest.mark.parametrize("wrong", ["1_0", "+5", " 5", "5 ", "５", "5.0", "1e1", "0x5", "9" * 5000])
def test_a_number_is_written_in_digits(key: Key, wrong: str) -> None:
    for name in numbers(key):
        status, _, body = send(key, request(key) | {name: wrong}, ADMIN)
        assert (status, [each["field"] for each in body["errors"]]) == (400, [name])


@pytest.mark.parametrize(
    "key", [key for key in ENVELOPES if ROUTES[key].source == "body" and asked_for(key)]
)
def test_a_field_that_is_given_twice(key: Key) -> None:
    path = {name: str(request(key)[name]) for name in re.findall(r"{(\w+)}", key[1])}
    said = {name: value for name, value in request(key).items() if name not in path}
    for name, value in said.items():
        twice = f"{json.dumps(said)[:-1]}, {json.dumps(name)}: {json.dumps(value)}}}".encode()
        event = proxy_event(*key, path=path, raw_body=twice, user=ADMIN)
        body = read(HANDLERS[key](event, None))
        [error] = body["errors"]
        assert (error["field"], error["reason"]) == (name, "is given more than once")


@pytest.mark.usefixtures("everything")
@pytest.mark.parametrize(
    "key", [key for key in ENVELOPES if "{" in key[1] and key != EXPORT], ids=" ".join
)
def test_what_the_path_names(key: Key) -> None:
    said = request(key)
    (name,) = re.findall(r"{(\w+)}", key[1])
    status, _, body = send(key, said | {name: "x"}, ADMIN)
    assert (status, body["errors"][0]["field"]) == (400, name)
    missing = NOT_THERE.get(name, NUMBER_NOT_THERE)
    assert send(key, said | {name: missing}, ADMIN)[0] == 404


@pytest.mark.usefixtures("everything")
@pytest.mark.parametrize(
    "path",
    [{"dataset": "x"}, {"part": "x"}, {"part": "1999"}, {"part": "20240102"}, {"revision": 7}],
)
def test_a_file_that_is_not_there(service: Service, path: Said) -> None:
    assert send(EXPORT, example(EXPORT, service) | path, USER)[0] == 404


@pytest.mark.usefixtures("everything")
@pytest.mark.parametrize(
    "key", [key for key in ROUTES if OPERATIONS[key].conditional], ids=" ".join
)
def test_an_answer_that_has_not_changed(service: Service, key: Key) -> None:
    said = example(key, service)
    send(key, said, USER)
    _, headers, _ = send(key, said, USER)
    etag = {"If-None-Match": headers["ETag"]}
    path = {name: said.pop(name) for name in re.findall(r"{(\w+)}", key[1])}
    body = said if ROUTES[key].source == "body" else None
    query = None if body else said
    event = proxy_event(*key, path=path, body=body, query=query, headers=etag, user=USER)
    response = HANDLERS[key](event, None)
    assert (response["statusCode"], response["body"]) == (304, "")
    check_headers(key, 304, response["headers"])


@pytest.mark.parametrize("key", [key for key in ENVELOPES if ROUTES[key].source == "body"])
@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff", b'{"a": NaN}'])
def test_a_body_that_is_none(key: Key, body: bytes) -> None:
    if ROUTES[key].model is None:
        return
    path = dict.fromkeys(re.findall(r"{(\w+)}", key[1]), "1")
    response = HANDLERS[key](proxy_event(*key, raw_body=body, path=path, user=ADMIN), None)
    assert response["statusCode"] == 400
    check_body(key, 400, json.loads(response["body"]))


def schemas(key: Key) -> dict[str, Said]:
    """Give the schema of each parameter of a call, wherever it is, by name."""
    said = described()["paths"][key[1]][key[0].lower()]
    found = {each["name"]: each["schema"] for each in said.get("parameters", [])}
    for content in said.get("requestBody", {}).get("content", {}).values():
        name = content["schema"]["$ref"].rpartition("/")[2]
        found |= described()["components"]["schemas"][name]["properties"]
    return found


CODE_NAMES = ("code", "codes", "industry", "universe")
TAKE_CODES = [(key, name) for key in ENVELOPES for name in CODE_NAMES if name in schemas(key)]
SPELLINGS = {
    "600000.SH": "xshg.600000",
    "000001.SZ": "sz000001",
    "000002.SZ": "SZ.000002",
    "000300.SH": "000300.SS",
    "801780.SI": "801780.si",
    "IF2401.CFE": "CFFEX.if2401",
}


def with_codes(key: Key, name: str, said: Said, texts: list[str]) -> Said:
    """Give a request of a call with other codes; single ones take the last one."""
    listed: Any = texts if ROUTES[key].source == "body" else ",".join(texts)
    other = {"universe": "codes", "codes": "universe"}.get(name)
    kept = {each: value for each, value in said.items() if each != other}
    return kept | {name: listed if name == "codes" else texts[-1]}


def test_every_parameter_that_is_called_a_code_is_read_as_one() -> None:
    patterns = [json.dumps(each["pattern"]) for each in (CODE_SCHEMA, NAME_SCHEMA, NAMES_SCHEMA)]
    read = [
        (key, name)
        for key in ENVELOPES
        for name, schema in schemas(key).items()
        if any(pattern in json.dumps(schema) for pattern in patterns)
    ]
    assert set(read) == set(TAKE_CODES)
    assert len({key for key, _ in read}) == 18


@pytest.mark.usefixtures("everything")
@pytest.mark.parametrize(("key", "name"), TAKE_CODES, ids=str)
def test_a_code_without_its_exchange_is_refused_with_its_candidates(key: Key, name: str) -> None:
    said = request(key)
    send(("GET", "/base/codes"), {"security_type": "EXTRA_STOCK_A"}, USER)
    reason = "000001 needs its exchange: 000001.SH (合成上证指数) or 000001.SZ (合成0151)"
    status, _, body = send(key, with_codes(key, name, said, ["600000.SH", "000001"]), ADMIN)
    assert (status, body["message"]) == (400, f"{name}: {reason}")
    named = ["000001.SH (合成上证指数)", "000001.SZ (合成0151)"]
    params = {"codes": ["000001"], "candidates": named}
    told = {"reason": reason, "key": "exchange_unclear", "params": params}
    assert body["errors"] == [{"field": name, **told}]


@pytest.mark.usefixtures("everything")
@pytest.mark.parametrize(("key", "name"), TAKE_CODES, ids=str)
def test_a_code_is_read_in_every_spelling(service: Service, key: Key, name: str) -> None:
    said = example(key, service)
    ours = said.get(name) or (HS300 if name == "universe" else "600000.SH")
    codes = ours if isinstance(ours, list) else str(ours).split(",")
    written = [SPELLINGS[code] for code in codes]
    plain = send(key, with_codes(key, name, said, codes), ADMIN)
    status, headers, body = send(key, with_codes(key, name, said, written), ADMIN)
    assert status == plain[0] == OPERATIONS[key].status
    if "meta" not in body:
        return
    read_as = dict(zip(written, codes, strict=True))
    assert body["data"] == plain[2]["data"]
    assert body["meta"].pop("codes_read_as") == read_as
    # The first answer may have been fetched just now, the second one never is.
    kept = {name: value for name, value in plain[2]["meta"].items() if name != "source"}
    assert {name: body["meta"][name] for name in kept} == kept
    assert body["meta"].keys() == plain[2]["meta"].keys()
    if OPERATIONS[key].conditional:
        assert headers["ETag"] != plain[1]["ETag"]
