"""Errors as boto3 raises them."""

from typing import Any

from botocore.exceptions import (  # noqa: TID251  what the code under test has to deal with
    ClientError,
    EndpointConnectionError,
    ReadTimeoutError,
)

__all__ = ["ClientError", "EndpointConnectionError", "ReadTimeoutError", "refusal"]


def refusal(code: str, *reasons: str) -> ClientError:
    """Make the error of a service, for a cancelled transaction with the reason of each write."""
    response: Any = {"Error": {"Code": code, "Message": "refused"}}
    if reasons:
        response["CancellationReasons"] = [{"Code": reason} for reason in reasons]
    return ClientError(response, "Operation")
