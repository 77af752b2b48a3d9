"""What is said of a step that failed."""

import json

import pytest

from marketdata.tasks.finish import reason
from tests.support.failed_steps import SECRET, cause


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (cause("UpstreamFaultError", "no such table"), "no such table"),
        (cause("UpstreamError", "it failed"), "it failed"),
        (cause("UpstreamFaultError", ""), "UpstreamFaultError"),
        (
            cause("VersionConflictError", "stock.daily 600000.SH 2020"),
            "others kept writing the same block: stock.daily 600000.SH 2020",
        ),
        (
            cause("BlockCorruptError", "stock.daily 600000.SH 2020"),
            "a stored block cannot be read: stock.daily 600000.SH 2020",
        ),
        (cause("KeyError", SECRET), "internal error: KeyError"),
        (cause("UpstreamLookalikeError", SECRET), "internal error: UpstreamLookalikeError"),
        (cause("OtherConflictError", SECRET), "internal error: OtherConflictError"),
        (cause("Sandbox.Timedout", f"Task timed out {SECRET}"), "it took too long"),
        ({"Error": "States.Timeout", "Cause": ""}, "it took too long"),
        ({"Error": "States.Timeout"}, "it took too long"),
        (
            {"Error": "Lambda.TooManyRequestsException", "Cause": f"Rate exceeded {SECRET}"},
            "the source was busy with other calls all the time",
        ),
        ({"Error": "States.Runtime", "Cause": SECRET}, "internal error: States.Runtime"),
        ({"Error": "X", "Cause": json.dumps([SECRET])}, "internal error: X"),
        ({"Error": "X", "Cause": json.dumps(SECRET)}, "internal error: X"),
        ({"Error": "X", "Cause": json.dumps({"message": SECRET})}, "internal error: X"),
        ({}, "internal error: unknown"),
    ],
)
def test_why_a_step_failed(error: dict[str, str], text: str) -> None:
    said = reason(error)
    assert said.message == text
    assert SECRET not in str(said)


@pytest.mark.parametrize(
    ("error", "key"),
    [
        (cause("UpstreamQuotaError", "no traffic is left"), "upstream_quota_used_up"),
        (cause("CalendarEndedError", "it ends"), "calendar_ended"),
        (cause("VersionConflictError", "a block"), "written_meanwhile"),
        (cause("KeyError", SECRET), "internal_error"),
        ({"Error": "States.Timeout"}, "took_too_long"),
        ({"Error": "Lambda.TooManyRequestsException", "Cause": ""}, "upstream_busy"),
    ],
)
def test_why_a_step_failed_has_a_key(error: dict[str, str], key: str) -> None:
    assert reason(error).keyed() == {"key": key, "params": {}}
