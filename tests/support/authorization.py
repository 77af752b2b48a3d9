"""What IAM would look at: the requests that every function sends, whichever of its threads."""

from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar, copy_context
from typing import Any

import boto3  # noqa: TID251  whoever makes a client is heard
import pytest

from tests.support.cloud import forget_clients
from tests.support.exchange import hearing
from tests.support.policies import Request, arn

_at_work: ContextVar[str] = ContextVar("_at_work", default="")


def at_work() -> str:
    """Name the function that sends the requests."""
    return _at_work.get()


@contextmanager
def working(function: str) -> Iterator[None]:
    """Have a function send the requests of this block."""
    token = _at_work.set(function)
    try:
        yield
    finally:
        _at_work.reset(token)


@contextmanager
def listening(known: Mapping[str, str]) -> Iterator[dict[str, set[Request]]]:
    """Note what each function needs to be allowed.

    Parameters
    ----------
    known : mapping
        The ARNs that `tests.support.policies.arn` gives for those of secrets and keys.
    """
    noted: dict[str, set[Request]] = {}

    def note(operation: str, params: dict[str, Any]) -> None:
        if function := _at_work.get():
            noted.setdefault(function, set()).update(_needed(operation, params, known))

    def note_event(params: dict[str, Any], model: Any, **_: Any) -> None:
        note(model.name, params)

    def submit(pool: ThreadPoolExecutor, work: Any, *args: Any, **named: Any) -> Future[Any]:
        return original(pool, copy_context().run, work, *args, **named)

    original = ThreadPoolExecutor.submit
    session = boto3.Session()
    session.events.register("before-parameter-build", note_event)
    with pytest.MonkeyPatch.context() as patch, hearing(note):
        patch.setattr(ThreadPoolExecutor, "submit", submit)
        patch.setattr(boto3, "DEFAULT_SESSION", session)
        forget_clients()
        yield noted
    forget_clients()


def _needed(operation: str, params: dict[str, Any], known: Mapping[str, str]) -> Iterator[Request]:
    """Name the actions and resources of a request."""
    match operation:
        case "TransactWriteItems" | "BatchGetItem" | "Query":
            yield from _of_tables(operation, params)
        case "GetObject" | "HeadObject":
            yield Request("s3:GetObject", f"{arn('Bucket')}/{params['Key']}")
            # Whoever may not list a bucket is told that what is not there is forbidden.
            yield Request("s3:ListBucket", arn("Bucket"))
        case "ListObjectsV2":
            yield Request("s3:ListBucket", arn("Bucket"))
        case "Invoke":
            yield Request("lambda:InvokeFunction", arn(params["FunctionName"]))
        case "GetSecretValue":
            yield Request("secretsmanager:GetSecretValue", known[params["SecretId"]])
        case "Encrypt" | "Decrypt":
            context = frozenset(params["EncryptionContext"])
            yield Request(f"kms:{operation}", known[params["KeyId"]], context)
        case _:
            yield _named_alike(operation, params)


def _of_tables(operation: str, params: dict[str, Any]) -> Iterator[Request]:
    match operation:
        case "TransactWriteItems":
            for item in params["TransactItems"]:
                ((kind, write),) = item.items()
                yield Request(
                    f"dynamodb:{kind}Item", arn(write["TableName"]), leading=_leading(write)
                )
        case "BatchGetItem":
            for table, wanted in params["RequestItems"].items():
                yield Request(
                    "dynamodb:BatchGetItem", arn(table), leading=_leading(*wanted["Keys"])
                )
        case "Query":
            index = f"/index/{params['IndexName']}" if "IndexName" in params else ""
            leading = frozenset({params["ExpressionAttributeValues"][":hash"]["S"]})
            yield Request("dynamodb:Query", arn(params["TableName"]) + index, leading=leading)


def _leading(*items: dict[str, Any]) -> frozenset[str]:
    """Give the partition keys of keys, of items, or of requests that have one of them, or none."""
    keys = (each.get("Key") or each.get("Item") or each for each in items)
    return frozenset(key["pk"]["S"] for key in keys if "pk" in key)


def _named_alike(operation: str, params: dict[str, Any]) -> Request:
    if "TableName" in params:
        return Request(f"dynamodb:{operation}", arn(params["TableName"]), leading=_leading(params))
    if "Key" in params:
        return Request(f"s3:{operation}", f"{arn('Bucket')}/{params['Key']}")
    if operation == "GetSchedule":
        return Request("scheduler:GetSchedule", arn(params["Name"]))
    name = "stateMachineArn" if "stateMachineArn" in params else "executionArn"
    return Request(f"states:{operation}", params[name])
