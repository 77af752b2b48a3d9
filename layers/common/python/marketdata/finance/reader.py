"""The read path of statements: blocks, what they lack, small gaps, each period's newest row."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from marketdata.blocks import codec
from marketdata.blocks.block import BlockKey, unpack
from marketdata.blocks.coverage import UNKNOWN, Coverage
from marketdata.blocks.days import parts_between
from marketdata.blocks.store import BlockStore
from marketdata.catalog.securities import Catalog, Security, lives
from marketdata.catalog.window import Window, common_market
from marketdata.errors import InvalidInputError
from marketdata.finance.periods import (
    QUARTERS,
    last_final_period,
    periods_between,
    with_prospectus,
)
from marketdata.finance.statement import StatementDataset, key_of, newest, replaced
from marketdata.kline.completeness import Completeness, origin
from marketdata.kline.gaps import FetchRows, ReportDamage, fill_gaps
from marketdata.kline.rows import RowSet

MOST_ROWS = 25_000
"""The number of rows, of up to 5 KB each, that fit into a function's memory, as text and as the
answer made of it."""

BAR_MARKS = ("short", "unknown_sessions", "close_outside", "rejected")
"""What an answer says of bars only."""


@dataclass(frozen=True, slots=True)
class StatementQuestion:
    """Which statements are wanted.

    Attributes
    ----------
    dataset : StatementDataset
        Which of the three statements.
    codes : sequence of str
        Stocks, in the order of the answer.
    start, end : str
        First and last day, "YYYYMMDD", between which the reporting periods end.
    statement_type : str
        `finance.statement.CONSOLIDATED`, or another of the source's types.
    as_of : str, optional
        Only what was public on this day, "YYYYMMDD": no later announcement or correction has any
        influence on the answer.
    """

    dataset: StatementDataset
    codes: Sequence[str]
    start: str
    end: str
    statement_type: str
    as_of: str | None = None


@dataclass(slots=True)
class CompanyRows:
    """What is stored about one company: coverage by part, and all rows in chronological order.

    `damaged` are the blocks whose payload is.
    """

    coverage: Mapping[str, Coverage]
    lines: Sequence[bytes]
    damaged: Sequence[BlockKey]


@dataclass(slots=True)
class StatementReader:
    """Answers questions about statements.

    Parameters
    ----------
    store : BlockStore
        Holds the statements.
    catalog : Catalog
        Knows which companies exist and when they were listed.
    fetch : FetchRows
        Has small gaps filled.
    final_until : str
        The last final trading day; see `catalog.calendar`.
    upstream : str
        The source's name, for `meta`.
    now : int
        When the question is asked, epoch seconds.
    report : ReportDamage
        Has damaged blocks cleared that no gap has replaced.
    """

    store: BlockStore
    catalog: Catalog
    fetch: FetchRows
    final_until: str
    upstream: str
    now: int
    report: ReportDamage

    def read(self, question: StatementQuestion) -> RowSet:
        """Answer a question as completely as the cache and small fetches allow.

        Raises
        ------
        NotFoundError
            None of the codes is known.
        InvalidInputError
            The answer could have more than `MOST_ROWS`.
        """
        known = self.catalog.known(question.codes, {question.dataset.kind})
        early = {code: with_prospectus(security) for code, security in known.items()}
        self._check_size(question, early)
        keys = {code: self._keys(question, security) for code, security in early.items()}
        stored = self._open(keys)
        before = self._compare(question, known, stored)
        wanted = self._compare(question, early, stored)
        fetched, warnings = fill_gaps(early, {question.dataset: wanted}, self.fetch)
        stored |= self._open({code: keys[code] for code in fetched}, fresh=True)
        found = self._compare(question, known, stored)
        if damaged := [key for each in stored.values() for key in each.damaged]:
            self.report(damaged)
        known_now = replace(question, as_of=None)
        now = {code: _chosen(known_now, each) for code, each in stored.items()}
        _name_other_types(question, found, stored, now)
        chosen = {code: _chosen(question, each) for code, each in stored.items()}
        rows = {code: codec.JOINT.join(each.values()) for code, each in chosen.items()}
        meta = {
            **_meta(question, known, found),
            "unfinished": [],
            "returned": sum(map(len, chosen.values())),
            "source": origin(before.extent, found.extent),
            "upstream": self.upstream,
            "warnings": warnings,
        }
        if question.as_of:
            later = self._later(question, question.as_of, stored, now, chosen)
            meta |= {"complete": meta["complete"] and not later, "announced_later": later}
        return RowSet.of(rows, meta)

    def _later(
        self,
        question: StatementQuestion,
        as_of: str,
        stored: Mapping[str, CompanyRows],
        now: Mapping[str, Mapping[str, bytes]],
        chosen: Mapping[str, Mapping[str, bytes]],
    ) -> dict[str, list[str]]:
        """Name the periods of which something that was or should have been public is not stored.

        They are holes: a correction has taken the place of what was announced by that day, due or
        not; or the report was due, and only later rows are stored. Of what was neither announced
        nor due, nothing is said.
        """
        last = last_final_period(min(self.final_until, as_of))
        asked = question.start, question.end, question.statement_type, as_of
        found: dict[str, list[str]] = {}
        for code, rows in now.items():
            late = {day for day in rows.keys() - chosen[code].keys() if day <= last}
            if days := late | replaced(stored[code].lines, *asked):
                found[code] = sorted(days)
        return found

    def _check_size(self, question: StatementQuestion, early: Mapping[str, Security]) -> None:
        """Refuse what no function could hold in memory, before anything is read."""
        asked = (span for security in early.values() for span in self._asked(question, security))
        rows = sum(len(periods_between("", start, end)) for start, end in asked)
        if rows > MOST_ROWS:
            reason = (
                f"must be closer to start_date, or the codes fewer: about {rows:,} periods are "
                f"requested, at most {MOST_ROWS:,} allowed"
            )
            raise InvalidInputError("end_date", reason, key="too_much", most=MOST_ROWS)

    def _asked(self, question: StatementQuestion, security: Security) -> list[tuple[str, str]]:
        """Return the first and last day of the question within each life and `final_until`."""
        last = min(question.end, self.final_until)
        return [(max(question.start, born), min(last, gone)) for born, gone in lives(security)]

    def _keys(self, question: StatementQuestion, security: Security) -> list[BlockKey]:
        parts = dict.fromkeys(
            part
            for start, end in self._asked(question, security)
            for part in parts_between(question.dataset, start, end)
        )
        return [BlockKey(question.dataset.name, security.code, part) for part in parts]

    def _open(
        self, keys: Mapping[str, Sequence[BlockKey]], *, fresh: bool = False
    ) -> dict[str, CompanyRows]:
        blocks = self.store.read([key for each in keys.values() for key in each], fresh=fresh)
        opened: dict[str, CompanyRows] = {}
        for code, each in keys.items():
            parts = {key: unpack(key, blocks[key]) for key in each if key in blocks}
            opened[code] = CompanyRows(
                {key.part: block.coverage for key, (block, _) in parts.items()},
                [line for _, text in parts.values() for line in codec.lines(text)],
                [key for key, (block, _) in parts.items() if block.damage],
            )
        return opened

    def _compare(
        self,
        question: StatementQuestion,
        lives: Mapping[str, Security],
        stored: Mapping[str, CompanyRows],
    ) -> Completeness:
        """Compare what is stored with what should be there, given the companies' lives."""
        start, last = max(question.start, QUARTERS.first), last_final_period(self.final_until)
        source_start = self.catalog.coverage_start(question.dataset)
        found = Completeness(Window(start, question.end, source_start, last, QUARTERS, self.now))
        for part in parts_between(question.dataset, start, min(question.end, last)):
            for code, security in lives.items():
                known = stored[code].coverage.get(part, UNKNOWN)
                found.add(question.dataset, security, part, known)
        return found


def _chosen(question: StatementQuestion, stored: CompanyRows) -> dict[str, bytes]:
    days = question.start, question.end
    return newest(stored.lines, *days, question.statement_type, question.as_of)


def _name_other_types(
    question: StatementQuestion,
    found: Completeness,
    stored: Mapping[str, CompanyRows],
    chosen: Mapping[str, Mapping[str, bytes]],
) -> None:
    """Count as absent the periods that have rows, but none of the type that was asked for."""
    for code, each in stored.items():
        periods = {key_of(line).period for line in each.lines} - chosen[code].keys()
        others = [(day, "other_type") for day in periods if question.start <= day <= question.end]
        if others:
            found.absent[code] = sorted([*found.absent.get(code, ()), *others])


def _meta(
    question: StatementQuestion, known: Mapping[str, Security], found: Completeness
) -> dict[str, Any]:
    meta = found.meta(common_market(known.values()))
    named = {name: value for name, value in meta.items() if name not in BAR_MARKS}
    return named | {"unknown_codes": [code for code in question.codes if code not in known]}
