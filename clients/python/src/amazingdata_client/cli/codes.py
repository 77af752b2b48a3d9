"""The codes that a command is about: named, in a file, or all of a kind."""

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import wraps
from typing import Any, TextIO

import click

from amazingdata_client._sync.client import Client
from amazingdata_client.cli.days import as_date, today
from amazingdata_client.questions import bars_of_a_code, distinct
from amazingdata_client.words import Kind

MOST_CODES = 50_000
MOST_ROWS = 1_000_000
"""The rows are held in memory, about 1 GB for so many."""
BETWEEN = {"future": 28}
"""Days between two that are asked for who is listed; a contract may live for two months only."""
_BETWEEN = 91
_SEPARATOR = re.compile(r"[\s,;、]+")


@dataclass(frozen=True)
class Wanted:
    """What a command was given for codes; at most one of the three.

    Attributes
    ----------
    named : sequence of str
        From the command line or a file; they may be in any spelling.
    kind : str or None
        All codes of this kind.
    typed : bool
        Whether they stand in the command itself; what a file or `--all` names is bounded.
    """

    named: Sequence[str]
    kind: Kind | None
    typed: bool

    def __bool__(self) -> bool:
        """Return whether any codes are wanted."""
        return bool(self.named or self.kind)

    def read(
        self,
        client: Client,
        start: str,
        end: str,
        *,
        period: str = "daily",
        count: int | None = None,
    ) -> Sequence[str]:
        """Return the codes; those of a kind are the ones that were listed in the range.

        Raises
        ------
        click.UsageError
            They have more than `MOST_ROWS` rows.
        """
        codes = _listed(client, self.kind, start, end) if self.kind else self.named
        if self.kind and not codes:
            raise click.ClickException(f"no {self.kind} was listed in the range")
        rows = len(codes) * bars_of_a_code(period, _plain(start), _plain(end), count)
        if not self.typed and rows > MOST_ROWS:
            raise click.UsageError(
                f"{len(codes):,} codes have up to {rows:,} rows, and one command reads at most "
                f'{MOST_ROWS:,}: ask for fewer days, or see "amazingdata mirror"'
            )
        return codes


def codes(*kinds: Kind) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Add CODES, `--codes-file` and `--all` of some kinds, and pass them on as one `wanted`."""

    def decorated(command: Callable[..., None]) -> Callable[..., None]:
        @wraps(command)
        def with_codes(
            *args: Any,
            codes: tuple[str, ...],
            codes_file: TextIO | None,
            kind: Kind | None,
            **others: Any,
        ) -> None:
            if bool(codes) + bool(codes_file) + bool(kind) > 1:
                raise click.UsageError("give only one of CODES, --codes-file and --all")
            named = read_codes(codes_file) if codes_file else codes
            command(*args, wanted=Wanted(named, kind, typed=bool(codes)), **others)

        argument = click.argument("codes", nargs=-1)
        all_of = click.option(
            "--all",
            "kind",
            type=click.Choice(kinds),
            help="All codes of this kind that were listed in the range.",
        )
        return argument(codes_file(all_of(with_codes)))

    return decorated


codes_file = click.option(
    "--codes-file",
    type=click.File(encoding="utf-8-sig"),
    help="A file of codes, one a line or with commas or blanks between; - is stdin.",
)


def read_codes(file: TextIO) -> list[str]:
    """Return the codes in a file, whose separators may be full-width.

    Raises
    ------
    click.UsageError
        There are none, too many, or it is no text in UTF-8.
    """
    try:
        text = unicodedata.normalize("NFKC", file.read())
    except UnicodeDecodeError as error:
        raise click.UsageError(f"{file.name} is no text in UTF-8: {error.reason}") from None
    found = distinct(_SEPARATOR.split(text))
    if not found:
        raise click.UsageError(f"{file.name} names no code")
    if len(found) > MOST_CODES:
        raise click.UsageError(f"{file.name} names more than {MOST_CODES:,} codes")
    return found


def _listed(client: Client, kind: Kind, start: str, end: str) -> list[str]:
    """Return the codes that were listed on some day of a range, as far as a few days tell."""
    first, last = as_date(start or end), as_date(end or start)
    if first is None or last is None or first > last:
        # The service says what is wrong with them.
        return client.codes(kind, start or end or None)
    days = _days(first, min(last, max(first, today())), BETWEEN.get(kind, _BETWEEN))
    return list(dict.fromkeys(code for day in days for code in client.codes(kind, day)))


def _days(first: date, last: date, between: int) -> Iterator[date]:
    while first < last:
        yield first
        first += timedelta(days=between)
    yield last


def _plain(day: str) -> str:
    return day.replace("-", "")
