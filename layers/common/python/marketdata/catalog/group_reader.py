"""The read path of groups: what is stored, asked for anew once a day.

The source failing never fails what the cache can answer: the answer says as of when it is.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple, Protocol

from marketdata.blocks.block import Block, BlockKey, digest_unopened
from marketdata.blocks.dataset import Kind
from marketdata.blocks.days import bit_of, ends
from marketdata.blocks.store import BlockStore
from marketdata.catalog.constituents import Industry, Membership
from marketdata.catalog.groups import (
    INDUSTRIES,
    Asking,
    DayWeights,
    KnownMembers,
    decode_industries,
    decode_members,
    decode_weights,
    members_key,
    weights_key,
)
from marketdata.catalog.securities import Catalog
from marketdata.details import Detail
from marketdata.errors import NotFoundError, UpstreamError, UpstreamFaultError

ASK_AGAIN = timedelta(minutes=5)
"""How long to wait before asking again for what the source did not give."""

DEADLINE = 20.0
"""Seconds that a read may wait for the source."""

MOST_OPENED = 50
"""Groups of which a process keeps the members."""

type Row = dict[str, Any]


class AskForGroups(Protocol):
    """Has groups fetched and stored, as `upstream.client.UpstreamClient` does."""

    def fetch_members(self, groups: list[str], seconds: float) -> None: ...
    def fetch_weights(self, index: str, start: str, end: str, seconds: float) -> None: ...
    def list_industries(self, seconds: float) -> None: ...


class Told[Content](NamedTuple):
    """What is known of a group.

    Attributes
    ----------
    content : Any
        Memberships, industries or weights.
    asking : Asking
        When the source gave it.
    warnings : list of Detail
        Why it is not newer.
    """

    content: Content
    asking: Asking
    warnings: list[Detail]


class _Opened(NamedTuple):
    """A group's block: what identifies it, what it says, and its memberships as rows for JSON."""

    digest: bytes
    known: KnownMembers
    rows: list[Row]


