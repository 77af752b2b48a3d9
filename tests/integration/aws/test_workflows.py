"""Executions: started once, looked at, stopped."""

import pytest

from marketdata.aws import workflows
from marketdata.aws.clients import client
from tests.support.cloud import Cloud


@pytest.fixture
def machine(cloud: Cloud) -> str:
    definition = '{"StartAt": "Wait", "States": {"Wait": {"Type": "Succeed"}}}'
    role = "arn:aws:iam::123456789012:role/machine"
    made = client("stepfunctions").create_state_machine(
        name="machine", definition=definition, roleArn=role
    )
    return made["stateMachineArn"]


def test_executions(machine: str) -> None:
    execution = workflows.start_execution(machine, "task-1", {"task_id": 1})
    assert workflows.start_execution(machine, "task-1", {"task_id": 1}) == execution
    assert workflows.execution_status(execution) == "RUNNING"
    workflows.stop_execution(execution, "cancelled")
    assert workflows.execution_status(execution) == "ABORTED"


def test_an_execution_that_nobody_knows(machine: str) -> None:
    unknown = machine.replace("stateMachine", "execution") + ":task-7"
    assert workflows.execution_status(unknown) == "ABORTED"
    workflows.stop_execution(unknown, "cancelled")
