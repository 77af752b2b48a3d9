"""What tells an operator of faults, as SAM makes it: logs, queue, alarms, dashboard."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from local.translate import REGIONS
from tests.support.translated import Deployed, deployed

STACK = deployed(AccessLogs="on")
OPERATIONS = (Path(__file__).parents[2] / "docs/operations.md").read_text()
FUNCTIONS = STACK.of_type("Lambda::Function")
MACHINES = STACK.of_type("StepFunctions::StateMachine")
GROUPS = STACK.of_type("Logs::LogGroup")
ALARMS = STACK.of_type("CloudWatch::Alarm")
SCHEDULES = STACK.of_type("Scheduler::Schedule")


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
    """Name the functions that API Gateway calls, the authorizer among them."""
    for permission in STACK.of_type("Lambda::Permission").values():
        assert permission["Principal"] == "apigateway.amazonaws.com"
        yield permission["FunctionName"]["Ref"].removesuffix("Aliaslive")


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_function_logs_into_a_group_of_the_stack(name: str) -> None:
    assert FUNCTIONS[name]["LoggingConfig"] == {
        "LogFormat": "JSON",
        "LogGroup": {"Ref": "FunctionLogs"},
    }
    assert "FunctionLogs" in GROUPS


@pytest.mark.parametrize("name", MACHINES)
def test_every_state_machine_logs_what_fails(name: str) -> None:
    logging = MACHINES[name]["LoggingConfiguration"]
    assert logging["Level"] == "ERROR"
    (destination,) = logging["Destinations"]
    group, _ = destination["CloudWatchLogsLogGroup"]["LogGroupArn"]["Fn::GetAtt"]
    # So CloudWatch's policy, which has room for few groups, names it by its beginning.
    assert GROUPS[group]["LogGroupName"]["Fn::Sub"].startswith("/aws/vendedlogs/states/")


def test_nothing_is_traced_unless_asked_for() -> None:
    def traced(stack: Deployed) -> set[str]:
        roles = stack.of_type("IAM::Role").items()
        named = {name for name, role in roles if "xray" in json.dumps(role).lower()}
        functions = stack.of_type("Lambda::Function").items()
        return named | {name for name, each in functions if "TracingConfig" in each}

    workers = {*FUNCTIONS, *(f"{name}Role" for name in [*FUNCTIONS, *MACHINES])}
    assert traced(deployed()) == set()
    assert traced(deployed(Tracing="Active")) == workers


@pytest.mark.parametrize("region", REGIONS)
def test_tracing_is_refused_where_it_is_not_there(region: str) -> None:
    refusals = deployed(region, IcpException="granted", Tracing="Active").refusals()
    assert ["X-Ray" in each for each in refusals] == ([True] if region.startswith("cn-") else [])


@pytest.mark.parametrize("name", GROUPS)
def test_every_log_is_kept_for_a_while(name: str) -> None:
    assert GROUPS[name]["RetentionInDays"] == "30"
    assert deployed(LogRetentionDays="7").resources["FunctionLogs"]["Properties"] == {
        "RetentionInDays": "7"
    }


def test_the_access_log_has_no_secrets() -> None:
    (stage,) = STACK.of_type("ApiGateway::Stage").values()
    setting = stage["AccessLogSetting"]
    (without,) = deployed().of_type("ApiGateway::Stage").values()
    assert "AccessLogSetting" not in without
    line = json.loads(setting["Format"])
    assert line["request_id"] == "$context.requestId"
    assert all(value.startswith("$context.") for value in line.values())
    # A path may hold anything; API Gateway's own words for a user's token are these.
    assert not re.search(r"context\.(path|authorizer\.token|identity\.(apiKey|user))\b", str(line))


@pytest.mark.parametrize("name", SCHEDULES)
def test_a_schedule_that_cannot_start_leaves_a_message(name: str) -> None:
    target = SCHEDULES[name]["Target"]
    queue, _ = target["DeadLetterConfig"]["Arn"]["Fn::GetAtt"]
    assert STACK.of_type("SQS::Queue")[queue]["SqsManagedSseEnabled"] is True
    assert 0 < target["RetryPolicy"]["MaximumEventAgeInSeconds"] <= 3600
    assert ("AWS/SQS", "ApproximateNumberOfMessagesVisible") in {
        (namespace, metric)
        for alarm in ALARMS.values()
        for namespace, metric, dimensions in watched(alarm)
        if dimensions.get("QueueName") == {"Fn::GetAtt": [queue, "QueueName"]}
    }


@pytest.mark.parametrize("name", SCHEDULES)
def test_a_schedule_may_start_its_machine_and_leave_a_message_and_nothing_else(name: str) -> None:
    target = SCHEDULES[name]["Target"]
    role, _ = target["RoleArn"]["Fn::GetAtt"]
    (policy,) = STACK.resources[role]["Properties"]["Policies"]
    document = policy["PolicyDocument"]
    assert document["Version"] == "2012-10-17"
    assert target["Arn"]["Ref"] in MACHINES
    assert {each["Action"]: each["Resource"] for each in document["Statement"]} == {
        "states:StartExecution": [{"Ref": name} for name in ("FillMachine", "DetectMachine")],
        "sqs:SendMessage": target["DeadLetterConfig"]["Arn"],
    }


@pytest.mark.parametrize("name", ALARMS)
def test_an_alarm_reaches_somebody_and_says_what_to_do(name: str) -> None:
    alarm = ALARMS[name]
    for actions in ("AlarmActions", "OKActions"):
        (topic,) = alarm[actions]
        assert topic["Ref"] in STACK.of_type("SNS::Topic")
    first, _, advice = alarm["AlarmDescription"].partition(". ")
    assert first
    assert advice
    assert len(alarm["AlarmDescription"]) <= 1024
    assert alarm["TreatMissingData"] in {"breaching", "notBreaching"}
    assert f"| `{name}` |" in OPERATIONS


def test_the_topic_has_a_subscriber_once_there_is_an_address() -> None:
    assert not STACK.of_type("SNS::Subscription")
    told = deployed(AlarmEmail="ops@example.com")
    (subscription,) = told.of_type("SNS::Subscription").values()
    assert subscription["Endpoint"] == "ops@example.com"
    assert subscription["TopicArn"]["Ref"] in STACK.of_type("SNS::Topic")


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


@pytest.mark.parametrize(
    # The authorizer refuses a token by an error; there is room for ten of eleven functions.
    ("metric", "by_design"),
    [("Errors", {"AuthorizerFunction"}), ("Throttles", {"ConsoleFunction"})],
)
def test_the_functions_behind_the_api_are_watched(metric: str, by_design: set[str]) -> None:
    (alarm,) = [each for each in ALARMS.values() if watched(each)[0][:2] == ("AWS/Lambda", metric)]
    found = [dimensions["FunctionName"]["Ref"] for _, _, dimensions in watched(alarm)]
    assert set(found) == set(behind_the_api()) - by_design
    # More than ten metrics cannot be in one alarm.
    assert len(found) <= 10


def test_the_age_of_the_data_is_watched_where_it_is_measured() -> None:
    names = [name for name, alarm in ALARMS.items() if watched(alarm)[0][1] == "NewestFinalDayAge"]
    assert len(names) == 2
    (schedule,) = [each for each in SCHEDULES.values() if '"age"' in each["Target"]["Input"]]
    hours = schedule["ScheduleExpression"].removeprefix("cron(").split()[1].split(",")
    for name in names:
        filled, measured = ALARMS[name]["Metrics"]
        # Nothing measured is as bad as data that is too old, and at once.
        assert filled["Expression"] == f"FILL({measured['Id']}, 99)"
        assert ALARMS[name]["TreatMissingData"] == "breaching"
        # At least two measurements, so that one which is a minute late leaves no gap.
        assert measured["MetricStat"]["Period"] * len(hours) >= 2 * 24 * 3600
    for unwatched in ({"MaxDayAge": "0"}, {"SchedulesState": "DISABLED"}):
        assert not set(names) & deployed(**unwatched).of_type("CloudWatch::Alarm").keys()


def test_what_the_local_cloud_does_not_know_is_for_aws_only() -> None:
    alarms = deployed(LocalCloud="true").of_type("CloudWatch::Alarm")
    assert alarms
    assert not [name for name, alarm in alarms.items() if "Metrics" in alarm]


def test_the_dashboard_shows_what_there_is() -> None:
    (dashboard,) = STACK.of_type("CloudWatch::Dashboard").values()
    # Dashboards have one list for all regions.
    assert dashboard["DashboardName"] == {"Fn::Sub": "${AWS::StackName}-${AWS::Region}"}
    body = dashboard["DashboardBody"]["Fn::Sub"]
    for name in re.findall(r"\$\{(\w+)\}", body):
        assert name in STACK.resources or name == "StageName", name
    assert json.loads(body)["widgets"]
