"""The write path of the members of groups, of the list of industries, and of indices' weights."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

from marketdata.blocks.block import Block, BlockKey
from marketdata.blocks.dataset import Period
from marketdata.blocks.days import parts_between
from marketdata.blocks.store import BlockStore
from marketdata.catalog.constituents import Industry, sifted
from marketdata.catalog.groups import (
    INDUSTRIES,
    WEIGHTS,
    Asking,
    KnownIndustries,
    decode_industries,
    decode_members,
    encode_industries,
    encode_members,
    members_key,
    sifted_weights,
    with_weights,
)
from marketdata.catalog.securities import Catalog, our_code
from marketdata.sources.source import FetchedMembers, FetchedWeights


class Moment(NamedTuple):
    """When which source was asked.

    Attributes
    ----------
    source : str
        The source's name.
    final_until : str
        The last final day then, "YYYYMMDD".
    asked_at : str
        The time, ISO 8601.
    """

    source: str
    final_until: str
    asked_at: str


def save_members(
    store: BlockStore,
    catalog: Catalog,
    groups: Collection[str],
    fetched: FetchedMembers,
    moment: Moment,
) -> tuple[dict[str, str], list[str]]:
    """Store the members that the source delivered, each group as a whole.

    Parameters
    ----------
    store : BlockStore
        Where they go.
    catalog : Catalog
        Knows how long codes live.
    groups : collection of str
        Which were asked for.
    fetched : FetchedMembers
        What the source delivered.
    moment : Moment
        When it was asked.

    Returns
    -------
    dict
        Group → why nothing of it was taken over; what is stored stays then.
    list of str
        What was set aside, in words.

    Raises
    ------
    VersionConflictError
        Other writers kept changing one of the blocks.
    """
    good = {group: sifted(fetched.members.get(group, ()), catalog.get) for group in groups}
    failed: dict[str, str] = {}

    def change(key: BlockKey, stored: Block) -> Block:
        group, known = key.code, decode_members(key, stored)
        if why := fetched.failed.get(group) or good[group][2]:
            new = known.in_vain(why, moment.source, moment.asked_at)
        else:
            new = known.refreshed(good[group][0], *moment)
        if new.asking.failed:
            failed[group] = new.asking.failed
        else:
            failed.pop(group, None)
        return encode_members(new, stored)

    store.update_all([members_key(group) for group in groups], change)
    notes = [f"{group}: {note}" for group, (_, aside, _) in good.items() for note in aside]
    return failed, [*fetched.notes, *notes]


def save_industries(
    store: BlockStore, listed: Sequence[Industry], moment: Moment
) -> tuple[str, list[str]]:
    """Store the list of industries; an empty one does not replace another.

    Returns
    -------
    str
        Why it was not taken over; empty if it was.
    list of str
        What was set aside, in words.
    """
    codes = {each.code: our_code(each.code) for each in listed}
    good = {code: each._replace(code=code) for each in listed if (code := codes[each.code])}
    asking = Asking(moment.source, moment.final_until, moment.asked_at, moment.asked_at)
    why = "" if good else "the source lists no industries"

    def change(stored: Block) -> Block:
        known = KnownIndustries([good[code] for code in sorted(good)], asking)
        if why:
            known = decode_industries(stored)
            known = known._replace(asking=known.asking.in_vain(why, moment.asked_at, unknown=True))
        return encode_industries(known, stored)

    store.update(INDUSTRIES, None, change)
    return why, [f"industries: {text!r} is no code" for text, code in codes.items() if not code]


def save_weights(
    store: BlockStore,
    index: str,
    days: tuple[str, str],
    fetched: FetchedWeights,
    moment: Moment,
) -> list[str]:
    """Store the weights of an index that the source delivered.

    Parameters
    ----------
    store : BlockStore
        Where they go.
    index : str
        The index.
    days : tuple of str
        First and last day that was asked for, "YYYYMMDD"; only final ones count.
    fetched : FetchedWeights
        What the source delivered.
    moment : Moment
        When it was asked.

    Returns
    -------
    list of str
        What was set aside, in words.
    """
    start, end = days[0], min(days[1], moment.final_until)
    good, notes = sifted_weights(fetched.days, start, end)
    asking = Asking(moment.source, moment.final_until, moment.asked_at, moment.asked_at)
    keys = [BlockKey(WEIGHTS, index, part) for part in parts_between(Period.MIN1, start, end)]
    store.update_all(
        keys, lambda key, stored: with_weights(key, stored, good, (start, end), asking)
    )
    return [*fetched.notes, *(f"{index}: {note}" for note in notes)]
