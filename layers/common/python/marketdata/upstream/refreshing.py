"""A catalog made of what a source lists: with what search and calendar need beside the codes."""

from collections.abc import Iterable
from dataclasses import replace

from marketdata.blocks.dataset import STORED_PERIODS, Dataset, Kind
from marketdata.catalog.announced import later_years
from marketdata.catalog.calendar import FIRST_DAYS
from marketdata.catalog.securities import LAST_DATE, Catalog, Security
from marketdata.errors import UpstreamError
from marketdata.finance.statement import Statement, StatementDataset
from marketdata.kline.adjust.steps import FactorDataset
from marketdata.kline.bars import BarDataset
from marketdata.sources.source import HasCalendar, HasStatus, HasWholeDays, Source
from marketdata.status.status import STATUS
from marketdata.upstream.initials import initials_of


def catalog_of(
    source: Source, securities: Iterable[Security], refreshed_at: str
) -> tuple[Catalog, list[str]]:
    """Make a catalog of what a source lists.

    Returns
    -------
    Catalog
        With the initials of names, and the later years of the source's calendar.
    notes : list of str
        What is wrong with that calendar, in words. It never keeps a catalog from being made.
    """
    bars = [BarDataset(kind, period) for kind in Kind for period in STORED_PERIODS]
    statements = [StatementDataset(statement) for statement in Statement]
    first_days = {each.name: source.coverage_start(each) for each in bars}
    first_days |= {each.name: source.coverage_start(each) for each in statements}
    first_days[STATUS.name] = source.status_start() if isinstance(source, HasStatus) else None
    timed: list[Dataset] = [*bars, STATUS, *map(FactorDataset, Kind)]
    final_times = {each.name: source.final_time(each) for each in timed}
    whole_days = {
        each.name: first
        for each in timed
        if isinstance(source, HasWholeDays) and (first := source.whole_days_since(each))
    }
    years, notes = _calendar(source)
    catalog = Catalog(
        [replace(each, initials=initials_of(each.name)) for each in securities],
        refreshed_at,
        source.name,
        first_days,
        years,
        final_times=final_times,
        whole_days=whole_days,
    )
    return catalog, notes


def _calendar(source: Source) -> tuple[dict[int, int] | None, list[str]]:
    if not isinstance(source, HasCalendar):
        return None, []
    try:
        days = source.trading_days(FIRST_DAYS["SH"], LAST_DATE)
    except UpstreamError as error:
        return None, [f"the source's calendar is not used: {error}"]
    return (None, []) if days is None else later_years(days)
