"""From an event to a call and back."""

import io
import json
from collections.abc import Callable
from typing import Annotated, Any
from uuid import uuid4

import pytest
from aws_lambda_powertools import Logger
from pydantic import Field

from marketdata import errors
from marketdata.api import failures, wire
from marketdata.api.call import BODY_LIMIT, Headers
from marketdata.api.parameters import Parameters
from marketdata.api.router import Answer, Call, Role, Router
from tests.support.events import ADMIN, USER, proxy_event, read


class Search(Parameters):
    word: str
    page: Annotated[int, Field(ge=1)] = 1


class Body(Parameters):
    word: str


def make_router() -> Router:
    router = Router()

    @router.get("/words", query=Search, summary="查找")
    def search(call: Call[Search]) -> Answer:
        return Answer.success([call.parameters.word, call.parameters.page, call.user.user_id])

    @router.get("/words/{word}", role=None)
    def show(call: Call[None]) -> Answer:
        shown = [call.path["word"], call.headers["ACCEPT"], call.headers.get("x-none")]
        return Answer.success(shown, meta={"id": call.request_id}, message="看")

    @router.post("/words", body=Body, role=Role.ADMIN)
    def add(call: Call[Body]) -> Answer:
        return Answer.success(call.parameters.word, status=201, headers={"ETag": "1"})

    @router.post("/words/{word}/cancel")
    def cancel(call: Call[None]) -> Answer:
        return Answer.encoded(b"", status=304)

    return router


handler = make_router().handler


def ask(method: str, resource: str, **event: Any) -> tuple[int, Any]:
    response = handler(proxy_event(method, resource, **event), None)
    assert response["headers"]["Content-Type"] == "application/json; charset=utf-8"
    envelope = read(response)
    assert envelope["code"] == response["statusCode"]
    return response["statusCode"], envelope


def test_a_query() -> None:
    status, envelope = ask("GET", "/words", query={"word": "k", "page": "2"}, user=USER)
    assert (status, envelope) == (200, {"code": 200, "message": "success", "data": ["k", 2, 7]})


def test_a_public_path() -> None:
    event = {"path": {"word": "线"}, "headers": {"accept": "*/*"}}
    assert ask("GET", "/words/{word}", **event)[1] == {
        "code": 200,
        "message": "看",
        "data": ["线", "*/*", ""],
        "meta": {"id": "request-1"},
    }


def test_a_body() -> None:
    response = handler(proxy_event("POST", "/words", body={"word": "k"}, user=ADMIN), None)
    assert response["statusCode"] == 201
    assert response["headers"]["ETag"] == "1"
    assert read(response)["data"] == "k"


def test_a_body_that_is_not_base64() -> None:
    event = proxy_event("POST", "/words", user=ADMIN)
    event |= {"body": '{"word": "k"}', "isBase64Encoded": False}
    assert handler(event, None)["statusCode"] == 201


def test_an_answer_without_a_body() -> None:
    response = handler(proxy_event("POST", "/words/{word}/cancel", user=USER), None)
    assert (response["statusCode"], response["body"]) == (304, "")


def test_a_call_by_nobody_has_no_user() -> None:
    call = Call(None, None, {}, Headers({"If-None-Match": "1"}), "request-1", "")
    assert "if-none-match" in call.headers
    assert "ETag" not in call.headers
    with pytest.raises(errors.UnauthorizedError):
        _ = call.user


def test_the_routes_are_known() -> None:
    route = make_router().routes["GET", "/words"]
    assert (route.method, route.path, route.source) == ("GET", "/words", "query")
    assert (route.model, route.role, route.summary) == (Search, Role.USER, "查找")


def test_nobody_is_unauthorized() -> None:
    assert ask("GET", "/words", query={"word": "k"})[0] == 401


def test_a_user_is_no_admin() -> None:
    status, envelope = ask("POST", "/words", body={}, user=USER)
    assert (status, envelope["message"]) == (403, "this needs the role admin")
    assert envelope["data"] is None


def test_an_admin_is_a_user() -> None:
    assert ask("GET", "/words", query={"word": "k"}, user=ADMIN)[0] == 200


def test_unknown_paths_and_methods() -> None:
    assert ask("GET", "/sentences")[0] == 404
    response = handler(proxy_event("DELETE", "/words"), None)
    assert (response["statusCode"], response["headers"]["Allow"]) == (405, "GET, POST")


def test_wrong_parameters() -> None:
    assert ask("GET", "/words", query={"page": "0", "wrod": "k"}, user=USER) == (
        400,
        {
            "code": 400,
            "message": "word: is required; page: must be at least 1; "
            "wrod: is not a parameter of this call",
            "data": None,
            "key": "invalid_parameters",
            "params": {},
            "errors": [
                {"field": "word", "reason": "is required", "key": "required", "params": {}},
                {
                    "field": "page",
                    "reason": "must be at least 1",
                    "key": "too_small",
                    "params": {"least": 1},
                },
                {
                    "field": "wrod",
                    "reason": "is not a parameter of this call",
                    "key": "unknown_parameter",
                    "params": {},
                },
            ],
        },
    )


@pytest.mark.parametrize(
    ("method", "resource"), [("POST", "/words"), ("POST", "/words/{word}/cancel")]
)
def test_a_post_takes_nothing_in_its_query(method: str, resource: str) -> None:
    event = {"query": {"force": "1"}, "body": {"word": "k"}, "user": ADMIN}
    status, envelope = ask(method, resource, **event)
    assert (status, envelope["errors"][0]["field"]) == (400, "force")


