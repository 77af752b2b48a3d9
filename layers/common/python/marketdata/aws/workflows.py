"""Executions of state machines: start one, get its status, stop it."""

import orjson

from marketdata.aws.clients import client


def start_execution(machine: str, name: str, event: dict[str, object]) -> str:
    """Start an execution and return its ARN.

    A second start under the same name with the same event returns the first one's ARN.
    """
    answer = client("stepfunctions").start_execution(
        stateMachineArn=machine, name=name, input=orjson.dumps(event).decode()
    )
    return answer["executionArn"]


def execution_status(execution: str) -> str:
    """Return an execution's status: RUNNING, SUCCEEDED, FAILED, TIMED_OUT or ABORTED.

    An execution that Step Functions does not know, or no longer knows, counts as ABORTED.
    """
    stepfunctions = client("stepfunctions")
    try:
        return stepfunctions.describe_execution(executionArn=execution)["status"]
    except stepfunctions.exceptions.ExecutionDoesNotExist:
        return "ABORTED"


def stop_execution(execution: str, cause: str) -> None:
    """Stop an execution; do nothing if there is none or it has ended."""
    stepfunctions = client("stepfunctions")
    try:
        stepfunctions.stop_execution(executionArn=execution, cause=cause)
    except stepfunctions.exceptions.ExecutionDoesNotExist:
        return
