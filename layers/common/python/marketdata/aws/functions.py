"""Calls to other Lambda functions, with and without waiting for the answer."""

import time
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

import orjson

from marketdata.aws.clients import CONNECT_SECONDS
from marketdata.errors import (
    UPSTREAM_ERRORS,
    UpstreamBusyError,
    UpstreamError,
    UpstreamFaultError,
    UpstreamTimeoutError,
)

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

BUSY = frozenset(
    {"429", "TooManyRequestsException", "ReservedFunctionConcurrentInvocationLimitExceeded"}
)
"""What a refusal for lack of concurrency is called, by Lambda, its emulators, or its status alone.
"""

NOTIFY_SECONDS = 1
"""How long to wait until Lambda has taken an event."""

TIMED_OUT = "Sandbox.Timedout"
"""Lambda's error type for an invocation that exceeded its function's time limit."""


@cache
def _caller(seconds: int) -> "LambdaClient":
    """Create a client that waits this long for an answer and never retries by itself."""
    import boto3
    from botocore.config import Config

    config = Config(
        retries={"total_max_attempts": 1},
        connect_timeout=min(CONNECT_SECONDS, seconds),
        read_timeout=seconds,
        tcp_keepalive=True,
    )
    return boto3.client("lambda", config=config)


def invoke(function: str, event: dict[str, Any], seconds: float) -> Any:
    """Call a function and return its answer, parsed from JSON.

    Parameters
    ----------
    function : str
        The function's name.
    event : dict
        The function's input, sent as JSON.
    seconds : float
        How long to wait for the answer, rounded down to whole seconds, but at least one. An
        invocation that could not be sent is tried once more in what is left of them.

    Raises
    ------
    UpstreamBusyError
        All of the function's permitted concurrent executions are in use.
    UpstreamTimeoutError
        No answer came in time; the function may still finish its work.
    UpstreamFaultError
        The function ended with an error.
    UpstreamError
        The function cannot be called now.
    """
    from botocore.exceptions import (
        BotoCoreError,
        ClientError,
        ConnectTimeoutError,
        EndpointConnectionError,
        ReadTimeoutError,
    )

    payload, until = orjson.dumps(event), time.monotonic() + seconds
    try:
        try:
            failed, body = _answer(function, payload, seconds)
        except (ConnectTimeoutError, EndpointConnectionError):
            # There was no connection. After any other error the function may be running.
            if (left := until - time.monotonic()) < 1:
                raise
            failed, body = _answer(function, payload, left)
    except ReadTimeoutError as error:
        raise UpstreamTimeoutError(f"the upstream gave no answer in {int(seconds)} s") from error
    except ClientError as error:
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode")
        if BUSY & {str(status), error.response["Error"].get("Code")}:
            raise UpstreamBusyError("the upstream is busy") from error
        raise UpstreamError("the upstream cannot be reached") from error
    except BotoCoreError as error:
        raise UpstreamError("the upstream cannot be reached") from error
    if failed:
        raise _failure(orjson.loads(body))
    return orjson.loads(body)


def notify(function: str, event: dict[str, Any]) -> None:
    """Hand an event to a function without waiting; while it is busy, Lambda keeps the event.

    Raises
    ------
    UpstreamError
        The event could not be handed over.
    """
    from botocore.exceptions import BotoCoreError, ClientError

    caller = _caller(NOTIFY_SECONDS)
    try:
        caller.invoke(FunctionName=function, InvocationType="Event", Payload=orjson.dumps(event))
    except (BotoCoreError, ClientError) as error:
        raise UpstreamError("the upstream cannot be reached") from error
    finally:
        caller.close()


def _answer(function: str, payload: bytes, seconds: float) -> tuple[bool, bytes]:
    """Invoke a function; return whether it failed, and its answer."""
    # Whole seconds, because each limit needs a client of its own, and creating one takes 10 ms.
    caller = _caller(max(1, int(seconds)))
    try:
        answer = caller.invoke(FunctionName=function, Payload=payload)
        return "FunctionError" in answer, answer["Payload"].read()
    finally:
        # Lambda may freeze this process now. A kept connection would be dead when it goes on, which
        # shows only after the invocation was sent, when it may not be repeated.
        caller.close()


def _failure(error: Mapping[str, Any]) -> UpstreamError:
    """Return the error that ended the function: one of ours as it was, others without details."""
    name = error.get("errorType", "")
    if name in UPSTREAM_ERRORS:
        return UPSTREAM_ERRORS[name](error["errorMessage"])
    if name == TIMED_OUT:
        return UpstreamTimeoutError("the upstream did not finish in time")
    return UpstreamFaultError("the upstream function failed")
