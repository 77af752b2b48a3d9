"""The settings of `make run`: read, and refused in words where they cannot work."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from local.tools import LocalCloudError
from marketdata.sources.files.lists import SecurityList, parse_securities
from marketdata.sources.files.source import SECURITIES
from marketdata.sources.files.tables import notes_of

SOURCES = ("synthetic", "files", "amazingdata", "baostock")
LAST_PORT = 65535
NAMED = 5
"""So many rows of a file that cannot be read are named."""


def read(arguments: Sequence[str]) -> argparse.Namespace:
    """Read the command line of `python -m local run`, which `make run` writes.

    Raises
    ------
    LocalCloudError
        A setting cannot work; the text names it as `make run` does.
    """
    parser = _Parser(prog="python -m local")
    runs = parser.add_subparsers(required=True).add_parser("run")
    runs.add_argument("--port", type=_port, required=True)
    runs.add_argument("--upstream", choices=SOURCES, required=True)
    runs.add_argument("--data", type=_path, required=True, help="empty for none")
    runs.add_argument("--sdk-bundle", type=_path, required=True, help="empty for none")
    runs.add_argument("--baostock", type=_address, required=True, help="host:port; empty for none")
    runs.add_argument("--days", type=_positive_or_none, required=True, help="empty for none")
    runs.add_argument("--state", type=_folder, required=True)
    runs.add_argument("--first-fill", type=_switch, required=True)
    runs.add_argument("--calls", type=_positive, required=True)
    runs.add_argument("--host", type=_names, required=True, help="separated by commas")
    options = parser.parse_args(arguments)
    _check_data(options.upstream, options.data)
    _check_bundle(options.upstream, options.sdk_bundle)
    if options.upstream != "baostock" and options.baostock:
        raise LocalCloudError("BAOSTOCK is read with UPSTREAM=baostock only")
    return options


class _Parser(argparse.ArgumentParser):
    """A parser whose errors speak of the settings, since nobody types its arguments."""

    def error(self, message: str) -> NoReturn:
        argument, _, problem = message.removeprefix("argument --").partition(": ")
        raise LocalCloudError(f"{argument.upper().replace('-', '_')}: {problem}")


def _check_data(upstream: str, data: Path | None) -> None:
    if upstream != "files":
        if data:
            raise LocalCloudError("DATA is read with UPSTREAM=files only")
        return
    if data is None or not data.is_dir():
        wanted = f"{data} is not a folder" if data else "it is not set"
        raise LocalCloudError(f"UPSTREAM=files reads bars from the folder DATA, but {wanted}")
    if not (data / SECURITIES).is_file():
        wanted = f"has no {SECURITIES}" if any(data.iterdir()) else "is empty"
        raise LocalCloudError(f"DATA: {data} {wanted}; docs/data.md shows what belongs there")
    try:
        listed = _securities(data).securities
    except (ValueError, OSError) as error:
        raise LocalCloudError(f"DATA: {data / SECURITIES} {error}") from error
    if not listed:
        raise LocalCloudError(f"DATA: {data / SECURITIES} lists no security")


def remarks_on(data: Path) -> list[str]:
    """Return what is wrong with rows of the list of securities, which are left out."""
    notes = notes_of(SECURITIES, _securities(data).remarks, NAMED)
    return [f"{data}/{note.removeprefix('imports/')}" for note in notes]


def _securities(data: Path) -> SecurityList:
    return parse_securities((data / SECURITIES).read_bytes())


def _check_bundle(upstream: str, bundle: Path | None) -> None:
    if upstream == "amazingdata" and (bundle is None or not bundle.exists()):
        wanted = f"{bundle} does not exist" if bundle else "it is not set"
        raise LocalCloudError(
            f"UPSTREAM=amazingdata runs the SDK from SDK_BUNDLE, but {wanted}: "
            "make sdk-bundle makes one"
        )
    if upstream != "amazingdata" and bundle:
        raise LocalCloudError("SDK_BUNDLE is read with UPSTREAM=amazingdata only")


def _port(text: str) -> int:
    if not (text.isdecimal() and 0 < int(text) <= LAST_PORT):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 to {LAST_PORT}")
    return int(text)


def _path(text: str) -> Path | None:
    return Path(text).resolve() if text else None


def _folder(text: str) -> Path:
    if not text:
        raise argparse.ArgumentTypeError("it is empty; it names a folder")
    return Path(text).resolve()


def _switch(text: str) -> bool:
    if text not in {"0", "1"}:
        raise argparse.ArgumentTypeError(f"{text!r} is neither 0 nor 1")
    return text == "1"


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 on")
    return int(text)


def _positive_or_none(text: str) -> int | None:
    return _positive(text) if text else None


def _address(text: str) -> str:
    host, _, port = text.rpartition(":")
    if text and not (host and port.isascii() and port.isdigit()):
        raise argparse.ArgumentTypeError(f"{text!r} is not host:port")
    return text


def _names(text: str) -> list[str]:
    return [name.strip().lower() for name in text.split(",") if name.strip()]
