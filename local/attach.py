"""Attach what a deleted stack has left behind to a new stack, which `sam deploy` then completes.

The control table, the bucket and the key are retained when their stack is deleted. A change set of
the type IMPORT makes them the first resources of a new stack.
"""

import argparse
import json
from typing import TYPE_CHECKING, Any

import boto3

from local.translate import translated

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_cloudformation.type_defs import ResourceToImportTypeDef

IDENTIFIERS = {"ControlTable": "TableName", "Bucket": "BucketName", "SdkConfigKey": "KeyId"}
"""The retained resources, and what CloudFormation calls their names."""
CHANGE_SET = "attach"


def main() -> None:
    """Attach the resources that the arguments name."""
    options = _options()
    names = {"ControlTable": options.table, "Bucket": options.bucket, "SdkConfigKey": options.key}
    attach(boto3.client("cloudformation"), options.stack, names)
    print(f"{options.stack} has {', '.join(names.values())}; now run: sam deploy")


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
    botocore.exceptions.WaiterError
        CloudFormation refuses, for instance because a resource belongs to another stack.
    """
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
    made_ready = cloudformation.get_waiter("change_set_create_complete")
    made_ready.wait(StackName=stack, ChangeSetName=CHANGE_SET)
    cloudformation.execute_change_set(StackName=stack, ChangeSetName=CHANGE_SET)
    cloudformation.get_waiter("stack_import_complete").wait(StackName=stack)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m local.attach", description=__doc__)
    parser.add_argument("--stack", required=True, help="the new stack's name")
    parser.add_argument("--table", required=True, help="the name of the control table")
    parser.add_argument("--bucket", required=True, help="the name of the bucket")
    parser.add_argument("--key", required=True, help="the id of the key for SDK configs")
    return parser.parse_args()


if __name__ == "__main__":
    main()
