"""The rotation of a stack's signing key: `python -m local.rotate_key`.

Tokens signed by the previous key stay valid until they expire; those of the key before it are
refused, at the latest ten minutes later.
"""

import argparse
import secrets
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from local.cloud import ENDPOINT
from local.stack import STACK
from local.tools import isolate

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_secretsmanager import SecretsManagerClient

KEY_BYTES = 48


def main() -> int:
    """Rotate the key; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m local.rotate_key", description=__doc__)
    parser.add_argument("--state", type=Path, required=True, help="of a running local cloud")
    parser.add_argument("--stack", required=True, help="on AWS; empty for the local cloud")
    options = parser.parse_args()
    endpoint = None
    if not options.stack:
        path = options.state / ENDPOINT
        if not path.exists():
            print(f"no local cloud runs on {options.state}; STACK=… names a stack on AWS")
            return 1
        isolate()
        endpoint = path.read_text()
    try:
        cloudformation = boto3.client("cloudformation", endpoint_url=endpoint)
        manager = boto3.client("secretsmanager", endpoint_url=endpoint)
        rotate(manager, signing_secret(cloudformation, options.stack or STACK))
    except (ClientError, BotoCoreError) as error:
        print(error, file=sys.stderr)
        return 1
    print("a new key signs now; tokens of the previous one stay valid until they expire")
    return 0


def signing_secret(cloudformation: "CloudFormationClient", stack: str) -> str:
    """Return the ARN of a stack's signing key."""
    [found] = cloudformation.describe_stacks(StackName=stack)["Stacks"]
    outputs = {each["OutputKey"]: each["OutputValue"] for each in found.get("Outputs", [])}
    return outputs["SigningSecretArn"]


def rotate(manager: "SecretsManagerClient", secret: str) -> None:
    """Make a new key the secret's current version, and the current one the previous version."""
    manager.put_secret_value(SecretId=secret, SecretString=secrets.token_urlsafe(KEY_BYTES))


if __name__ == "__main__":
    sys.exit(main())
