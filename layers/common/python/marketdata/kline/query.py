"""The read path: blocks, what they lack, small gaps fetched, rows cut to the range."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import orjson

from marketdata.catalog.securities import Catalog, Security
from marketdata.errors import NotFoundError
from marketdata.kline import block as codec
from marketdata.kline.bar import Dataset, Kind, Period, Row
from marketdata.kline.completeness import Completeness, Window
from marketdata.kline.coverage import Coverage, parts_between
from marketdata.kline.gaps import Fetch, fill_gaps
from marketdata.kline.resample import first_day_of, resample
from marketdata.kline.store import Block, BlockKey


class Blocks(Protocol):
    """Gives stored blocks; `kline.store.BlockStore` is one."""

    def read(self, keys: Sequence[BlockKey]) -> dict[BlockKey, Block]: ...


@dataclass(frozen=True, slots=True)
class Question:
    """Which bars are wanted.

    Attributes
    ----------
    kinds : frozenset of Kind
        What the codes may be; any other code counts as unknown.
    codes : sequence of str
        In the order of the answer.
    start, end : str
        First and last day, "YYYYMMDD".
    period : Period
        A stored one, or weekly or monthly.
    """

    kinds: frozenset[Kind]
    codes: Sequence[str]
    start: str
    end: str
    period: Period

    @property
    def first_day(self) -> str:
        """The first day to read: a week or month is computed whole from its first day on."""
        return first_day_of(self.start, self.period)


@dataclass(slots=True)
class Reading:
    """The bars that were found.

    Attributes
    ----------
    rows : dict
        For each known code its rows' text in the order of time, see `kline.block`.
    meta : dict
        The answer's `meta`.
    etag : str
        Changes with anything that the answer depends on.
    """

    rows: dict[str, bytes]
    meta: dict[str, Any]
    etag: str

    def body(self) -> bytes:
        """Give the answer's JSON; no bar is parsed for it."""
        data = b",".join(b'"%s":[%s]' % (code.encode(), text) for code, text in self.rows.items())
        meta = orjson.dumps(self.meta)
        return b'{"code":200,"message":"success","data":{%s},"meta":%s}' % (data, meta)

    def parsed(self, code: str) -> list[Row]:
        """Give one code's rows as dictionaries."""
        return codec.parse(self.rows[code])


@dataclass(slots=True)
class Reader:
    """Answers questions about bars.

    Parameters
    ----------
    blocks : Blocks
        The store.
    catalog : Catalog
        Which codes exist and when they lived.
    fetch : Fetch
        Has small gaps filled.
    final_until : str
        The last trading day whose bars are final.
    upstream : str
        The source's name, for `meta`.
    """

    blocks: Blocks
    catalog: Catalog
    fetch: Fetch
    final_until: str
    upstream: str

    def read(self, question: Question) -> Reading:
        """Answer a question as completely as the cache and small fetches allow.

        Raises
        ------
        NotFoundError
            None of the codes is known.
        """
        known = self._known(question)
        keys = {code: _keys(question, security) for code, security in known.items()}
        blocks = self.blocks.read([key for each in keys.values() for key in each])
        found = self._complete(question, known, keys, blocks)
        source = "cache"
        warnings: list[str] = []
        if any(state.missing for state in found.values()):
            had = bool(blocks)
            fetched, warnings = fill_gaps(known, found, self.fetch)
            if fetched:
                blocks |= self.blocks.read([key for code in fetched for key in keys[code]])
                found = self._complete(question, known, keys, blocks)
                source = "mixed" if had else "upstream"
        rows = {code: self._rows(question, keys[code], blocks) for code in known}
        meta = self._meta(question, known, found, rows)
        meta |= {"source": source, "upstream": self.upstream, "warnings": warnings}
        return Reading(rows, meta, self._etag(question, blocks, meta))

    def _known(self, question: Question) -> dict[str, Security]:
        known = {
            code: security
            for code in question.codes
            if (security := self.catalog.get(code)) and security.kind in question.kinds
        }
        if not known:
            raise NotFoundError(f"none of the codes is known: {', '.join(question.codes[:10])}")
        return known

    def _window(self, question: Question, dataset: Dataset) -> Window:
        return Window(
            start=question.first_day,
            end=question.end,
            coverage_start=self.catalog.coverage_start(dataset),
            final_until=self.final_until,
        )

    def _complete(
        self,
        question: Question,
        known: Mapping[str, Security],
        keys: Mapping[str, Sequence[BlockKey]],
        blocks: Mapping[BlockKey, Block],
    ) -> dict[Dataset, Completeness]:
        """Compare what is stored with what should be there, for each dataset in the question."""
        found: dict[Dataset, Completeness] = {}
        nothing = Coverage()
        for code, security in known.items():
            dataset = _dataset(question, security)
            state = found.get(dataset)
            if state is None:
                state = found[dataset] = Completeness(self._window(question, dataset))
            for key in keys[code]:
                stored = blocks.get(key)
                state.add(dataset, security, key.part, stored.coverage if stored else nothing)
        return found

    def _rows(
        self, question: Question, keys: Sequence[BlockKey], blocks: Mapping[BlockKey, Block]
    ) -> bytes:
        stored = (blocks[key] for key in keys if key in blocks)
        texts = (codec.decode(block.frame) for block in stored if block.frame)
        cut = (codec.cut(text, question.first_day, question.end) for text in texts)
        joined = b",\n".join(text for text in cut if text)
        if question.period.stored or not joined:
            return joined
        return b",\n".join(
            orjson.dumps(row) for row in resample(codec.parse(joined), question.period)
        )

    def _meta(
        self,
        question: Question,
        known: Mapping[str, Security],
        found: Mapping[Dataset, Completeness],
        rows: Mapping[str, bytes],
    ) -> dict[str, Any]:
        """Merge the datasets' findings; all of a question's codes share one trading calendar."""
        market = next(iter(known.values())).market
        meta: dict[str, Any] = {}
        for state in found.values():
            for name, value in state.meta(market).items():
                meta[name] = _merged(name, meta.get(name), value)
        if question.period.stored:
            meta["returned"] = sum(codec.rows_in(text) for text in rows.values())
        else:
            # Completeness speaks of the days that the weeks and months are computed from.
            meta["returned"] = meta["expected"] - _days_without_bar(found.values())
        meta["unknown_codes"] = [code for code in question.codes if code not in known]
        return meta

    def _etag(
        self, question: Question, blocks: Mapping[BlockKey, Block], meta: Mapping[str, Any]
    ) -> str:
        digest = hashlib.blake2b(repr(question).encode(), digest_size=16)
        digest.update(orjson.dumps(meta))
        for key, stored in sorted((key, stored.version) for key, stored in blocks.items()):
            digest.update(f"{key.dataset}#{key.code}#{key.part}={stored};".encode())
        return f'"{digest.hexdigest()}"'


def _dataset(question: Question, security: Security) -> Dataset:
    return Dataset(security.kind, question.period.source)


def _keys(question: Question, security: Security) -> list[BlockKey]:
    dataset = _dataset(question, security)
    parts = parts_between(dataset.period, question.first_day, question.end)
    return [BlockKey(dataset.name, security.code, part) for part in parts]


def _merged(name: str, ours: Any, theirs: Any) -> Any:
    if ours is None or name == "pending":
        return theirs
    if name == "complete":
        return ours and theirs
    if isinstance(ours, dict):
        return ours | theirs
    return ours + theirs


def _days_without_bar(found: Iterable[Completeness]) -> int:
    return sum(
        len(days)
        for state in found
        for kind in (state.missing, state.absent)
        for days in kind.values()
    )