@dataclass(slots=True)
class GroupReader:
    """Answers questions about groups; one lasts as long as its process.

    Parameters
    ----------
    store : BlockStore
        Holds them.
    upstream : AskForGroups
        Has them fetched.
    source : str
        The source's name.
    catalog : callable
        Returns the catalog, which tells an index from what is none.
    final_day : callable
        Returns the last final day, "YYYYMMDD".
    now : callable
        Returns the current time, with a time zone.
    clock : callable
        A clock, in seconds, that goes on while Lambda freezes this process.
    """

    store: BlockStore
    upstream: AskForGroups
    source: str
    catalog: Callable[[], Catalog]
    final_day: Callable[[], str]
    now: Callable[[], datetime]
    clock: Callable[[], float] = time.time
    _failed: dict[BlockKey, tuple[float, UpstreamError]] = field(default_factory=dict)
    _opened: dict[BlockKey, _Opened] = field(default_factory=dict)

    def members(self, group: str) -> Told[Sequence[Membership]]:
        """Return all memberships of an index or an industry, by code and time.

        Raises
        ------
        NotFoundError
            The source knows no such group.
        UpstreamError
            Nothing is stored of it, and the source cannot be asked now.
        """
        opened, warnings = self._members(group)
        return Told(opened.known.memberships, opened.known.asking, warnings)

    def rows_between(self, group: str, start: str, end: str) -> Told[list[Row]]:
        """Return the memberships that share a day with a range as rows for JSON; as `members`."""
        opened, warnings = self._members(group)
        # As `constituents.overlapping` says it, without making anything that is not shown.
        rows = [
            row
            for row, (_, first, last) in zip(opened.rows, opened.known.memberships, strict=True)
            if first <= end and (last is None or last >= start)
        ]
        return Told(rows, opened.known.asking, warnings)

    def _members(self, group: str) -> tuple[_Opened, list[Detail]]:
        key = members_key(group)
        opened, warnings = self._open(key, self._read(key)), list[Detail]()
        if self._due(opened.known.asking):
            self._check_kind(group)
            warnings = self._asked(key, opened.known.asking, self._ask_members)
            if not warnings:
                opened = self._open(key, self._read(key, fresh=True))
        return opened, self._warn(group, opened.known.asking, warnings)

    def industries(self) -> Told[Sequence[Industry]]:
        """Return all industries, by code; errors as in `members`."""
        known, warnings = decode_industries(self._read(INDUSTRIES)), list[Detail]()
        if self._due(known.asking):
            warnings = self._asked(INDUSTRIES, known.asking, self._ask_industries)
            if not warnings:
                known = decode_industries(self._read(INDUSTRIES, fresh=True))
        return Told(
            known.industries, known.asking, self._warn("industries", known.asking, warnings)
        )

    def weights(self, index: str, day: str) -> Told[DayWeights]:
        """Return the weights of an index on a trading day; none if the source has none.

        A question about a day that is lacking has its whole month fetched.

        Raises
        ------
        NotFoundError
            Neither the catalog nor the source knows such an index.
        UpstreamError
            Nothing is stored of the day, and the source cannot be asked now.
        """
        key = weights_key(index, day)
        stored, warnings = self._read(key), list[Detail]()
        found = decode_weights(key, stored, day)
        if not found.weights:
            self._check_kind(index)
            final_until = self.final_day()
            if day > final_until:
                warnings = [Detail("day_not_final", f"{day} is not final yet", {"day": day})]
            elif self._lacks(key, stored, day):
                first, last = ends(key.part)
                last = min(last, final_until)

                def ask(_: BlockKey) -> None:
                    self.upstream.fetch_weights(index, first, last, DEADLINE)

                silent = stored.coverage.unconfirmed & bit_of(key.part, day)
                warnings = self._asked(key, Asking(as_of=day if silent else ""), ask)
                stored = self._read(key, fresh=True)
                found = decode_weights(key, stored, day)
            if not (found.weights or stored.rows or self._known(index)):
                raise NotFoundError(f"there is no index {index}", key="unknown_group", code=index)
        asking = found.asking if found.weights else _asked_in_vain(key, stored, day)
        return Told(found, asking, warnings)

    def _open(self, key: BlockKey, stored: Block) -> _Opened:
        """Open a group's block, if it has changed since the last look.

        Back-tests ask for one index day by day, and opening costs twice as much as all the rest.
        """
        digest = digest_unopened(key, stored)
        opened = self._opened.pop(key, None)
        if not digest or opened is None or opened.digest != digest:
            known = decode_members(key, stored)
            opened = _Opened(digest, known, [each._asdict() for each in known.memberships])
        if digest:
            self._opened[key] = opened
            if len(self._opened) > MOST_OPENED:
                del self._opened[next(iter(self._opened))]
        return opened

    def _ask_members(self, key: BlockKey) -> None:
        self.upstream.fetch_members([key.code], DEADLINE)

    def _ask_industries(self, _: BlockKey) -> None:
        self.upstream.list_industries(DEADLINE)

    def _read(self, key: BlockKey, *, fresh: bool = False) -> Block:
        return self.store.read([key], fresh=fresh).get(key, Block())

    def _check_kind(self, code: str) -> None:
        """Spare the source questions about codes that stand for something else."""
        security = self.catalog().get(code)
        if security is not None and security.kind is not Kind.INDEX:
            raise NotFoundError(f"{code} is no index or industry", key="unknown_group", code=code)

    def _due(self, asking: Asking) -> bool:
        """Check whether the source is to be asked for a document."""
        if asking.source == self.source and asking.as_of >= self.final_day():
            return False
        return not asking.failed or self._waited(asking.tried_at)

    def _waited(self, tried_at: str) -> bool:
        return self.now() - datetime.fromisoformat(tried_at) >= ASK_AGAIN

    def _known(self, index: str) -> bool:
        if self.catalog().get(index) is not None:
            return True
        key = members_key(index)
        return bool(decode_members(key, self._read(key)).memberships)

    def _lacks(self, key: BlockKey, stored: Block, day: str) -> bool:
        """Check whether the source is to be asked for weights of a day, which has no line.

        A day that counts as present all the same is one of a damaged block.
        """
        coverage, bit = stored.coverage, bit_of(key.part, day)
        if bit & coverage.absent:
            return False
        due = coverage.due(int(self.now().timestamp()))
        return not bit & coverage.unconfirmed or bool(bit & due)

    def _asked(
        self, key: BlockKey, asking: Asking, ask: Callable[[BlockKey], None]
    ) -> list[Detail]:
        """Have something fetched; return why that failed if the answer can do without it."""
        before, error = self._failed.get(key, (0.0, None))
        if error is None or self.clock() - before >= ASK_AGAIN.total_seconds():
            try:
                ask(key)
            except UpstreamError as raised:
                error = raised
                self._failed[key] = self.clock(), raised
            else:
                self._failed.pop(key, None)
                return []
        if not asking.as_of:
            raise type(error)(str(error))
        said = f"the source was not asked anew: {error}"
        return [Detail("not_asked_anew", said, {"cause": error.key})]

    def _warn(self, what: str, asking: Asking, warnings: list[Detail]) -> list[Detail]:
        """Return what to say of an answer; raise an error if nothing is stored."""
        if asking.as_of:
            before = [Detail("source_failed", asking.failed)] if asking.failed else []
            return warnings or before
        if asking.unknown:
            raise NotFoundError(f"{what}: {asking.failed}", key="unknown_group", code=what)
        raise UpstreamFaultError(f"{what}: {asking.failed}")


def _asked_in_vain(key: BlockKey, stored: Block, day: str) -> Asking:
    """Return when the source was last asked for the weights of a day that it does not have."""
    bit = bit_of(key.part, day)
    at = max((each.at for each in stored.coverage.silences if each.days & bit), default=0)
    asked_at = datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds") if at else ""
    return Asking(asked_at=asked_at)
