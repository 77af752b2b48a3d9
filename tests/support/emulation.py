"""Step Functions and Lambda in this process, as moto runs them."""

import json
import threading
import time
import traceback
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError  # noqa: TID251  what moto sees of a refusal
from moto.awslambda.exceptions import LambdaClientError
from moto.awslambda_simple.models import LambdaSimpleBackend
from moto.core.config import default_user_config
from moto.dynamodb.responses import DynamoHandler
from moto.stepfunctions.parser.asl.component.common.retry import retrier_decl
from moto.stepfunctions.parser.asl.component.state.exec.state_task import lambda_eval_utils
from moto.stepfunctions.parser.asl.component.state.wait.wait_function.wait_function import (
    WaitFunction,
)
from moto.stepfunctions.parser.models import stepfunctions_parser_backends

from marketdata.aws.clients import client
from tests.support.cloud import REGION
from tests.support.faults import BusyError, Event, Killed, wait_until
from tests.support.policies import resolve
from tests.support.template import TEMPLATE
from tests.support.translated import deployed

ACCOUNT = "123456789012"


def join() -> None:
    """Wait for all executions, which moto runs in threads."""
    machines = stepfunctions_parser_backends[ACCOUNT][REGION].state_machines
    wait_until(
        lambda: all(
            execution.status != "RUNNING"
            for machine in machines
            for execution in machine.executions
        )
    )


def emulate(
    serve: Callable[[str, Event], Any],
    template: dict[str, Any],
    naps: list[float],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Have executions run, and functions serve them.

    Parameters
    ----------
    serve : callable
        Runs the handler of a function, such as "plan_task", for an event.
    template : dict
        The template.
    naps : list of float
        Takes the seconds for which the state machines would wait between retries.
    monkeypatch : pytest.MonkeyPatch
        Undoes it.
    """
    monkeypatch.setitem(default_user_config, "stepfunctions", {"execute_state_machine": True})
    monkeypatch.setitem(default_user_config, "lambda", {"use_docker": False})
    _serve_functions(serve, template["Resources"], monkeypatch)
    _do_not_wait(naps, monkeypatch)
    write_atomically(monkeypatch)


def deploy(name: str) -> str:
    """Create a state machine, such as "FillMachine", filled in as the template says."""
    definition = f"{name.removesuffix('Machine').lower()}.asl.json"
    text = (TEMPLATE.parent / "statemachines" / definition).read_text()
    machine = deployed().resources[name]["Properties"]
    for placeholder, value in machine["DefinitionSubstitutions"].items():
        text = text.replace(f"${{{placeholder}}}", resolve(value))
    assert "${" not in text
    json.loads(text)
    role = f"arn:aws:iam::{ACCOUNT}:role/machine"
    made = client("stepfunctions").create_state_machine(name=name, definition=text, roleArn=role)
    return made["stateMachineArn"]


def _serve_functions(
    serve: Callable[[str, Event], Any], resources: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Answer invocations by the handlers, and failures in Lambda's own words."""

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


def _do_not_wait(naps: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    """Have retries follow almost at once, and name Lambda's refusals as Step Functions does."""

    def nap(seconds: float) -> None:
        naps.append(seconds)
        # Others have to get on meanwhile, or there would be no end of it.
        time.sleep(seconds / 100)

    monkeypatch.setattr(retrier_decl, "time", SimpleNamespace(sleep=nap))
    monkeypatch.setattr(
        WaitFunction, "_wait_interval", lambda _, env, wait_seconds: nap(wait_seconds)
    )
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
    """Serve one call after the other, as it seems of DynamoDB.

    Moto looks at a condition and writes in two steps, and even a read of it adds keys to a table.
    """
    lock, answer = threading.RLock(), DynamoHandler.call_action

    def locked(handler: DynamoHandler) -> Any:
        with lock:
            return answer(handler)

    monkeypatch.setattr(DynamoHandler, "call_action", locked)
