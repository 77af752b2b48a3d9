"""When a read asks the source about a group, and what it does without."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from marketdata.blocks.block import Block, BlockKey
from marketdata.blocks.dataset import Kind
from marketdata.blocks.repair import clear_damaged
from marketdata.catalog import group_reader
from marketdata.catalog.calendar import last_final_day
from marketdata.catalog.constituents import Membership, overlapping
from marketdata.catalog.group_reader import ASK_AGAIN, MOST_OPENED, GroupReader
from marketdata.catalog.groups import (
    MEMBERS,
    KnownMembers,
    decode_members,
    members_key,
    weights_key,
)
from marketdata.catalog.securities import Catalog, Security
from marketdata.details import messages
from marketdata.errors import (
    NotFoundError,
    UpstreamBusyError,
    UpstreamFaultError,
    UpstreamUnsupportedError,
)
from marketdata.ingest.constituents import Moment, save_industries, save_members, save_weights
from tests.support.clocks import clock
from tests.support.group_source import BANKS, HS300, Groups
from tests.support.memory import MemoryStore

MEMBER = Membership("600000.SH", "20050408", None)
WHOLE = {"600000.SH": 100.0}
CATALOG = Catalog(
    [
        Security(HS300, "沪深300", Kind.INDEX, "SH"),
        Security("600000.SH", "浦发银行", Kind.STOCK, "SH", "19991110"),
    ],
    "",
    "files",
    {},
)
DAY = timedelta(days=1)


@dataclass
class GroupMarket:
    """A reader, and a source that stores at once what it gives."""

    now: datetime = field(default_factory=clock("2024-01-04T18:00"))
    source: Groups = field(default_factory=Groups)
    store: MemoryStore = field(default_factory=MemoryStore)
    name: str = "files"
    reader: GroupReader = field(init=False)

    def __post_init__(self) -> None:
        self.new_process()

    def new_process(self) -> None:
        """Forget what the process has kept."""
        self.reader = GroupReader(
            self.store,
            self,
            self.name,
            lambda: CATALOG,
            self.final_day,
            lambda: self.now,
            self.seconds,
        )

    def seconds(self) -> float:
        return self.now.timestamp()

    def final_day(self) -> str:
        return last_final_day(self.now, "17:00")

    def moment(self) -> Moment:
        return Moment(self.name, self.final_day(), self.now.isoformat())

    def fetch_members(self, groups: list[str], seconds: float) -> None:
        assert seconds > 0
        save_members(self.store, CATALOG, groups, self.source.fetch_members(groups), self.moment())

    def fetch_weights(self, index: str, start: str, end: str, seconds: float) -> None:
        assert seconds > 0
        fetched = self.source.fetch_weights(index, start, end)
        save_weights(self.store, index, (start, end), fetched, self.moment())

    def list_industries(self, seconds: float) -> None:
        assert seconds > 0
        save_industries(self.store, self.source.list_industries(), self.moment())

    def asked(self) -> int:
        """Give how often the source was asked since the last look."""
        count = len(self.source.asked)
        self.source.asked.clear()
        return count


@pytest.fixture
def market() -> GroupMarket:
    made = GroupMarket()
    made.source.members = {HS300: [MEMBER], BANKS: [MEMBER]}
    return made


def test_a_group_is_asked_for_once_a_day(market: GroupMarket) -> None:
    for _ in range(3):
        assert market.reader.members(HS300).content == [MEMBER]
        market.new_process()
    assert market.asked() == 1
    market.now += DAY
    told = market.reader.members(HS300)
    assert (told.asking.as_of, told.warnings, market.asked()) == ("20240105", [], 1)
    # No day becomes final on a weekend.
    market.now += 2 * DAY
    assert market.reader.members(HS300).asking.as_of == "20240105"
    assert market.asked() == 0


@pytest.mark.parametrize("process", [GroupMarket.new_process, lambda _: None])
def test_the_source_failing_never_fails_what_is_stored(
    market: GroupMarket, process: Callable[[GroupMarket], None]
) -> None:
    market.reader.members(HS300)
    market.now += DAY
    market.source.error = UpstreamBusyError("it is busy")
    told = market.reader.members(HS300)
    assert (told.content, told.asking.as_of) == ([MEMBER], "20240104")
    assert messages(told.warnings) == ["the source was not asked anew: it is busy"]
    market.asked()
    assert market.reader.members(HS300).warnings == told.warnings
    assert market.asked() == 0
    market.now += ASK_AGAIN
    market.source.error = None
    process(market)
    assert market.reader.members(HS300).asking.as_of == "20240105"


def test_what_is_stored_nowhere_is_the_error_of_the_source(market: GroupMarket) -> None:
    market.source.error = UpstreamBusyError("it is busy")
    for _ in range(2):
        with pytest.raises(UpstreamBusyError, match="it is busy"):
            market.reader.members(HS300)
        with pytest.raises(UpstreamBusyError, match="it is busy"):
            market.reader.industries()
        with pytest.raises(UpstreamBusyError, match="it is busy"):
            market.reader.weights(HS300, "20240104")
    assert market.asked() == 3


def test_what_the_source_cannot_do_is_not_asked_for_at_each_call(market: GroupMarket) -> None:
    market.source.error = UpstreamUnsupportedError("it has none")
    for _ in range(3):
        with pytest.raises(UpstreamUnsupportedError, match="it has none"):
            market.reader.members(HS300)
    assert market.asked() == 1


def test_a_group_that_the_source_does_not_know_is_remembered(market: GroupMarket) -> None:
    for _ in range(3):
        with pytest.raises(NotFoundError, match=r"000905\.SH: the source knows no members of it"):
            market.reader.members("000905.SH")
        market.new_process()
    assert market.asked() == 1
    market.now += ASK_AGAIN
    market.source.members["000905.SH"] = [MEMBER]
    assert market.reader.members("000905.SH").content == [MEMBER]


def test_a_group_that_could_not_be_got_is_no_unknown_one(market: GroupMarket) -> None:
    market.source.failed = {HS300: "the file has no heading"}
    with pytest.raises(UpstreamFaultError, match="the file has no heading"):
        market.reader.members(HS300)
    with pytest.raises(UpstreamFaultError, match="the file has no heading"):
        market.reader.members(HS300)
    assert market.asked() == 1


def test_a_stock_is_no_group(market: GroupMarket) -> None:
    with pytest.raises(NotFoundError, match="no index or industry"):
        market.reader.members("600000.SH")
    with pytest.raises(NotFoundError, match="no index or industry"):
        market.reader.weights("600000.SH", "20240104")
    assert market.asked() == 0


def test_a_refused_answer_is_a_warning(market: GroupMarket) -> None:
    market.reader.members(HS300)
    market.now += DAY
    del market.source.members[HS300]
    told = market.reader.members(HS300)
    assert told.content == [MEMBER]
    assert messages(told.warnings) == ["the source knows no members of it"]
    market.asked()
    assert market.reader.members(HS300) == told
    assert market.asked() == 0


def test_another_source_is_asked_at_once(market: GroupMarket) -> None:
    market.reader.members(HS300)
    market.name = "synthetic"
    market.new_process()
    market.source.error = UpstreamUnsupportedError("it has none")
    told = market.reader.members(HS300)
    assert (told.content, told.asking.source) == ([MEMBER], "files")
    assert messages(told.warnings) == ["the source was not asked anew: it has none"]


def test_a_lost_payload_is_fetched_again(market: GroupMarket) -> None:
    market.reader.members(HS300)
    item = market.store.table.items[members_key(HS300).item]
    item["data"] = item["data"][:-1]
    assert market.reader.members(HS300).content == [MEMBER]
    clear_damaged(market.store, [members_key(HS300)])
    assert market.reader.members(HS300).content == [MEMBER]
    assert market.store.coverage(MEMBERS, "all")[HS300].rows == 2


def test_a_question_for_weights_has_the_month_fetched(market: GroupMarket) -> None:
    market.source.days = {"20240102": WHOLE, "20240104": WHOLE}
    told = market.reader.weights(HS300, "20240104")
    assert told.content.weights == WHOLE
    assert (told.asking.as_of, told.asking.source) == ("20240104", "files")
    assert market.source.asked == [("weights", HS300, "20240101", "20240104")]
    # The source had later ones: it has none of the third.
    for day, weights in {"20240102": WHOLE, "20240103": {}}.items():
        assert market.reader.weights(HS300, day).content.weights == weights
    assert market.asked() == 1


def test_weights_that_are_late_are_asked_for_after_a_day(market: GroupMarket) -> None:
    for _ in range(2):
        told = market.reader.weights(HS300, "20240104")
        assert (told.content.weights, told.content.complete) == ({}, False)
        assert told.asking.asked_at == "2024-01-04T10:00:00+00:00"
    assert market.asked() == 1
    market.now += DAY
    market.source.error = UpstreamBusyError("it is busy")
    told = market.reader.weights(HS300, "20240104")
    assert messages(told.warnings) == ["the source was not asked anew: it is busy"]
    market.now += ASK_AGAIN
    market.source.error, market.source.days = None, {"20240104": WHOLE}
    assert market.reader.weights(HS300, "20240104").content.complete


def test_weights_of_a_day_that_is_not_final_are_not_asked_for(market: GroupMarket) -> None:
    told = market.reader.weights(HS300, "20240105")
    assert told.content.weights == {}
    assert messages(told.warnings) == ["20240105 is not final yet"]
    assert market.asked() == 0


def test_weights_of_an_index_that_nobody_knows(market: GroupMarket) -> None:
    for _ in range(2):
        with pytest.raises(NotFoundError, match=r"no index 000905\.SH"):
            market.reader.weights("000905.SH", "20240104")
    assert market.asked() == 1
    market.source.members["000905.SH"] = [MEMBER]
    market.reader.members("000905.SH")
    assert market.reader.weights("000905.SH", "20231204").content.weights == {}


def test_a_damaged_block_of_weights_is_fetched_again(market: GroupMarket) -> None:
    market.source.days = {"20240104": WHOLE}
    market.reader.weights(HS300, "20240104")
    item = market.store.table.items[weights_key(HS300, "20240104").item]
    item["data"] = item["data"][:-1]
    assert market.reader.weights(HS300, "20240104").content.weights == WHOLE
    assert market.asked() == 2


def test_rows_are_those_of_the_memberships_of_a_range(market: GroupMarket) -> None:
    left = Membership("600004.SH", "20050408", "20101231")
    market.source.members[HS300] = [MEMBER, left]
    for start, end in (("20101231", "20110101"), ("20110101", "20110101"), ("2000", "20050408")):
        found = market.reader.rows_between(HS300, start, end).content
        expected = overlapping(market.reader.members(HS300).content, start, end)
        assert found == [each._asdict() for each in expected]
    assert market.reader.rows_between(HS300, "20000101", "20050407").content == []


def test_a_process_sees_what_others_have_stored(market: GroupMarket) -> None:
    """It opens a block once, but reads it each time."""
    market.reader.members(HS300)
    left = MEMBER._replace(out_date="20240103")
    market.source.members[HS300] = [left]
    market.fetch_members([HS300], 1)
    assert market.reader.members(HS300).content == [left]


def test_a_process_keeps_the_members_of_some_groups_only(
    market: GroupMarket, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = []

    def open_block(key: BlockKey, stored: Block) -> KnownMembers:
        opened.append(key.code)
        return decode_members(key, stored)

    groups = [f"80{number:04}.SI" for number in range(MOST_OPENED + 1)]
    market.source.members = {group: [MEMBER] for group in groups}
    for group in groups:
        market.reader.members(group)
    monkeypatch.setattr(group_reader, "decode_members", open_block)
    for group in (groups[-1], groups[1], groups[0], groups[0], groups[1]):
        assert market.reader.members(group).content == [MEMBER]
    assert opened == [groups[0]]
