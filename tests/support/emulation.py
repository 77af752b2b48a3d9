"""Step Functions and Lambda in this process, and every way in which an invocation may end."""

import json
import threading
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Self

import pytest
from botocore.exceptions import ClientError  # noqa: TID251  what moto sees of a refusal
from moto.awslambda.exceptions import LambdaClientError
from moto.awslambda_simple.models import LambdaSimpleBackend
from moto.stepfunctions.parser.asl.component.common.retry import retrier_decl
from moto.stepfunctions.parser.asl.component.state.exec.state_task import lambda_eval_utils
from moto.stepfunctions.parser.models import stepfunctions_parser_backends

from marketdata.aws.clients import client
from marketdata.aws.tables import Table
from tests.integration.conftest import REGION

ROOT = Path(__file__).parents[2]
ACCOUNT = "123456789012"
PATIENCE = 60.0

type Event = dict[str, Any]
type Handler = Callable[[Event], Any]
type Fault = Callable[[Handler, Event], Any]


class BusyError(Exception):
    """Lambda refuses the invocation: all permitted copies are at work."""


class Killed(BaseException):
    """The function's process dies in the middle of an invocation."""


def serve_plainly(handle: Handler, event: Event) -> Any:
    """Serve an invocation without any fault."""
    return handle(event)


class Gate:
    """Holds invocations up until it is opened, or left."""

    def __init__(self) -> None:
        self.reached = threading.Event()
        self.opened = threading.Event()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.opened.set()

    def __call__(self, handle: Handler, event: Event) -> Any:
        self.hold()
        return handle(event)

    def hold(self) -> None:
        self.reached.set()
        assert self.opened.wait(PATIENCE)


def wait_until(condition: Callable[[], bool]) -> None:
    """Wait for something that another thread brings about."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


def join() -> None:
    """Wait for all executions, which moto runs in threads."""
    machines = stepfunctions_parser_backends["123456789012"][REGION].state_machines
    wait_until(
        lambda: all(
            execution.status != "RUNNING"
            for machine in machines
            for execution in machine.executions
        )
    )


def deploy(name: str, template: dict[str, Any]) -> str:
    """Create a state machine from its definition, filled in as the template says."""
    machine = template["Resources"][name]["Properties"]
    text = (ROOT / machine["DefinitionUri"]).read_text()
    for placeholder, value in machine["DefinitionSubstitutions"].items():
        text = text.replace(f"${{{placeholder}}}", _resolve(value, template["Parameters"]))
    assert "${" not in text
    json.loads(text)
    role = f"arn:aws:iam::{ACCOUNT}:role/machine"
    made = client("stepfunctions").create_state_machine(name=name, definition=text, roleArn=role)
    return made["stateMachineArn"]


def _resolve(value: dict[str, str], parameters: dict[str, Any]) -> str:
    if "GetAtt" in value:
        return f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{value['GetAtt'].removesuffix('.Arn')}"
    if value["Ref"] == "AWS::Partition":
        return "aws"
    return str(parameters[value["Ref"]]["Default"])


def serve_functions(
    serve: Callable[[str, Event], Any], resources: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Answer invocations by the handlers, and failures in Lambda's own words.

    Parameters
    ----------
    serve : callable
        Runs the handler of a function, such as "plan_task", for an event.
    resources : dict
        The template's resources.
    monkeypatch : pytest.MonkeyPatch
        Undoes it.
    """

    def invoke(
        _self: object,
        function_name: str,
        _qualifier: str | None,
        body: str | bytes,
        _headers: object,
        response_headers: dict[str, str],
    ) -> bytes:
        resource = resources[function_name.rpartition(":")[2]]
        function = resource["Properties"]["CodeUri"].removeprefix("functions/")
        try:
            answer = serve(function, json.loads(body))
        except BusyError:
            raise _TooManyRequestsError from None
        except Killed:
            answer = {"errorType": "Runtime.ExitError", "errorMessage": "signal: killed"}
            response_headers["x-amz-function-error"] = "Unhandled"
        except Exception as error:  # noqa: BLE001  as Lambda does
            answer = {
                "errorType": type(error).__name__,
                "errorMessage": str(error),
                "stackTrace": traceback.format_tb(error.__traceback__),
            }
            response_headers["x-amz-function-error"] = "Unhandled"
        return json.dumps(answer).encode()

    monkeypatch.setattr(LambdaSimpleBackend, "invoke", invoke)


class _TooManyRequestsError(LambdaClientError):
    code = 429

    def __init__(self) -> None:
        super().__init__("TooManyRequestsException", "Rate Exceeded.")


def do_not_wait(naps: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    """Have retries follow at once, and name Lambda's refusals as Step Functions does."""
    monkeypatch.setattr(retrier_decl, "time", SimpleNamespace(sleep=naps.append))
    send = lambda_eval_utils._invoke_lambda_function

    def invoke(**parameters: Any) -> Any:
        try:
            return send(**parameters)
        except ClientError as error:
            name = f"Lambda.{error.response['Error']['Code']}"
            cause = json.dumps({"errorType": name, "errorMessage": "Rate Exceeded."})
            raise lambda_eval_utils.LambdaFunctionErrorException(name, cause) from error

    monkeypatch.setattr(lambda_eval_utils, "_invoke_lambda_function", invoke)


def write_atomically(monkeypatch: pytest.MonkeyPatch) -> None:
    """Write as DynamoDB does: moto looks at a condition and writes in two steps."""
    lock = threading.RLock()
    for name in ("write", "transact"):
        original = getattr(Table, name)

        def locked(*args: Any, _original: Callable[..., Any] = original, **named: Any) -> Any:
            with lock:
                return _original(*args, **named)

        monkeypatch.setattr(Table, name, locked)
