"""State machines: start, look, stop."""

import orjson

from marketdata.aws.clients import client


def start_execution(machine: str, name: str, event: dict[str, object]) -> str:
    """Start an execution and give its ARN.

    A second start under the same name with the same event gives the first one's ARN.
    """
    answer = client("stepfunctions").start_execution(
        stateMachineArn=machine, name=name, input=orjson.dumps(event).decode()
    )
    return answer["executionArn"]


def execution_status(execution: str) -> str:
    """Give an execution's status: RUNNING, SUCCEEDED, FAILED, TIMED_OUT or ABORTED.

    An execution that Step Functions does not know (any more) counts as ABORTED.
    """
    stepfunctions = client("stepfunctions")
    try:
        return stepfunctions.describe_execution(executionArn=execution)["status"]
    except stepfunctions.exceptions.ExecutionDoesNotExist:
        return "ABORTED"


def stop_execution(execution: str, cause: str) -> None:
    """Stop an execution; nothing happens where there is none or it has ended."""
    stepfunctions = client("stepfunctions")
    try:
        stepfunctions.stop_execution(executionArn=execution, cause=cause)
    except stepfunctions.exceptions.ExecutionDoesNotExist:
        return
