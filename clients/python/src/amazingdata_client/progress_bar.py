"""Telling how far a request of many codes is: a caller's function, or a bar."""

import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any

Progress = Callable[[int, int], object] | bool
"""A function of how many codes are done and how many there are; True for a bar."""

WIDTH = 30
KERNEL_SHELL = "ZMQInteractiveShell"
"""IPython's shell where a notebook shows what it displays."""


def teller(progress: Progress, total: int) -> Callable[[int], None]:
    """Return what is to be called with the number of codes that are done; begin with none.

    The same number is told once.

    Parameters
    ----------
    progress : callable or bool
        See `Progress`; False tells nobody.
    total : int
        The number of codes. Without codes, such as those of an index, nobody is told.
    """
    if progress is False or not total:
        return lambda _: None
    show = _bar() if progress is True else progress

    told = -1

    def tell(done: int) -> None:
        nonlocal told
        if done != told:
            told = done
            show(done, total)

    tell(0)
    return tell


def html(done: int, total: int) -> str:
    """Return the bar as a notebook shows it."""
    return f'<progress value="{done}" max="{total}"></progress> {done:,} of {total:,} codes'


def line(done: int, total: int) -> str:
    """Return the bar as a terminal shows it, in the place of the one before."""
    full = WIDTH * done // total
    end = "\n" if done == total else ""
    return f"\r{'━' * full}{'─' * (WIDTH - full)} {done:,} of {total:,} codes{end}"


def _bar() -> Callable[[int, int], object]:
    """Return a bar for where this runs: a notebook, a terminal, or neither, which gets none."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    if type(shell).__name__ == KERNEL_SHELL:
        return _in_notebook()
    return _in_terminal if sys.stderr is not None and sys.stderr.isatty() else _nowhere


def _in_terminal(done: int, total: int) -> None:
    sys.stderr.write(line(done, total))
    sys.stderr.flush()


def _nowhere(done: int, total: int) -> None:
    """Show nothing: a file is no place for a bar."""


def _in_notebook() -> Callable[[int, int], object]:
    display = import_module("IPython.display")
    shown: list[Any] = []

    def show(done: int, total: int) -> None:
        content = display.HTML(html(done, total))
        if shown:
            shown[0].update(content)
        else:
            shown.append(display.display(content, display_id=True))

    return show
