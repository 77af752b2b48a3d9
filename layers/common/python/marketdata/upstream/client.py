"""The client of the `upstream` function, through which all other functions fetch data."""

import logging
import time
from collections.abc import Callable, Sequence
from random import uniform
from typing import Any, NamedTuple

from marketdata.aws.functions import invoke, notify
from marketdata.blocks.block import BlockKey
from marketdata.blocks.dataset import Dataset
from marketdata.errors import (
    UPSTREAM_ERRORS,
    SessionInUseError,
    UpstreamBusyError,
    UpstreamError,
    UpstreamFaultError,
)
from marketdata.ingest.report import IngestReport

CATALOG_SECONDS = 25.0
CONNECTION_SECONDS = 25.0
"""Less than the 29 s after which API Gateway gives up."""

PAUSE_SECONDS = (0.3, 1.0)
"""The least and the most time between two looks at a session that is in use."""

LEAST_SECONDS = 1.0
"""A call is not begun with less time left."""

REPORT_AGAIN = 300.0
"""Seconds after which a block that is still damaged is reported once more by the same process."""

MOST_REPORTED = 100
"""Blocks in one report, so that it takes no second of the only session."""

_log = logging.getLogger(__name__)


class ConnectionReport(NamedTuple):
    """The result of a test of an SDK config.

    Attributes
    ----------
    success : bool
        Whether the config works, as far as it could be tested.
    message : str
        What was tested, or why the test failed.
    key : str
        The same for machines, one of `api.schema.keys.ERRORS`.
    response_time : float
        Duration of the test in seconds.
    """

    success: bool
    message: str
    key: str
    response_time: float


class UpstreamClient:
    """Calls the `upstream` function, see `upstream.server`.

    While the source's sessions are in use, a call waits for as long as it has time. Every method
    raises the `UpstreamError` of the source, or an error of `aws.functions.invoke`.

    Parameters
    ----------
    function : str
        The name of the function.
    wait : callable
        Says that somebody waits, for some seconds, and returns whether a session is free.
    pause : callable
        Sleeps for some seconds.
    clock : callable
        A monotonic clock, in seconds.
    """

    def __init__(
        self,
        function: str,
        wait: Callable[[], bool],
        pause: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._function = function
        self._wait = wait
        self._pause = pause
        self._clock = clock
        self._reported: dict[BlockKey, float] = {}

    def fetch(
        self, dataset: Dataset, codes: list[str], start: str, end: str, seconds: float
    ) -> IngestReport:
        """Have bars or statements fetched and stored; return the report.

        Parameters
        ----------
        dataset : Dataset
            The dataset to fetch.
        codes : list of str
            Codes of that dataset.
        start, end : str
            First and last trading day, or reporting period, "YYYYMMDD".
        seconds : float
            How long to wait for the answer.
        """
        event = {"dataset": dataset.name, "codes": codes, "start": start, "end": end}
        return IngestReport(**self._call({"operation": dataset.operation} | event, seconds))

    def fetch_factors(self, kind: str, codes: list[str], seconds: float) -> dict[str, str]:
        """Have the adjustment factors of some codes of one kind fetched and stored.

        Returns
        -------
        dict
            Code → the reason, for each code whose factors could not be obtained.
        """
        event = {"operation": "fetch_factors", "kind": kind, "codes": codes}
        failed: dict[str, str] = self._call(event, seconds)["failed"]
        return failed

    def fetch_members(self, groups: list[str], seconds: float) -> None:
        """Have the members of some indices or industries fetched and stored."""
        self._call({"operation": "fetch_members", "groups": groups}, seconds)

    def fetch_weights(self, index: str, start: str, end: str, seconds: float) -> None:
        """Have the weights of an index's members from one day to another fetched and stored."""
        event = {"operation": "fetch_weights", "index": index, "start": start, "end": end}
        self._call(event, seconds)

    def list_industries(self, seconds: float) -> None:
        """Have the list of industries fetched and stored."""
        self._call({"operation": "list_industries"}, seconds)

    def report_damage(self, keys: Sequence[BlockKey]) -> None:
        """Have damaged blocks cleared, without waiting for it; a failure is only logged."""
        now = time.monotonic()
        due = [key for key in keys if self._reported.get(key, -REPORT_AGAIN) <= now - REPORT_AGAIN]
        if not (due := due[:MOST_REPORTED]):
            return
        try:
            notify(self._function, {"operation": "clear_damaged", "keys": [*map(list, due)]})
        except UpstreamError:
            _log.exception("%d damaged blocks could not be reported", len(due))
        else:
            self._reported |= dict.fromkeys(due, now)

    def refresh_catalog(self, seconds: float = CATALOG_SECONDS) -> int:
        """Have the catalog fetched and stored; return the number of securities."""
        return int(self._call({"operation": "refresh_catalog"}, seconds)["securities"])

    def test_connection(self, config_id: int) -> ConnectionReport:
        """Have an SDK config tested; a busy or slow upstream counts as a failed test.

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
            return ConnectionReport(False, str(error), error.key, seconds)

    def _call(self, event: dict[str, Any], seconds: float) -> dict[str, Any]:
        until = self._clock() + seconds
        # Without this look, every call would start another copy of the function where nothing keeps
        # Lambda from it, only to be refused there.
        free = self._wait()
        while not free or (answer := self._answer(event, until - self._clock())) is None:
            self._rest(until)
            free = self._wait()
        if "error" in answer:
            raise UPSTREAM_ERRORS[answer["error"]](answer["message"])
        return answer

    def _answer(self, event: dict[str, Any], seconds: float) -> dict[str, Any] | None:
        """Return the function's answer; None if it was refused because of others."""
        try:
            answer: dict[str, Any] = invoke(self._function, event, seconds)
        except UpstreamBusyError:
            return None
        return None if answer.get("error") == SessionInUseError.__name__ else answer

    def _rest(self, until: float) -> None:
        """Pause before another try; raises UpstreamBusyError if there is no time for one."""
        pause = uniform(*PAUSE_SECONDS)  # noqa: S311  no secret
        if self._clock() + pause + LEAST_SECONDS > until:
            raise UpstreamBusyError("the upstream is busy")
        self._pause(pause)
