"""boto3 clients, each created once per process, by its first user; the first imports boto3."""

from collections.abc import Callable, Collection
from functools import cache
from threading import Lock
from typing import TYPE_CHECKING, Any, Literal, overload

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_kms import KMSClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_scheduler import EventBridgeSchedulerClient
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_stepfunctions import SFNClient

PARALLEL = 16
"""Connections that each client keeps; no caller runs more requests than this in parallel."""

CONNECT_SECONDS = 3
READ_SECONDS = 5
ATTEMPTS = 4
"""Unless every attempt hits both limits, they all end within the 29 s that API Gateway waits;
with boto3's own limits, the first alone could take a minute."""

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
def client(service: Literal["scheduler"]) -> "EventBridgeSchedulerClient": ...
@overload
def client(service: Literal["secretsmanager"]) -> "SecretsManagerClient": ...
@overload
def client(service: Literal["stepfunctions"]) -> "SFNClient": ...


def client(service: str) -> Any:
    """Return this process's client for an AWS service; threads may share it."""
    # Without a lock, threads that ask for it at the same time would each create one: 20 ms apiece.
    with _making:
        return _made(service)


@cache
def _made(service: str) -> Any:
    import boto3
    from botocore.config import Config

    config = Config(
        retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
        connect_timeout=CONNECT_SECONDS,
        read_timeout=READ_SECONDS,
        max_pool_connections=PARALLEL,
        tcp_keepalive=True,
        # Our own code builds every request, and mypy checks it; for 50 keys this takes 0.5 ms.
        parameter_validation=False,
        # boto3 assembles its own from a dozen parts, twice per request: 0.1 ms.
        user_agent=f"boto3/{boto3.__version__} amazingdata-cloud",
    )
    return boto3.client(service, config=config)  # type: ignore[call-overload]


def side_by_side[Thing, Result](
    work: Callable[[Thing], Result], things: Collection[Thing]
) -> list[Result]:
    """Call a function for each of some things, in threads if there are several.

    Returns
    -------
    list
        The results, in the order of the things. If one call raises, those that have begun still run
        to their end; those still waiting, if there are more than `PARALLEL`, may never begin.
    """
    if len(things) <= 1:
        return [work(thing) for thing in things]
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(min(PARALLEL, len(things))) as pool:
        return list(pool.map(work, things))
