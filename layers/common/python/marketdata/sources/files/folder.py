"""Folders with one file per code: finding a code's file, or what there is instead of it."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from marketdata.catalog.securities import market_of
from marketdata.errors import NotFoundError

IMPORTS = "imports/"
PARALLEL = 8

_MARK = re.compile("[^0-9A-Z]")


class ObjectReader(Protocol):
    """The store of the files, such as `aws.objects.Bucket`."""

    def read(self, key: str) -> bytes:
        """Read an object; raises NotFoundError if there is none."""

    def keys(self, prefix: str) -> Iterator[str]:
        """List the keys below a prefix."""


class CodeFile(NamedTuple):
    """The file of a code.

    Attributes
    ----------
    code : str
        The code.
    path : str
        The file's path below `imports/`, or the path that it should have.
    content : bytes or None
        Its content; None if there is no such file.
    lacking : str
        The message in that case.
    misnamed : bool
        Whether there are files that may be meant for it instead.
    """

    code: str
    path: str
    content: bytes | None
    lacking: str = ""
    misnamed: bool = False


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder with a file for each code, `{code}.csv`.

    The code may be written as `securities.csv` writes it, or with the letters of a future's product
    in another case, as the exchanges do: `rb2405.SHF.csv`.

    Parameters
    ----------
    objects : ObjectReader
        The bucket.
    path : str
        The folder, below `imports/`.
    spellings : callable
        Returns how `securities.csv` writes codes, for those it does not write as we do.
    """

    objects: ObjectReader
    path: str
    spellings: Callable[[], Mapping[str, str]]

    def files(self, codes: Sequence[str]) -> Iterator[CodeFile]:
        """Yield the file of each code, in any order."""
        lacking = []
        for file in self._read({code: code for code in codes}):
            if file.content is None:
                lacking.append(file.code)
            else:
                yield file
        if lacking:
            yield from self._in_place_of(lacking)

    def _in_place_of(self, codes: Sequence[str]) -> Iterator[CodeFile]:
        """Yield the files of codes that have none by the usual name."""
        # One listing says for all of them what there is instead.
        kin = self._kin(codes)
        spellings = self.spellings() if any(kin.values()) else {}
        own = {}
        for code, names in kin.items():
            found = [each for each in names if _is_own(each, code, spellings.get(code))]
            if len(found) == 1:
                own[code] = found[0]
                continue
            lacking = f"there is no {IMPORTS}{self._path(code)}"
            if names:
                others = ", ".join(IMPORTS + self._path(name) for name in names)
                lacking += f", but {others}: rename it"
            yield CodeFile(code, self._path(code), None, lacking, misnamed=bool(names))
        yield from self._read(own)

    def _kin(self, codes: Sequence[str]) -> dict[str, list[str]]:
        """Return for each code the names, without `.csv`, of files that may be meant for it."""
        found: dict[str, list[str]] = {}
        for key in self.objects.keys(f"{IMPORTS}{self.path}/"):
            name = key.rpartition("/")[2].removesuffix(".csv")
            found.setdefault(_MARK.sub("", name.upper()), []).append(name)
        return {
            code: [name for form in _forms(code) for name in found.get(form, ())] for code in codes
        }

    def _path(self, name: str) -> str:
        return f"{self.path}/{name}.csv"

    def _read(self, names: Mapping[str, str]) -> Iterator[CodeFile]:
        """Read the file of each code, whose name is given without `.csv`."""
        with ThreadPoolExecutor(PARALLEL) as pool:
            contents = pool.map(self._content, names.values())
            for (code, name), content in zip(names.items(), contents, strict=True):
                lacking = "" if content is not None else f"there is no {IMPORTS}{self._path(name)}"
                yield CodeFile(code, self._path(name), content, lacking)

    def _content(self, name: str) -> bytes | None:
        try:
            return self.objects.read(IMPORTS + self._path(name))
        except NotFoundError:
            return None


def _is_own(name: str, code: str, spelling: str | None) -> bool:
    """Check whether a file is a code's own; its market must be in capitals."""
    return name == spelling or (name.upper() == code and market_of(name) == market_of(code))


def _forms(code: str) -> tuple[str, str, str]:
    """Return ways to write a code, without punctuation: market last, market first, no market."""
    number, _, market = code.partition(".")
    return number + market, market + number, number
