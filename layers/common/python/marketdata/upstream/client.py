"""The way to the `upstream` function for everybody else: it fetches, stores and says how much."""

import time
from typing import Any, NamedTuple

from marketdata.aws.functions import invoke
from marketdata.blocks.dataset import Dataset
from marketdata.errors import UPSTREAM_ERRORS, UpstreamError, UpstreamFaultError
from marketdata.ingest.report import IngestReport

CATALOG_SECONDS = 25.0
CONNECTION_SECONDS = 25.0
"""API Gateway waits 29 s for whoever asks."""


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


class UpstreamClient:
    """Calls the `upstream` function, see `upstream.server`.

    Every method raises the source's own `UpstreamError`, or one of `aws.functions.invoke`.

    Parameters
    ----------
    function : str
        Its name.
    """

    def __init__(self, function: str) -> None:
        self._function = function

    def fetch(
        self, dataset: Dataset, codes: list[str], start: str, end: str, seconds: float
    ) -> IngestReport:
        """Have bars or statements fetched and stored.

        Parameters
        ----------
        dataset : Dataset
            Which ones.
        codes : list of str
            Codes of that dataset.
        start, end : str
            First and last day, or reporting period, "YYYYMMDD".
        seconds : float
            How long to wait.
        """
        event = {"dataset": dataset.name, "codes": codes, "start": start, "end": end}
        return IngestReport(**self._call({"operation": dataset.operation} | event, seconds))

    def fetch_factors(self, kind: str, codes: list[str], seconds: float) -> dict[str, str]:
        """Have the adjustment factors of some codes of a kind fetched and stored.

        Returns
        -------
        dict
            For each code whose factors could not be got, why.
        """
        event = {"operation": "fetch_factors", "kind": kind, "codes": codes}
        failed: dict[str, str] = self._call(event, seconds)["failed"]
        return failed

    def refresh_catalog(self, seconds: float = CATALOG_SECONDS) -> int:
        """Have the catalog fetched and stored; return the number of securities."""
        return int(self._call({"operation": "refresh_catalog"}, seconds)["securities"])

    def test_connection(self, config_id: int) -> ConnectionReport:
        """Have an SDK config tested; that the upstream is busy, or slow, is a failed test.

        Raises
        ------
        UpstreamFaultError
            The upstream function itself failed.
        """
        began = time.monotonic()
        event = {"operation": "test_connection", "config_id": config_id}
        try:
            return ConnectionReport(**self._call(event, CONNECTION_SECONDS))
        except UpstreamFaultError:
            raise
        except UpstreamError as error:
            seconds = round(time.monotonic() - began, 6)
            return ConnectionReport(success=False, message=str(error), response_time=seconds)

    def _call(self, event: dict[str, Any], seconds: float) -> dict[str, Any]:
        answer: dict[str, Any] = invoke(self._function, event, seconds)
        if "error" in answer:
            raise UPSTREAM_ERRORS[answer["error"]](answer["message"])
        return answer
