"""Counting: the requests to AWS during a call, as the endpoint saw them."""

import json
import os
from collections.abc import Callable
from urllib.request import urlopen

from bench.endpoint import COUNTS


def counted[Result](call: Callable[[], Result]) -> tuple[Result, dict[str, int]]:
    """Make a call, in an environment with an endpoint.

    Returns
    -------
    tuple
        The call's result, and the number of its requests by operation.
    """
    _take()
    result = call()
    return result, _take()


def _take() -> dict[str, int]:
    with urlopen(os.environ["AWS_ENDPOINT_URL"] + COUNTS) as answer:
        counts: dict[str, int] = json.load(answer)
    return counts
