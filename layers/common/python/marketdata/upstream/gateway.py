"""The way to the `upstream` function for everybody else: it fetches, stores and says how much."""

from typing import Any, NamedTuple

from marketdata.aws.functions import invoke
from marketdata.settings import settings

CATALOG_SECONDS = 25.0


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
    UpstreamBusyError, UpstreamTimeoutError, UpstreamFaultError
        See `aws.functions.invoke`.
    """
    event = {
        "operation": "fetch_bars",
        "dataset": dataset,
        "codes": codes,
        "start": start,
        "end": end,
    }
    return FetchReport(**_call(event, seconds))


def refresh_catalog(seconds: float = CATALOG_SECONDS) -> int:
    """Have the catalog fetched and stored; gives the number of securities. Errors as above."""
    return int(_call({"operation": "refresh_catalog"}, seconds)["securities"])


def _call(event: dict[str, Any], seconds: float) -> dict[str, Any]:
    answer: dict[str, Any] = invoke(settings().upstream_function, event, seconds)
    return answer
