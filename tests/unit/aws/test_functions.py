"""Calling another function: each way in which it may end."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

import pytest

from marketdata.aws import functions
from marketdata.aws.functions import invoke
from marketdata.errors import (
    UpstreamBusyError,
    UpstreamError,
    UpstreamFaultError,
    UpstreamTimeoutError,
)
from tests.support.cloud import forget_clients
from tests.support.refusals import (
    ClientError,
    EndpointConnectionError,
    ReadTimeoutError,
    refusal,
)

SECRET = "secret-7f3a"


@dataclass
class FakeLambda:
    """Answers as told."""

    body: Any = None
    error: str = ""
    failure: Exception | None = None
    asked: list[dict[str, Any]] = field(default_factory=list)

    def invoke(self, **request: Any) -> dict[str, Any]:
        self.asked.append(request)
        if self.failure:
            raise self.failure
        answer: dict[str, Any] = {"Payload": BytesIO(json.dumps(self.body).encode())}
        return answer | ({"FunctionError": self.error} if self.error else {})

    def close(self) -> None:
        """Keep no connection."""


@pytest.fixture
def caller(monkeypatch: pytest.MonkeyPatch) -> FakeLambda:
    made = FakeLambda()
    monkeypatch.setattr(functions, "_caller", lambda _: made)
    return made


def test_an_answer(caller: FakeLambda) -> None:
    caller.body = {"bars": 3}
    assert invoke("upstream", {"codes": ["600000.SH"]}, 20) == {"bars": 3}
    (request,) = caller.asked
    assert request["FunctionName"] == "upstream"
    assert json.loads(request["Payload"]) == {"codes": ["600000.SH"]}


@pytest.mark.parametrize(
    ("failure", "error"),
    [
        (refusal("TooManyRequestsException"), UpstreamBusyError),
        (refusal("ReservedFunctionConcurrentInvocationLimitExceeded"), UpstreamBusyError),
        (refusal("429"), UpstreamBusyError),
        (
            ClientError(
                {
                    "Error": {"Message": SECRET},
                    "ResponseMetadata": {
                        "HTTPStatusCode": 429,
                        "RequestId": "",
                        "HostId": "",
                        "HTTPHeaders": {},
                        "RetryAttempts": 0,
                    },
                },
                "Invoke",
            ),
            UpstreamBusyError,
        ),
        (ReadTimeoutError(endpoint_url=SECRET), UpstreamTimeoutError),
        (EndpointConnectionError(endpoint_url=SECRET), UpstreamError),
        (refusal("ServiceException"), UpstreamError),
        (refusal("AccessDeniedException"), UpstreamError),
    ],
)
def test_a_call_that_fails_is_an_error_of_the_upstream(
    caller: FakeLambda, failure: Exception, error: type[UpstreamError]
) -> None:
    caller.failure = failure
    with pytest.raises(UpstreamError) as caught:
        invoke("upstream", {}, 20)
    assert caught.type is error
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("UpstreamBusyError", UpstreamBusyError),
        ("UpstreamTimeoutError", UpstreamTimeoutError),
        ("UpstreamFaultError", UpstreamFaultError),
    ],
)
def test_our_own_error_arrives_as_it_was(
    caller: FakeLambda, name: str, error: type[UpstreamError]
) -> None:
    caller.error = "Unhandled"
    caller.body = {"errorType": name, "errorMessage": "no table", "stackTrace": [SECRET]}
    with pytest.raises(UpstreamError, match=r"^no table$") as caught:
        invoke("upstream", {}, 20)
    assert caught.type is error


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({"errorType": "KeyError", "errorMessage": SECRET}, UpstreamFaultError),
        ({"errorType": "Runtime.ExitError", "errorMessage": SECRET}, UpstreamFaultError),
        ({"errorMessage": SECRET}, UpstreamFaultError),
        ({"errorType": "Sandbox.Timedout", "errorMessage": SECRET}, UpstreamTimeoutError),
    ],
)
def test_of_any_other_error_nothing_is_said(
    caller: FakeLambda, body: dict[str, str], error: type[UpstreamError]
) -> None:
    caller.error, caller.body = "Unhandled", body
    with pytest.raises(UpstreamError) as caught:
        invoke("upstream", {}, 20)
    assert caught.type is error
    assert SECRET not in str(caught.value)


@pytest.fixture
def callers() -> Iterator[None]:
    forget_clients()
    yield
    forget_clients()


def test_limits_of_the_same_second_share_a_client(
    callers: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A read passes on what is left of its deadline: never the same number twice."""
    made = []

    def make(_service: str, config: Any) -> FakeLambda:
        made.append(config)
        return FakeLambda(body=None)

    monkeypatch.setattr("boto3.client", make)
    for seconds in (19.99, 19.5, 19.01, 0.3, 1.7):
        invoke("upstream", {}, seconds)
    assert [config.read_timeout for config in made] == [19, 1]
    assert {config.retries["total_max_attempts"] for config in made} == {1}
