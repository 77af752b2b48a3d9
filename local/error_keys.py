"""The generator of what clients and documents have of `api.schema.keys`, the keys of errors.

`python -m local.error_keys` writes the console's and the command line's words and the tables of the
API's two pages; `--check` compares them.
"""

import sys
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import NamedTuple
from unicodedata import east_asian_width

from local.generated import write_or_check
from local.tools import ROOT
from marketdata.api.schema.keys import (
    CALLS,
    CONNECTIONS,
    ERRORS,
    FIELDS,
    ROWS,
    TASKS,
    WARNINGS,
    Key,
)

type Words = Callable[[Key], str]

CONSOLE = ROOT / "web" / "src" / "text" / "keys.ts"
COMMAND_LINE = ROOT / "clients" / "python" / "src" / "amazingdata_client" / "cli" / "chinese.py"
BEGIN, END = "<!-- keys: written by local.error_keys -->\n", "<!-- end of keys -->"
WIDTH = 100


class Page(NamedTuple):
    """A page with the tables: its words, their heads, and the title of each group."""

    file: Path
    words: Words
    head: str
    titles: tuple[str, str, str, str, str]


def _english(key: Key) -> str:
    return key.english


def _chinese(key: Key) -> str:
    return key.chinese


PAGES = (
    Page(
        ROOT / "docs" / "api.md",
        _english,
        "| key | params | meaning |",
        (
            "Of a call that failed, beside `message`:",
            "Of a wrong parameter, in `errors`:",
            "Of a task, in `error_details`, `error_keys` and `failed_batches`, beside those above:",
            "Of an answer, in `warning_details` and `adjust.failed_keys`; `cause` is itself a key:",
            "Of the test of an SDK config, beside those above:",
        ),
    ),
    Page(
        ROOT / "docs" / "api.zh-CN.md",
        _chinese,
        "| key | params | 含义 |",
        (
            "失败的调用，与 `message` 并列：",
            "有误的参数，在 `errors` 里：",
            "任务，在 `error_details`、`error_keys`、`failed_batches` 里（另有以上各项）：",
            "读取结果，在 `warning_details`、`adjust.failed_keys` 里；`cause` 本身也是 `key`：",
            "SDK 配置的连接测试（另有以上各项）：",
        ),
    ),
)


def console() -> str:
    """Return the module of the console's words."""
    languages = "\n".join(
        f"export const {name}: Keys = {{\n"
        + "".join(
            f"  {group}: {{\n{_properties(keys, words)}  }},\n"
            for group, keys in (("errors", ERRORS), ("rows", ROWS))
        )
        + "};\n"
        for name, words in (("EN", _english), ("ZH", _chinese))
    )
    return (
        "/** The words of the API's keys, written by local/error_keys.py. */\n\n"
        "/** Templates by key; `{name}` is a value of `params`. */\n"
        "interface Keys {\n"
        "  errors: Record<string, string>;\n"
        "  rows: Record<string, string>;\n"
        f"}}\n\n{languages}"
    )


def command_line() -> str:
    """Return the module of the command line's Chinese words."""
    constants = "\n".join(
        f"{name} = {{\n"
        + "".join(f'    "{key}": "{said.chinese}",\n' for key, said in keys.items())
        + "}\n"
        for name, keys in (("ERRORS", ERRORS), ("ROWS", ROWS))
    )
    return (
        '"""The Chinese words of the API\'s keys, written by local/error_keys.py."""\n\n'
        f"{constants}"
    )


def page(page: Page) -> str:
    """Return a page with its tables made anew."""
    text = page.file.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    after = rest.partition(END)[2]
    groups = zip(page.titles, (CALLS, FIELDS, TASKS, WARNINGS, CONNECTIONS), strict=True)
    tables = "\n".join(f"{title}\n\n{_table(keys, page)}" for title, keys in groups)
    return f"{before}{BEGIN}{tables}{END}{after}"


def _table(keys: Mapping[str, Key], page: Page) -> str:
    rows = "".join(
        f"| `{name}` | {' '.join(f'`{each}`' for each in key.params)} | {page.words(key)} |\n"
        for name, key in keys.items()
    )
    return f"{page.head}\n|---|---|---|\n{rows}"


def _properties(keys: Mapping[str, Key], words: Words) -> str:
    return "".join(_property(name, words(key)) for name, key in keys.items())


def _property(name: str, text: str) -> str:
    """Return a line of TypeScript as Biome formats it: it knows how wide a character is."""
    line = f'    {name}: "{text}",'
    width = sum(2 if east_asian_width(each) in "WF" else 1 for each in line)
    return f"{line}\n" if width <= WIDTH else f'    {name}:\n      "{text}",\n'


def main() -> int:
    """Write or check the files; return the exit code."""
    files: dict[Path, Callable[[], str]] = {CONSOLE: console, COMMAND_LINE: command_line}
    files |= {each.file: partial(page, each) for each in PAGES}
    return max(
        write_or_check("local.error_keys", __doc__, file, render) for file, render in files.items()
    )


if __name__ == "__main__":
    sys.exit(main())
