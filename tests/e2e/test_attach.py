"""A stack is deleted, and a new one takes over what it left, as CloudFormation does it."""

import json
from pathlib import Path
from typing import Any

import boto3  # noqa: TID251  the account's side
import pytest

from local import attach, cloud
from local.tools import REGION


@pytest.fixture
def clients(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Run an emulator without a stack, and return how clients of it are made."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    (tmp_path / "logs").mkdir()
    with cloud.running(tmp_path, calls=1) as emulator:
        emulator.wait_until_ready()

        def make(service: str) -> Any:
            return boto3.client(service, region_name=REGION, endpoint_url=emulator.endpoint)  # type: ignore[call-overload]

        yield make


def test_a_new_stack_takes_over_what_a_deleted_one_left(clients: Any) -> None:
    cloudformation, dynamodb = clients("cloudformation"), clients("dynamodb")
    cloudformation.create_stack(StackName="old", TemplateBody=json.dumps(attach.template(REGION)))
    cloudformation.get_waiter("stack_create_complete").wait(StackName="old")
    names = {
        each["LogicalResourceId"]: each["PhysicalResourceId"]
        for each in cloudformation.describe_stack_resources(StackName="old")["StackResources"]
    }
    assert names.keys() == attach.IDENTIFIERS.keys()
    key = {"pk": {"S": "user#1"}, "sk": {"S": "-"}}
    dynamodb.put_item(TableName=names["ControlTable"], Item=key)

    with pytest.raises(attach.AttachError, match="there is a stack old already"):
        attach.attach(cloudformation, "old", names)
    with pytest.raises(attach.AttachError, match="already exists in stack"):
        attach.attach(cloudformation, "new", names)
    cloudformation.delete_stack(StackName="old")
    cloudformation.get_waiter("stack_delete_complete").wait(StackName="old")
    attach.attach(cloudformation, "new", names)
    attach.keep(dynamodb, names["ControlTable"])

    found = cloudformation.describe_stack_resources(StackName="new")["StackResources"]
    assert {each["LogicalResourceId"]: each["PhysicalResourceId"] for each in found} == names
    assert dynamodb.get_item(TableName=names["ControlTable"], Key=key)["Item"] == key


def test_a_restored_table_can_be_restored_again_and_forgets_what_has_expired(clients: Any) -> None:
    """DynamoDB restores neither setting."""
    dynamodb = clients("dynamodb")
    dynamodb.create_table(
        TableName="restored",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
    )
    for _ in range(2):
        attach.keep(dynamodb, "restored")
        backups = dynamodb.describe_continuous_backups(TableName="restored")
        recovery = backups["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]
        assert recovery["PointInTimeRecoveryStatus"] == "ENABLED"
        expiry = dynamodb.describe_time_to_live(TableName="restored")["TimeToLiveDescription"]
        assert (expiry["TimeToLiveStatus"], expiry["AttributeName"]) == ("ENABLED", "expires")
