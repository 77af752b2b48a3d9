"""Other Lambda functions: call one and wait for its answer."""

from functools import cache
from typing import TYPE_CHECKING, Any

import boto3
import orjson
from botocore.config import Config
from botocore.exceptions import ReadTimeoutError

from marketdata.errors import UpstreamBusyError, UpstreamFaultError, UpstreamTimeoutError

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient


@cache
def _caller(seconds: float) -> "LambdaClient":
    """Make a client that waits so long for an answer and never calls twice by itself."""
    config = Config(retries={"total_max_attempts": 1}, read_timeout=seconds, tcp_keepalive=True)
    return boto3.client("lambda", config=config)


def invoke(function: str, event: dict[str, Any], seconds: float) -> Any:
    """Call a function and give its answer, parsed.

    Parameters
    ----------
    function : str
        Its name.
    event : dict
        What it gets, as JSON.
    seconds : float
        How long to wait for the answer.

    Raises
    ------
    UpstreamBusyError
        All its permitted copies are at work.
    UpstreamTimeoutError
        No answer came in time; the function may still finish its work.
    UpstreamFaultError
        It ended with an error.
    """
    caller = _caller(seconds)
    try:
        answer = caller.invoke(FunctionName=function, Payload=orjson.dumps(event))
        body = answer["Payload"].read()
    except caller.exceptions.TooManyRequestsException as error:
        raise UpstreamBusyError("the upstream is busy") from error
    except ReadTimeoutError as error:
        raise UpstreamTimeoutError(f"the upstream gave no answer in {seconds:g} s") from error
    if answer.get("FunctionError"):
        raise UpstreamFaultError("the upstream function failed")
    return orjson.loads(body)
