"""A generated file: written, or compared with what there is."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path


def write_or_check(module: str, about: str | None, file: Path, render: Callable[[], str]) -> int:
    """Write a generated file, or compare it if the command line says `--check`.

    Parameters
    ----------
    module, about : str
        What the command line runs, and what it does.
    file : Path
        The file.
    render : callable
        Returns its text.

    Returns
    -------
    int
        The exit code.
    """
    parser = argparse.ArgumentParser(prog=f"python -m {module}", description=about)
    parser.add_argument("--check", action="store_true", help="compare instead of writing")
    check = parser.parse_args().check
    text = render()
    if not check:
        file.write_text(text, encoding="utf-8")
        return 0
    if file.exists() and file.read_text(encoding="utf-8") == text:
        return 0
    print(f"{file.name} is out of date: run make generated", file=sys.stderr)
    return 1
