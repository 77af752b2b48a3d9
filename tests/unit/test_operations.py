"""What tells an operator of faults, as the template declares it: logs, queue, alarms, dashboard."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.template import parsed, resources

RESOURCES = resources()
OPERATIONS = (Path(__file__).parents[2] / "docs/operations.md").read_text()


def of_type(name: str) -> dict[str, Any]:
    return {
        key: each.get("Properties", {})
        for key, each in RESOURCES.items()
        if each["Type"] == f"AWS::{name}"
    }


FUNCTIONS = of_type("Serverless::Function")
MACHINES = of_type("Serverless::StateMachine")
GROUPS = of_type("Logs::LogGroup")
ALARMS = of_type("CloudWatch::Alarm")


def watched(alarm: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    """List what an alarm looks at: namespace, metric and dimensions."""
    metrics = [
        each["MetricStat"]["Metric"] for each in alarm.get("Metrics", ()) if "MetricStat" in each
    ]
    return [
        (
            each["Namespace"],
            each["MetricName"],
            {name["Name"]: name["Value"] for name in each["Dimensions"]},
        )
        for each in metrics or [alarm]
    ]


def behind_the_api() -> Iterator[str]:
    """Name the functions that API Gateway calls."""
    (authorizer,) = RESOURCES["Api"]["Properties"]["Auth"]["Authorizers"].values()
    yield authorizer["FunctionArn"]["Ref"].removesuffix(".Alias")
    for name, function in FUNCTIONS.items():
        if any(event["Type"] == "Api" for event in function.get("Events", {}).values()):
            yield name


def test_every_function_logs_into_a_group_of_the_stack() -> None:
    group = parsed()["Globals"]["Function"]["LoggingConfig"]["LogGroup"]["Ref"]
    assert group in GROUPS
    assert not [name for name, function in FUNCTIONS.items() if "LoggingConfig" in function]


@pytest.mark.parametrize("name", MACHINES)
def test_every_state_machine_logs_what_fails(name: str) -> None:
    logging = MACHINES[name]["Logging"]
    assert logging["Level"] == "ERROR"
    (destination,) = logging["Destinations"]
    group = destination["CloudWatchLogsLogGroup"]["LogGroupArn"]["GetAtt"].removesuffix(".Arn")
    # So CloudWatch's policy, which has room for few groups, names it by its beginning.
    assert GROUPS[group]["LogGroupName"]["Sub"].startswith("/aws/vendedlogs/states/")
    allowed = {
        action
        for policy in MACHINES[name]["Policies"]
        for statement in policy.get("Statement", ())
        if statement["Resource"] == "*"
        for action in statement["Action"]
    }
    assert {"logs:CreateLogDelivery", "logs:PutResourcePolicy"} <= allowed


@pytest.mark.parametrize("name", GROUPS)
def test_every_log_is_kept_for_a_while_and_no_name_is_taken_twice(name: str) -> None:
    assert GROUPS[name]["RetentionInDays"] == {"Ref": "LogRetentionDays"}
    assert (
        "${AWS::StackName}" in GROUPS[name].get("LogGroupName", {"Sub": "${AWS::StackName}"})["Sub"]
    )


def test_the_access_log_has_no_secrets() -> None:
    condition, setting, nothing = RESOURCES["Api"]["Properties"]["AccessLogSetting"]["If"]
    assert condition == "LogsAccess"
    assert nothing == {"Ref": "AWS::NoValue"}
    line = json.loads(setting["Format"])
    assert line["request_id"] == "$context.requestId"
    assert all(value.startswith("$context.") for value in line.values())
    # A path may hold anything; API Gateway's own words for a user's token are these.
    assert not re.search(r"context\.(path|authorizer\.token|identity\.(apiKey|user))\b", str(line))


def schedules() -> dict[str, Any]:
    return {
        f"{machine}: {name}": event["Properties"]
        for machine, properties in MACHINES.items()
        for name, event in properties.get("Events", {}).items()
        if event["Type"] == "ScheduleV2"
    }


@pytest.mark.parametrize("schedule", schedules().values(), ids=schedules())
def test_a_schedule_that_cannot_start_leaves_a_message(schedule: dict[str, Any]) -> None:
    queue = schedule["DeadLetterConfig"]["Arn"]["GetAtt"].removesuffix(".Arn")
    assert of_type("SQS::Queue")[queue]["SqsManagedSseEnabled"] is True
    assert 0 < schedule["RetryPolicy"]["MaximumEventAgeInSeconds"] <= 3600
    assert ("AWS/SQS", "ApproximateNumberOfMessagesVisible") in {
        (namespace, metric)
        for alarm in ALARMS.values()
        for namespace, metric, dimensions in watched(alarm)
        if dimensions.get("QueueName") == {"GetAtt": f"{queue}.QueueName"}
    }


@pytest.mark.parametrize("name", ALARMS)
def test_an_alarm_reaches_somebody_and_says_what_to_do(name: str) -> None:
    alarm = ALARMS[name]
    for actions in ("AlarmActions", "OKActions"):
        (topic,) = alarm[actions]
        assert topic["Ref"] in of_type("SNS::Topic")
    first, _, advice = alarm["AlarmDescription"].partition(". ")
    assert first
    assert advice
    assert len(alarm["AlarmDescription"]) <= 1024
    assert alarm["TreatMissingData"] in {"breaching", "notBreaching"}
    assert f"| `{name}` |" in OPERATIONS


def test_the_topic_has_a_subscriber_once_there_is_an_address() -> None:
    (subscription,) = of_type("SNS::Subscription").values()
    assert subscription["Endpoint"] == {"Ref": "AlarmEmail"}
    assert subscription["TopicArn"]["Ref"] in of_type("SNS::Topic")


@pytest.mark.parametrize("machine", MACHINES)
def test_a_failed_execution_raises_an_alarm(machine: str) -> None:
    found = {
        metric
        for alarm in ALARMS.values()
        for _, metric, dimensions in watched(alarm)
        if dimensions.get("StateMachineArn") == {"Ref": machine}
    }
    # One that was aborted was cancelled, by somebody who meant it.
    assert found == {"ExecutionsFailed", "ExecutionsTimedOut"}


@pytest.mark.parametrize("metric", ["Errors", "Throttles"])
def test_the_functions_behind_the_api_are_watched(metric: str) -> None:
    (alarm,) = [each for each in ALARMS.values() if watched(each)[0][:2] == ("AWS/Lambda", metric)]
    found = [dimensions["FunctionName"]["Ref"] for _, _, dimensions in watched(alarm)]
    assert sorted(found) == sorted(behind_the_api())
    # More than ten metrics cannot be in one alarm.
    assert len(found) <= 10


def test_the_age_of_the_data_is_watched_where_it_is_measured() -> None:
    names = [name for name, alarm in ALARMS.items() if watched(alarm)[0][1] == "NewestFinalDayAge"]
    assert len(names) == 2
    (schedule,) = [each for each in schedules().values() if '"age"' in each["Input"]]
    hours = schedule["ScheduleExpression"].removeprefix("cron(").split()[1].split(",")
    for name in names:
        assert RESOURCES[name]["Condition"] == "WatchesAge"
        assert ALARMS[name]["TreatMissingData"] == "breaching"
        # At least two measurements, so that one which is a minute late leaves no gap.
        assert ALARMS[name]["Period"] * len(hours) >= 2 * 24 * 3600


def test_what_the_local_cloud_does_not_know_is_for_aws_only() -> None:
    for name, alarm in ALARMS.items():
        assert (RESOURCES[name].get("Condition") == "OnAws") is ("Metrics" in alarm), name


def test_the_dashboard_shows_what_there_is() -> None:
    (dashboard,) = of_type("CloudWatch::Dashboard").values()
    # Dashboards have one list for all regions.
    assert dashboard["DashboardName"] == {"Sub": "${AWS::StackName}-${AWS::Region}"}
    body = dashboard["DashboardBody"]["Sub"]
    for name in re.findall(r"\$\{(\w+)\}", body):
        assert name in RESOURCES or name in parsed()["Parameters"], name
    assert json.loads(body)["widgets"]
