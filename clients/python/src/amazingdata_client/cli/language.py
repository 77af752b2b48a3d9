"""The service's errors in the language of the terminal: English, or Chinese."""

import os
import re
from collections.abc import Iterable, Mapping
from typing import Any

from amazingdata_client.errors import AmazingDataError, TaskFailedError
from amazingdata_client.reading import ErrorDetail

VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")
"""What says which language a terminal's messages are in, the most particular one first."""

PARTICULARS = frozenset({"codes_failed", "internal_error", "source_failed", "upstream_unusable"})
"""The keys whose words say no more than that something failed; the English text says what."""

CAUSE = "cause"
"""The value that is itself a key."""

_VALUE = re.compile(r"\{(\w+)\}")


def in_chinese() -> bool:
    """Check whether the terminal's messages are Chinese."""
    named = next(filter(None, map(os.environ.get, VARIABLES)), "")
    return named.lower().startswith("zh")


def worded(error: AmazingDataError) -> str:
    """Return what an error says; in English if no Chinese is known for it."""
    if not in_chinese():
        return str(error)
    if error.errors:
        return "；".join(
            f"{each.field}：{_chinese(each.key, each.params) or each.reason}"
            for each in error.errors
        )
    if isinstance(error, TaskFailedError) and error.task.error_details:
        said = "；".join(map(worded_detail, error.task.error_details))
        return f"任务 {error.task.id}（{error.task.status}）：{said}"
    chinese = _chinese(error.key, error.params)
    return (
        f"{chinese}（{error}）" if chinese and error.key in PARTICULARS else chinese or str(error)
    )


def worded_key(key: str, message: str) -> str:
    """Return the words for a key without values; the message if there are none."""
    return (_chinese(key, {}) if in_chinese() else "") or message


def why_aside(reason: str) -> str:
    """Return why a row was set aside; in English it is the key itself."""
    # Imported only where Chinese is spoken, as below.
    from amazingdata_client.cli.chinese import ROWS  # noqa: PLC0415

    return ROWS.get(reason, reason) if in_chinese() else reason


def worded_warnings(warnings: Iterable[str], details: Iterable[ErrorDetail]) -> list[str]:
    """Return the words of a response's warnings; `details` may lack where the service is older."""
    return [*map(worded_detail, details)] or [*warnings]


def worded_detail(said: ErrorDetail) -> str:
    """Return the words of a detail; its message if there are none."""
    if not in_chinese():
        return said["message"]
    chinese = _chinese(said["key"], said["params"])
    if chinese and PARTICULARS & {said["key"], said["params"].get(CAUSE)}:
        return f"{chinese}（{said['message']}）"
    return chinese or said["message"]


def _chinese(key: str, params: Mapping[str, Any]) -> str:
    from amazingdata_client.cli.chinese import ERRORS  # noqa: PLC0415

    if CAUSE in params:
        if params[CAUSE] not in ERRORS:
            return ""
        params = {**params, CAUSE: ERRORS[params[CAUSE]]}
    return _VALUE.sub(lambda found: _shown(params.get(found[1], "")), ERRORS.get(key, ""))


def _shown(value: Any) -> str:
    return "、".join(map(str, value)) if isinstance(value, list) else str(value)
