"""The report: tables, and the versions of what was measured."""

import os
import platform
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path

from bench.preparing import ARCTIC
from local.tools import SAM

PACKAGES = (
    "awslambdaric",
    "boto3",
    "duckdb",
    "fastapi",
    "orjson",
    "pandas",
    "polars",
    "pyarrow",
    "pydantic",
)


def versions() -> dict[str, str]:
    """Return the versions of what was measured, and the system it ran on."""
    return {
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "processors": str(os.cpu_count()),
        **{name: version(name) for name in PACKAGES},
        **dict(text.split("==") for text in (*SAM, *ARCTIC) if "==" in text),
    }


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Format a table in Markdown, padded so that it reads well in a terminal too."""
    lines = [[*map(str, line)] for line in (head, *rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    lines.insert(1, ["-" * width for width in widths])
    padded = (
        " | ".join(text.ljust(width) for text, width in zip(line, widths, strict=True))
        for line in lines
    )
    return "\n".join(f"| {line} |" for line in padded)


def update(document: Path, tables: Mapping[str, str]) -> None:
    """Put tables into a document, each between `<!-- name -->` and `<!-- /name -->`."""
    text = document.read_text()
    for name, lines in tables.items():
        head, opening, rest = text.partition(f"<!-- {name} -->\n")
        _, closing, tail = rest.partition(f"<!-- /{name} -->")
        text = f"{head}{opening}{lines}\n{closing}{tail}" if closing else text
    document.write_text(text)
