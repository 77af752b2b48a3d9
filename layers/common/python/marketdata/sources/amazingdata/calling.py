"""Calling the SDK: every outcome becomes an answer or a `Failure`. Runs in the child."""

import os
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from marketdata.sources.amazingdata.error_codes import EMPTY, most_telling, printed_code
from marketdata.sources.amazingdata.shapes import is_empty
from marketdata.sources.child.adapter import Failure, Printed

SHARED_MEMORY = frozenset({"synchronize.py", "shared_memory.py"})
"""The files of Python's `multiprocessing` (and of joblib) that make locks and shared memory."""


class Caller:
    """Calls the SDK.

    Parameters
    ----------
    folder : Path
        Where the SDK may write.
    printed : Printed
        What the SDK prints.
    """

    def __init__(self, folder: Path, printed: Printed) -> None:
        self._folder = folder
        self.printed = printed

    def printed_code(self) -> int | None:
        """Return the error code that the last call printed, if any."""
        return printed_code(self.printed.text())

    def with_folder(self, function: Callable[..., Any], *values: Any, **named: Any) -> Any:
        """Call a function that needs a folder: an empty one, whose path ends in a separator."""
        with TemporaryDirectory(dir=self._folder, ignore_cleanup_errors=True) as folder:
            return self(function, *values, local_path=folder + os.sep, **named)

    def __call__(self, function: Callable[..., Any], *values: Any, **named: Any) -> Any:
        """Call the SDK.

        Raises
        ------
        Failure
            The call raised, called `exit`, or returned nothing and printed why.
        """
        self.printed.forget()
        try:
            answer, code = _opened(function(*values, **named))
        except SystemExit as error:
            raise Failure(self.printed_code(), "it called exit") from error
        except Exception as error:
            raise Failure(self.printed_code(), _where(error)) from error
        if code is None and is_empty(answer):
            code = self.printed_code()
        if code is not None:
            raise Failure(code, "the call failed")
        return answer


def _opened(answer: Any) -> tuple[Any, int | None]:
    """Split the pair (answer, error) that some versions return.

    The error is a code, one or more messages, or nothing.
    """
    if not (isinstance(answer, tuple) and len(answer) == 2):
        return answer, None
    payload, error = answer
    codes = [error] if type(error) is int else [printed_code(str(error)) or EMPTY]
    return payload, most_telling(codes)


def _where(error: BaseException) -> str:
    """Describe which error was raised where, without its text, which may contain anything."""
    place = error.__traceback__
    while place and place.tb_next:
        place = place.tb_next
    name = Path(place.tb_frame.f_code.co_filename).name if place else "?"
    where = f"{type(error).__name__} at {name}:{place.tb_lineno if place else '?'}"
    if name in SHARED_MEMORY and not os.access("/dev/shm", os.W_OK):  # noqa: S108
        return f"it needs a lock or memory in /dev/shm, which AWS Lambda does not have; {where}"
    return where
