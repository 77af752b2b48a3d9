"""What the functions may do: everything that they do, as the template grants it.

No emulator enforces IAM, so a statement that is missing shows on AWS only. Here every request that
a function sends, in a run through all of its work, is held against its own statements.
"""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import ContextVar, copy_context
from fnmatch import fnmatchcase
from importlib import import_module
from typing import Any

import pytest

from marketdata import deployment
from marketdata.aws import functions
from marketdata.aws.clients import client
from marketdata.blocks import store
from marketdata.tasks import batching
from tests.integration.market import WEEKS, open_market, put_bars, put_securities, rows
from tests.support.emulation import join
from tests.support.events import ADMIN, proxy_event
from tests.support.faults import Event, Fault, Handler
from tests.support.service import Service

ENVIRONMENT = {
    "${AWS::Partition}": "aws",
    "${AWS::Region}": "us-east-1",
    "${AWS::AccountId}": "123456789012",
}

type Request = tuple[str, str, str]
"""A function, an action and a resource."""

STEPS = ("plan_task", "detect_missing", "finish_task", "upstream")

at_work: ContextVar[str] = ContextVar("at_work", default="")


def resolved(resource: Any) -> list[str]:
    """Give a statement's resources with logical names in the place of ARNs."""
    if isinstance(resource, list):
        return [name for each in resource for name in resolved(each)]
    text: str = next(iter(resource.values()))
    for placeholder, value in ENVIRONMENT.items():
        text = text.replace(placeholder, value)
    for suffix in (".Arn", ".Name"):
        text = text.replace(f"{suffix}}}", "}").removesuffix(suffix)
    return [text.replace("${", "").replace("}", "")]


def granted(template: dict[str, Any], function: str) -> list[tuple[str, str]]:
    """List what a function may do: actions and patterns of resources."""
    (properties,) = [
        resource["Properties"]
        for resource in template["Resources"].values()
        if resource["Properties"].get("CodeUri") == f"functions/{function}"
    ]
    return [
        (statement["Action"], name)
        for policy in properties.get("Policies", [])
        for statement in policy["Statement"]
        for name in resolved(statement["Resource"])
    ]


