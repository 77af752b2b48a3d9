"""The way to the `upstream` function for everybody else: it fetches, stores and says how much."""

import time
from typing import Any, NamedTuple

from marketdata.aws.functions import invoke
from marketdata.errors import UPSTREAM_ERRORS, UpstreamError, UpstreamFaultError
from marketdata.settings import settings

CATALOG_SECONDS = 25.0
CONNECTION_SECONDS = 25.0
"""API Gateway waits 29 s for whoever asks."""


class FetchReport(NamedTuple):
    """What the upstream function did.

    Attributes
    ----------
    bars, blocks : int
        Good bars it got, blocks it wrote.
    quarantined : dict
        For each code with bad bars, how many for each reason.
    failed : dict
        For each code that the source could not deliver, why.
    """

    bars: int
    blocks: int
    quarantined: dict[str, dict[str, int]]
    failed: dict[str, str]


class ConnectionReport(NamedTuple):
    """How a test of an SDK config ended.

    Attributes
    ----------
    success : bool
        Whether the config works, as far as it could be tried.
    message : str
        What was tried, or why it failed.
    response_time : float
        Seconds that it took.
    """

    success: bool
    message: str
    response_time: float


def fetch_bars(dataset: str, codes: list[str], start: str, end: str, seconds: float) -> FetchReport:
    """Have bars fetched and stored.

    Parameters
    ----------
    dataset : str
        A dataset's name, such as "stock.daily".
    codes : list of str
        Codes of that dataset.
    start, end : str
        First and last day, "YYYYMMDD".
    seconds : float
        How long to wait.

    Raises
    ------
    UpstreamError
        The source's own, or see `aws.functions.invoke`.
    """
    event = {"dataset": dataset, "codes": codes, "start": start, "end": end}
    return FetchReport(**_call({"operation": "fetch_bars"} | event, seconds))


def fetch_statements(
    dataset: str, codes: list[str], start: str, end: str, seconds: float
) -> FetchReport:
    """Have statements fetched and stored.

    Parameters
    ----------
    dataset : str
        Such as "finance.income".
    codes : list of str
        Stocks.
    start, end : str
        First and last reporting period, "YYYYMMDD".
    seconds : float
        How long to wait. Errors as above; the report's `bars` are rows.
    """
    event = {"dataset": dataset, "codes": codes, "start": start, "end": end}
    return FetchReport(**_call({"operation": "fetch_statements"} | event, seconds))


def fetch_factors(kind: str, codes: list[str], seconds: float) -> dict[str, str]:
    """Have the adjustment factors of some codes of a kind fetched and stored.

    Returns
    -------
    dict
        For each code whose factors could not be got, why. Errors as above.
    """
    event = {"operation": "fetch_factors", "kind": kind, "codes": codes}
    failed: dict[str, str] = _call(event, seconds)["failed"]
    return failed


def refresh_catalog(seconds: float = CATALOG_SECONDS) -> int:
    """Have the catalog fetched and stored; gives the number of securities. Errors as above."""
    return int(_call({"operation": "refresh_catalog"}, seconds)["securities"])


def try_connection(config_id: int) -> ConnectionReport:
    """Have an SDK config tested; that the upstream is busy, or slow, is a failed test.

    Raises
    ------
    UpstreamFaultError
        The upstream function itself failed.
    """
    began = time.monotonic()
    event = {"operation": "test_connection", "config_id": config_id}
    try:
        return ConnectionReport(**_call(event, CONNECTION_SECONDS))
    except UpstreamFaultError:
        raise
    except UpstreamError as error:
        seconds = round(time.monotonic() - began, 6)
        return ConnectionReport(success=False, message=str(error), response_time=seconds)


def _call(event: dict[str, Any], seconds: float) -> dict[str, Any]:
    answer: dict[str, Any] = invoke(settings().upstream_function, event, seconds)
    if "error" in answer:
        raise UPSTREAM_ERRORS[answer["error"]](answer["message"])
    return answer