def test_a_parameter_given_twice() -> None:
    status, envelope = ask("GET", "/words", query={"word": ["a", "b"]}, user=USER)
    assert (status, envelope["message"]) == (400, "word: is given more than once")


def test_a_body_that_is_no_json() -> None:
    status, envelope = ask("POST", "/words", raw_body=b"{nope", user=ADMIN)
    assert (status, envelope["errors"][0]["field"]) == (400, "body")
    assert ask("POST", "/words", user=ADMIN)[0] == 400


@pytest.mark.parametrize("encoded", [True, False])
def test_a_body_over_the_limit_is_refused_before_it_is_parsed(encoded: bool) -> None:
    fits = b'{"word": "k"}'.ljust(BODY_LIMIT)
    for body, wanted in ((fits, 201), (fits + b" ", 413), (b"{nope".ljust(BODY_LIMIT + 1), 413)):
        event = proxy_event("POST", "/words", raw_body=body, user=ADMIN)
        if not encoded:
            event |= {"body": body.decode(), "isBase64Encoded": False}
        response = handler(event, None)
        assert response["statusCode"] == wanted
    message = "the request is larger than 4 MB (4194304 bytes)"
    keyed = {"key": "request_too_large", "params": {}}
    assert read(response) == {"code": 413, "message": message, "data": None, **keyed}


def test_a_body_at_the_limit_fits_into_lambdas_event() -> None:
    event = proxy_event("POST", "/words", raw_body=bytes(BODY_LIMIT), user=ADMIN)
    everything_else = 64 * 2**10
    assert len(json.dumps(event)) + everything_else < 6 * 2**20


def test_the_answer_to_a_flood_of_errors_is_small() -> None:
    body = {f"{'x' * 1000}{index}": index for index in range(1000)}
    status, envelope = ask("POST", "/words", body=body, user=ADMIN)
    assert status == 400
    assert len(envelope["errors"]) == 20
    assert len(json.dumps(envelope)) < 20_000


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    stream = io.StringIO()
    # Powertools keeps one logger, and its stream, for each service's name.
    logger = Logger(service=uuid4().hex, stream=stream)
    monkeypatch.setattr(failures, "_logger", lambda: logger)
    return stream


def raising(error: Exception) -> Callable[[Call[None]], Answer]:
    def handle(_: Call[None]) -> Answer:
        raise error

    return handle


def answer_to(error: Exception) -> dict[str, Any]:
    router = Router()
    router.get("/fails", role=None)(raising(error))
    return router.handler(proxy_event("GET", "/fails"), None)


@pytest.mark.parametrize(
    ("error", "status", "headers"),
    [
        (errors.InvalidInputError("codes", "must be codes"), 400, {}),
        (errors.UnauthorizedError("why"), 401, {}),
        (errors.ForbiddenError("why"), 403, {}),
        (errors.NotFoundError("why"), 404, {}),
        (errors.ConflictError("why"), 409, {}),
        (errors.TooLargeError("why"), 413, {}),
        (errors.TooManyRequestsError("why", 60), 429, {"Retry-After": "60"}),
        (errors.UpstreamBusyError("why"), 503, {"Retry-After": "5"}),
        (errors.UpstreamTimeoutError("why"), 503, {"Retry-After": "5"}),
        (errors.UpstreamFaultError("why"), 502, {}),
    ],
)
def test_errors_on_purpose(error: Exception, status: int, headers: dict[str, str]) -> None:
    response = answer_to(error)
    assert response["statusCode"] == status
    assert headers.items() <= response["headers"].items()
    envelope = read(response)
    assert (envelope["code"], envelope["message"], envelope["data"]) == (status, str(error), None)


@pytest.mark.parametrize(
    "error",
    [
        RuntimeError("the cause"),
        ZeroDivisionError("the cause"),
        errors.BlockCorruptError("the cause"),
        errors.VersionConflictError("the cause"),
        errors.MarketDataError("the cause"),
    ],
)
def test_the_cause_of_a_fault_is_in_the_log_alone(error: Exception, log: io.StringIO) -> None:
    response = answer_to(error)
    assert read(response) == {
        "code": 500,
        "message": "internal server error",
        "data": None,
        "key": "internal_error",
        "params": {},
        "request_id": "request-1",
    }
    assert "cause" not in json.dumps(response)
    assert "Traceback" not in json.dumps(response)
    logged = json.loads(log.getvalue())
    assert logged["request_id"] == "request-1"
    assert "the cause" in logged["exception"]


def test_a_fault_in_sending_is_a_fault_too(
    monkeypatch: pytest.MonkeyPatch, log: io.StringIO
) -> None:
    def fail(body: bytes, content_type: str, coding: str) -> str:
        raise ConnectionError("the bucket")

    monkeypatch.setattr(wire, "park", fail)
    router = Router()
    router.get("/big", role=None)(lambda _: Answer.success("x" * 7_000_000))
    response = router.handler(proxy_event("GET", "/big"), None)
    assert (response["statusCode"], "bucket" in response["body"]) == (500, False)
    assert "the bucket" in log.getvalue()


def test_a_parameter_error_inside_a_handler_is_a_fault(log: io.StringIO) -> None:
    router = Router()
    router.get("/odd", role=None)(lambda _: Answer.success(Body.model_validate({})))
    assert router.handler(proxy_event("GET", "/odd"), None)["statusCode"] == 500
    assert "ValidationError" in log.getvalue()
