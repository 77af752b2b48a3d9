"""Attach what a deleted stack has left behind to a new stack, which `sam deploy` then completes.

The control table, the bucket and the key are retained when their stack is deleted. A change set of
the type IMPORT makes them the first resources of a new stack.
"""

import argparse
import json
import sys
from typing import TYPE_CHECKING, Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError, WaiterError

from local.translate import translated

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_cloudformation.type_defs import ResourceToImportTypeDef
    from mypy_boto3_dynamodb import DynamoDBClient

IDENTIFIERS = {"ControlTable": "TableName", "Bucket": "BucketName", "SdkConfigKey": "KeyId"}
"""The retained resources, and what CloudFormation calls their names."""
CHANGE_SET = "attach"


class AttachError(Exception):
    """CloudFormation does not make the new stack; the text is its reason."""


def main() -> int:
    """Attach the resources that the arguments name; return the exit code."""
    options = _options()
    names = {"ControlTable": options.table, "Bucket": options.bucket, "SdkConfigKey": options.key}
    try:
        attach(boto3.client("cloudformation"), options.stack, names)
        keep(boto3.client("dynamodb"), options.table)
    except (AttachError, BotoCoreError, ClientError) as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{options.stack} has {', '.join(names.values())}; now run: sam deploy")
    return 0


def template(region: str) -> dict[str, Any]:
    """Return the part of the translated template that makes the retained resources."""
    whole = translated(region)
    sections = ("AWSTemplateFormatVersion", "Parameters", "Conditions")
    retained = {name: whole["Resources"][name] for name in IDENTIFIERS}
    return {name: whole[name] for name in sections} | {"Resources": retained}


def attach(cloudformation: "CloudFormationClient", stack: str, names: dict[str, str]) -> None:
    """Make a new stack of resources that exist.

    Parameters
    ----------
    stack : str
        The new stack's name.
    names : dict
        For each of `IDENTIFIERS`, the resource's name or id.

    Raises
    ------
    AttachError
        There is such a stack, or CloudFormation refuses, for instance because a resource belongs
        to another stack. The new stack is gone again then.
    """
    if _exists(cloudformation, stack):
        raise AttachError(f"there is a stack {stack} already")
    made = template(cloudformation.meta.region_name)
    wanted: list[ResourceToImportTypeDef] = [
        {
            "ResourceType": made["Resources"][logical]["Type"],
            "LogicalResourceId": logical,
            "ResourceIdentifier": {identifier: names[logical]},
        }
        for logical, identifier in IDENTIFIERS.items()
    ]
    cloudformation.create_change_set(
        StackName=stack,
        ChangeSetName=CHANGE_SET,
        ChangeSetType="IMPORT",
        TemplateBody=json.dumps(made),
        ResourcesToImport=wanted,
    )
    change = cloudformation.get_waiter("change_set_create_complete")
    try:
        change.wait(StackName=stack, ChangeSetName=CHANGE_SET)
    except WaiterError as error:
        refused = cloudformation.describe_change_set(StackName=stack, ChangeSetName=CHANGE_SET)
        cloudformation.delete_change_set(StackName=stack, ChangeSetName=CHANGE_SET)
        cloudformation.delete_stack(StackName=stack)
        raise AttachError(refused.get("StatusReason", str(error))) from error
    cloudformation.execute_change_set(StackName=stack, ChangeSetName=CHANGE_SET)
    cloudformation.get_waiter("stack_import_complete").wait(StackName=stack)


def _exists(cloudformation: "CloudFormationClient", stack: str) -> bool:
    try:
        [found] = cloudformation.describe_stacks(StackName=stack)["Stacks"]
    except ClientError as error:
        if error.response["Error"]["Code"] == "ValidationError":
            return False
        raise
    return found["StackStatus"] != "REVIEW_IN_PROGRESS"


def keep(dynamodb: "DynamoDBClient", table: str) -> None:
    """Give a control table what a restored one lacks: restoring to a point in time, and expiry.

    CloudFormation takes an imported resource to be as its template says and would never do it.
    """
    wanted = template(dynamodb.meta.region_name)["Resources"]["ControlTable"]["Properties"]
    dynamodb.update_continuous_backups(
        TableName=table,
        PointInTimeRecoverySpecification=wanted["PointInTimeRecoverySpecification"],
    )
    expiry = dynamodb.describe_time_to_live(TableName=table)["TimeToLiveDescription"]
    if expiry.get("TimeToLiveStatus") not in {"ENABLED", "ENABLING"}:
        dynamodb.update_time_to_live(
            TableName=table, TimeToLiveSpecification=wanted["TimeToLiveSpecification"]
        )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m local.attach", description=__doc__)
    for name, meaning in (
        ("stack", "the new stack's name"),
        ("table", "the name of the control table"),
        ("bucket", "the name of the bucket"),
        ("key", "the id of the key for SDK configs"),
    ):
        parser.add_argument(f"--{name}", type=_named, required=True, help=meaning)
    return parser.parse_args()


def _named(text: str) -> str:
    if not text:
        raise argparse.ArgumentTypeError("is missing")
    return text


if __name__ == "__main__":
    sys.exit(main())
