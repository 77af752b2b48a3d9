"""EventBridge's schedules on moto, as the template declares them."""

import pytest

from marketdata import deployment
from marketdata.aws.clients import client
from tests.support.policies import resolve
from tests.support.translated import deployed


def deploy_schedules(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make all of the template's schedules, and have the process know them."""
    schedules = deployed().of_type("Scheduler::Schedule")
    for name, schedule in schedules.items():
        target = schedule["Target"]
        client("scheduler").create_schedule(
            Name=name,
            Description=schedule["Description"],
            ScheduleExpression=schedule["ScheduleExpression"],
            ScheduleExpressionTimezone=schedule["ScheduleExpressionTimezone"],
            State="ENABLED",
            FlexibleTimeWindow={"Mode": "OFF"},
            Target={
                "Arn": resolve(target["Arn"]),
                "RoleArn": "arn:aws:iam::123456789012:role/schedules",
                "Input": target["Input"],
            },
        )
    monkeypatch.setenv("SCHEDULES", ",".join(schedules))
    deployment.reset()
