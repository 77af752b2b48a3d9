"""The service's errors in the language of the terminal: English, or Chinese."""

import os
import re
from collections.abc import Mapping
from typing import Any

from amazingdata_client.errors import AmazingDataError, TaskFailedError
from amazingdata_client.task_models import ErrorDetail

VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")
"""What says which language a terminal's messages are in, the most particular one first."""

PARTICULARS = frozenset({"codes_failed", "internal_error", "source_failed", "upstream_unusable"})
"""The keys whose words say no more than that something failed; the English text says what."""

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
        said = "；".join(map(_of_task, error.task.error_details))
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


def _of_task(said: ErrorDetail) -> str:
    chinese = _chinese(said["key"], said["params"])
    if chinese and said["key"] in PARTICULARS:
        return f"{chinese}（{said['message']}）"
    return chinese or said["message"]


def _chinese(key: str, params: Mapping[str, Any]) -> str:
    from amazingdata_client.cli.chinese import ERRORS  # noqa: PLC0415

    return _VALUE.sub(lambda found: _shown(params.get(found[1], "")), ERRORS.get(key, ""))


def _shown(value: Any) -> str:
    return "、".join(map(str, value)) if isinstance(value, list) else str(value)