def needed(operation: str, request: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Name the actions and resources that IAM would look at."""
    match operation:
        case "TransactWriteItems":
            for item in request["TransactItems"]:
                ((kind, write),) = item.items()
                yield f"dynamodb:{kind}Item", write["TableName"]
        case "BatchGetItem":
            for table in request["RequestItems"]:
                yield "dynamodb:BatchGetItem", table
        case "ListObjectsV2":
            yield "s3:ListBucket", "Bucket"
        case "Invoke":
            yield "lambda:InvokeFunction", request["FunctionName"]
        case _:
            yield _named_alike(operation, request)


def _named_alike(operation: str, request: dict[str, Any]) -> tuple[str, str]:
    if "TableName" in request:
        index = f"/index/{request['IndexName']}" if "IndexName" in request else ""
        return f"dynamodb:{operation}", request["TableName"] + index
    if "Key" in request:
        return f"s3:{operation}", f"Bucket/{request['Key']}"
    if "stateMachineArn" in request:
        return f"states:{operation}", request["stateMachineArn"].rpartition(":")[2]
    return f"states:{operation}", request["executionArn"]


@pytest.fixture
def requests(service: Service, monkeypatch: pytest.MonkeyPatch) -> Iterator[set[Request]]:
    """Note each request that a function sends, whichever of its threads sends it."""
    noted: set[Request] = set()

    def note(params: dict[str, Any], model: Any, **_: Any) -> None:
        if function := at_work.get():
            noted.update((function, *each) for each in needed(model.name, params))

    def submit(pool: ThreadPoolExecutor, work: Any, *args: Any, **named: Any) -> Future[Any]:
        return original_submit(pool, copy_context().run, work, *args, **named)

    def noting(function: str) -> Fault:
        def serve(handle: Handler, event: Event) -> Any:
            token = at_work.set(function)
            try:
                return handle(event)
            finally:
                at_work.reset(token)

        return serve

    original_submit = ThreadPoolExecutor.submit
    monkeypatch.setattr(ThreadPoolExecutor, "submit", submit)
    service.faults |= {function: noting(function) for function in STEPS}
    listening: list[Any] = [client("dynamodb"), client("s3"), client("stepfunctions")]
    callers = {seconds: functions._caller(seconds) for seconds in range(1, 26)}
    monkeypatch.setattr(functions, "_caller", callers.__getitem__)
    listening += callers.values()
    for each in listening:
        each.meta.events.register("before-parameter-build", note)
    yield noted
    for each in listening:
        each.meta.events.unregister("before-parameter-build", note)


def ask(function: str, method: str, resource: str, **event: Any) -> dict[str, Any]:
    """Send a request to an API function in a new process, and note what it does for it."""
    deployment.reset()
    token = at_work.set(function)
    try:
        handler = import_module(f"functions.{function}.app").handler
        response: dict[str, Any] = handler(proxy_event(method, resource, user=ADMIN, **event), None)
    finally:
        at_work.reset(token)
    assert response["statusCode"] in {200, 303, 404, 409}, response
    return response


def work_through(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have every function do everything it does."""
    monkeypatch.setattr(store, "INLINE_BYTES", 10)
    monkeypatch.setattr("marketdata.api.wire.ROOM", 200)
    open_market(service)
    put_bars(service, "600000.SH", [row | {"low": -1.0} for row in rows("600000.SH")])
    query = {"codes": "600000.SH,600004.SH", "start_date": "20200101", "end_date": "20200110"}
    days = {"start_date": "20200101", "end_date": "20200110"}
    ask("base", "GET", "/base/codes", query={"security_type": "EXTRA_STOCK_A"})
    ask("stock", "GET", "/stock/kline", query=query)
    ask("stock", "GET", "/stock/kline/{code}/chart", path={"code": "600000.SH"}, query=days)
    ask("future", "GET", "/future/kline", query=query)
    ask("cache", "POST", "/cache/fill-missing", body=WEEKS | {"codes": ["600000.SH"]})
    one = {"task_id": "1"}
    join()
    ask("cache", "POST", "/cache/tasks/{task_id}/retry", path=one)
    ask("cache", "POST", "/cache/detect-all-missing", body=WEEKS)
    join()
    ask("cache", "POST", "/cache/cache-all-missing", body=WEEKS)
    ask("cache", "POST", "/cache/tasks/{task_id}/cancel", path={"task_id": "3"})
    ask("cache", "GET", "/cache/tasks/{task_id}/result", path=one)
    ask("cache", "GET", "/cache/tasks")
    join()
    put_securities(service, "IF2001.CFE,a future,future,20191018,20200117")
    service.schedule("catalog")
    bars = [row | {"settle": row["close"], "open_interest": 9} for row in rows("600000.SH")]
    put_bars(service, "IF2001.CFE", bars, "future/daily")
    ask("cache", "POST", "/cache/fill-missing", body=WEEKS | {"security_type": "future"})
    join()
    ask("cache", "POST", "/cache/cache-all-missing", body=WEEKS | {"security_type": "future"})
    join()
    ask("cache", "GET", "/cache/main-contracts", query={"trade_date": "20200110"})
    for lost in list(service.cloud.bucket.keys("blocks/stock.daily/600004.SH/")):
        service.cloud.bucket.delete(lost)
    ask("cache", "POST", "/cache/verify", body=WEEKS)
    join()


def test_every_function_may_do_what_it_does(
    service: Service,
    requests: set[Request],
    template: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(batching, "CODES_A_BATCH", 1)
    work_through(service, monkeypatch)
    seen = {function for function, _, _ in requests}
    assert seen == {"base", "stock", "future", "cache", *STEPS}
    missing = {
        (function, action, resource)
        for function, action, resource in requests
        if not any(
            action == allowed and fnmatchcase(resource, pattern)
            for allowed, pattern in granted(template, function)
        )
    }
    assert missing == set()


def test_whoever_reads_objects_learns_that_one_is_missing(template: dict[str, Any]) -> None:
    for resource in template["Resources"].values():
        if resource["Type"] != "AWS::Serverless::Function":
            continue
        function = resource["Properties"]["CodeUri"].removeprefix("functions/")
        allowed = granted(template, function)
        if any(action == "s3:GetObject" for action, _ in allowed):
            assert ("s3:ListBucket", "Bucket") in allowed, function


def test_a_distributed_map_may_run_and_stop_its_items(template: dict[str, Any]) -> None:
    statements = template["Resources"]["FillMachine"]["Properties"]["Policies"][0]["Statement"]
    allowed = {each["Action"]: resolved(each["Resource"]) for each in statements}
    item = "arn:aws:states:us-east-1:123456789012:execution:AWS::StackName-fill/Fetch:0-1"
    assert allowed["states:StartExecution"]
    for action in ("states:DescribeExecution", "states:StopExecution"):
        assert any(fnmatchcase(item, pattern) for pattern in allowed[action])
