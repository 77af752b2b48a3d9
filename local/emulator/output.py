"""What a function's process writes to its log during an invocation.

The server of the package cannot tell when that is all, so it waits: 50 ms for a first line, and
after one until none has come for 5 ms. With our mark behind it, it need not wait.
"""

from queue import Empty, Queue

MARK = "\x00 the end of an invocation's log"
LIMIT = 0.25
"""Seconds to wait for the mark, which does not come from a process that has ended."""


def marking(call: str) -> str:
    """Return the statements that make a call and write the mark, whatever becomes of the call.

    Parameters
    ----------
    call : str
        A statement in a script that has `os` and `sys`, indented.
    """
    indent = call[: len(call) - len(call.lstrip())]
    mark = f"{MARK}\n".encode()
    return "\n".join(
        (
            f"{indent}try:",
            f"    {call}",
            f"{indent}finally:",
            f"{indent}    sys.stderr.flush()",
            f"{indent}    os.write(2, {mark!r})",
        )
    )


def collect(lines: Queue[str], seconds: float = LIMIT) -> str:
    """Take the lines up to the mark from a queue, and join them.

    Parameters
    ----------
    lines : Queue of str
        The process's standard error, without the ends of lines.
    seconds : float
        How long to wait for each of them; after that, what has come is all.
    """
    found = []
    try:
        while not (line := lines.get(timeout=seconds)).endswith(MARK):
            found.append(line)
    except Empty:
        return "\n".join(found)
    if begun := line.removesuffix(MARK):
        found.append(begun)
    return "\n".join(found)
