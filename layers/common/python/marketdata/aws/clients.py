"""boto3 clients, made at first use and once a process."""

from functools import cache
from threading import Lock
from typing import TYPE_CHECKING, Any, Literal, overload

import boto3
from botocore.config import Config

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_kms import KMSClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_stepfunctions import SFNClient

PARALLEL = 16
"""Connections a client keeps; no caller runs more requests than this at once."""

CONNECT_SECONDS = 3
READ_SECONDS = 10
"""boto3 itself would wait a minute for each, twice as long as API Gateway waits for us."""

_making = Lock()


@overload
def client(service: Literal["dynamodb"]) -> "DynamoDBClient": ...
@overload
def client(service: Literal["kms"]) -> "KMSClient": ...
@overload
def client(service: Literal["lambda"]) -> "LambdaClient": ...
@overload
def client(service: Literal["s3"]) -> "S3Client": ...
@overload
def client(service: Literal["secretsmanager"]) -> "SecretsManagerClient": ...
@overload
def client(service: Literal["stepfunctions"]) -> "SFNClient": ...


@cache
def client(service: str) -> Any:
    """Give the process's client of an AWS service; clients may be shared between threads."""
    config = Config(
        retries={"mode": "standard", "max_attempts": 4},
        connect_timeout=CONNECT_SECONDS,
        read_timeout=READ_SECONDS,
        max_pool_connections=PARALLEL,
        tcp_keepalive=True,
    )
    # A client is safe to use from several threads, but boto3 is not safe to make them in several.
    with _making:
        return boto3.client(service, config=config)  # type: ignore[call-overload]
