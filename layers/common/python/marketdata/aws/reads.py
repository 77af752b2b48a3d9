"""What is read from AWS: the short way if it works, boto3 otherwise.

boto3 is imported at that moment. It asks again, with all its retries, and what it raises is what
the caller gets.
"""

import logging
from typing import Any

from marketdata.aws.clients import client
from marketdata.aws.direct.requests import NoAnswerError, NotLambdaError, ask, get_object

METHODS = {
    "BatchGetItem": "batch_get_item",
    "GetItem": "get_item",
    "Query": "query",
    "GetSecretValue": "get_secret_value",
}
"""boto3's name of each operation."""

_log = logging.getLogger(__name__)


def read(service: str, operation: str, **request: Any) -> Any:
    """Call an operation that only reads, as the method of boto3's client does.

    Parameters
    ----------
    service : "dynamodb" or "secretsmanager"
        The service.
    operation : str
        A key of `METHODS`.
    **request : Any
        Its parameters, none of them binary.

    Returns
    -------
    dict
        The answer; binary values in it are bytes or base64 text, see `aws.items`.

    Raises
    ------
    botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError
        As boto3 does.
    """
    try:
        return ask(service, operation, request)
    except NoAnswerError as error:
        note(error, "reads")
    return getattr(client(service), METHODS[operation])(**request)  # type: ignore[call-overload]


def read_object(bucket: str, key: str) -> bytes:
    """Read an object; errors as in `read`."""
    try:
        return get_object(bucket, key)
    except NoAnswerError as error:
        note(error, "reads")
    return client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()


def note(error: NoAnswerError, does: str) -> None:
    """Tell the operators what boto3 does since the short way failed; outside Lambda it is none."""
    if not isinstance(error, NotLambdaError):
        _log.warning("boto3 %s instead: %s", does, error)
