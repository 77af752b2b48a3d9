"""An invocation's log is what its process writes before the mark."""

import subprocess
import sys
import textwrap
from queue import Queue

import pytest

from local.emulator import output
from local.emulator.output import MARK, collect, marking


def queue(*lines: str) -> Queue[str]:
    made: Queue[str] = Queue()
    for line in lines:
        made.put(line)
    return made


def test_what_is_before_the_mark_is_the_log_and_what_is_behind_stays() -> None:
    lines = queue("a", "b", MARK, "c", MARK, MARK)
    assert collect(lines) == "a\nb"
    assert collect(lines) == "c"
    assert collect(lines) == ""
    assert lines.empty()


def test_a_line_that_was_not_ended_is_no_mark() -> None:
    assert collect(queue("a", f"b{MARK}")) == "a\nb"


def test_without_a_mark_what_has_come_is_all() -> None:
    assert collect(queue("a", "b"), 0) == "a\nb"
    assert collect(queue(), 0) == ""


@pytest.mark.parametrize("handler", ["return_", "raise_"])
def test_the_mark_is_written_behind_all_output_of_a_call(handler: str) -> None:
    call = marking("        result = handler(event)")
    script = f"""
import os, sys
sys.stdout = sys.stderr
def return_(event):
    print("said")
    sys.stderr.write("unfinished")
def raise_(event):
    return_(event)
    raise KeyError(event)
def run(handler, event):
    try:
{call}
    except KeyError:
        pass
run({handler}, 1)
"""
    ended = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)], capture_output=True, text=True, check=True
    )
    assert collect(queue(*ended.stderr.splitlines()), 0) == "said\nunfinished"
    assert ended.stderr.endswith(f"{output.MARK}\n")
