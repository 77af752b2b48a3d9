"""The factories: the one place where the objects of this deployment are created.

A factory imports what it creates, so that a function loads only what it uses. Objects that are
created once per process are kept until `reset`.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from marketdata.aws.tables import Table
from marketdata.settings import BUDGETED_SOURCES, settings

if TYPE_CHECKING:
    from marketdata.aws.objects import Bucket
    from marketdata.blocks.block import BlockKey
    from marketdata.blocks.dataset import Dataset
    from marketdata.blocks.store import BlockStore
    from marketdata.catalog.catalog_store import CatalogStore
    from marketdata.catalog.group_reader import GroupReader
    from marketdata.catalog.securities import Catalog
    from marketdata.exports.manifest import Manifest
    from marketdata.exports.publisher import Publisher
    from marketdata.exports.work import Finder
    from marketdata.finance.reader import StatementReader
    from marketdata.futures.continuous_reader import ContinuousReader
    from marketdata.identity.administration import UserAdministration
    from marketdata.identity.login import Login
    from marketdata.identity.tokens import Tokens
    from marketdata.identity.users import Users
    from marketdata.kline.adjust.adjuster import AdjustedReader
    from marketdata.kline.reader import KlineReader
    from marketdata.lease.budget import RequestBudget
    from marketdata.lease.holder import LeaseHolder
    from marketdata.lease.queue import Queue
    from marketdata.sdk_configs.records import SdkConfigs
    from marketdata.sources.source import Source
    from marketdata.status.reader import StatusReader
    from marketdata.tasks.age import NewestDay
    from marketdata.tasks.detect import Detector
    from marketdata.tasks.dry_run import DryRun
    from marketdata.tasks.finish import Finisher
    from marketdata.tasks.main_contracts import TaskMainContracts
    from marketdata.tasks.overview import Overview
    from marketdata.tasks.plan import Planner
    from marketdata.tasks.records import TaskRecords
    from marketdata.tasks.schedules import ScheduleRuns, Timetable
    from marketdata.tasks.service import TaskService
    from marketdata.tasks.store_size import StoreSize
    from marketdata.tasks.survey import Survey
    from marketdata.tasks.task import Task
    from marketdata.tasks.turn import Turn
    from marketdata.upstream.client import UpstreamClient
    from marketdata.upstream.server import UpstreamServer

__all__ = ["settings"]

_forget: list[Callable[[], None]] = [settings.cache_clear]


def _once[Made](make: Callable[[], Made]) -> Callable[[], Made]:
    """Keep what a factory creates until `reset`."""
    kept = cache(make)
    _forget.append(kept.cache_clear)
    return kept


def reset() -> None:
    """Forget the settings, everything created from them, and all secrets read: for tests."""
    from marketdata.aws.secrets import forget_secrets
    from marketdata.catalog.known_years import learn

    learn({})
    for forget in (*_forget, forget_secrets):
        forget()


def now() -> datetime:
    """Return the current time, UTC."""
    return datetime.now(UTC)


def _seconds() -> int:
    return int(now().timestamp())


# --- where things are ------------------------------------------------------------------------


@_once
def market_table() -> Table:
    """Return the table of blocks."""
    return Table(settings().market_table)


@_once
def control_table() -> Table:
    """Return the table of users, SDK configs and tasks."""
    return Table(settings().control_table)


@_once
def bucket() -> "Bucket":
    """Return the bucket."""
    from marketdata.aws.objects import Bucket

    return Bucket(settings().bucket)


@_once
def store() -> "BlockStore":
    """Return the block store."""
    from marketdata.blocks.store import BlockStore

    return BlockStore(market_table(), bucket())


@_once
def upstream() -> "UpstreamClient":
    """Return the client of the `upstream` function."""
    from marketdata.upstream.client import UpstreamClient

    # The queue is loaded only where a call has to wait.
    return UpstreamClient(settings().upstream_function, lambda: session_queue().wait_to_read())


# --- the sessions with the source ------------------------------------------------------------


def session_queue() -> "Queue":
    """Return the queue for the source's sessions."""
    from marketdata.lease.queue import Queue

    return Queue(control_table(), settings().upstream_sessions)


@_once
def lease_holder() -> "LeaseHolder":
    """Return what takes leases on the source's sessions, under a name of this process."""
    from secrets import token_hex

    from marketdata.lease.holder import LeaseHolder

    return LeaseHolder(control_table(), settings().upstream_sessions, token_hex(4))


def request_budget() -> "RequestBudget | None":
    """Return the budget of requests to the source; None if the source needs none."""
    return _budget() if settings().upstream in BUDGETED_SOURCES else None


@_once
def _budget() -> "RequestBudget":
    from marketdata.lease.budget import RequestBudget

    per_day = settings().source_requests_per_day
    return RequestBudget(control_table(), per_day, settings().source_requests_per_minute, now)


# --- the catalog and the calendar ------------------------------------------------------------


@_once
def _catalog_store() -> "CatalogStore":
    from marketdata.catalog.catalog_store import CatalogStore

    return CatalogStore(store(), upstream().refresh_catalog)


def catalog() -> "Catalog":
    """Return the catalog, up to five minutes old; see `catalog.catalog_store.CatalogStore.load`."""
    return _catalog_store().load()


def stored_catalog() -> "Catalog | None":
    """Return the catalog as `catalog` does, but never ask the source: None if none is stored."""
    return _catalog_store().stored()


def final_day(dataset: str = "stock.daily") -> str:
    """Return the last trading day whose rows of a dataset are final by now, "YYYYMMDD".

    Parameters
    ----------
    dataset : str
        The dataset's name; what is of no dataset goes by the daily bars of stocks.
    """
    from marketdata.catalog.calendar import last_final_day, last_known_day, today

    if today(now()) > last_known_day():
        # The catalog may bring the year that the generated module does not know.
        catalog()
    return last_final_day(now(), settings().final_time or _final_time(dataset))


def next_final(dataset: str) -> datetime | None:
    """Return when the next trading day of a dataset, by its name, is final; None if unknown."""
    from marketdata.catalog.calendar import next_final

    return next_final(now(), settings().final_time or _final_time(dataset))


def _final_time(dataset: str) -> str:
    """Return what the source says of a dataset; it is not asked if no catalog is stored yet."""
    from marketdata.catalog.calendar import FINAL_TIME

    known = stored_catalog()
    return FINAL_TIME if known is None else known.final_time(dataset)


@_once
def group_reader() -> "GroupReader":
    """Return the reader of members of indices and industries, of weights, and of industries."""
    from marketdata.catalog.group_reader import GroupReader

    return GroupReader(store(), upstream(), settings().upstream, catalog, final_day, now)


# --- reading ---------------------------------------------------------------------------------


def kline_reader() -> "KlineReader":
    """Return a reader of bars for one call."""
    from marketdata.kline.reader import KlineReader

    return KlineReader(
        store=store(),
        catalog=catalog(),
        fetch=upstream().fetch,
        final_day=final_day,
        upstream=settings().upstream,
        now=_seconds(),
        report=upstream().report_damage,
    )


def adjusted_reader(mode: str, anchor: str = "") -> "AdjustedReader":
    """Return a reader of bars with adjusted prices for one call.

    Parameters
    ----------
    mode : str
        A `kline.adjust.steps.Mode`.
    anchor : str
        The day to adjust forward to, "YYYYMMDD"; empty for the last one with a known factor.
    """
    from marketdata.kline.adjust.adjuster import AdjustedReader
    from marketdata.kline.adjust.steps import Mode

    return AdjustedReader(kline_reader(), Mode(mode), upstream().fetch_factors, now, anchor)


def continuous_reader() -> "ContinuousReader":
    """Return a reader of continuous futures for one call."""
    from marketdata.futures.continuous_reader import ContinuousReader

    return ContinuousReader(kline_reader())


def status_reader() -> "StatusReader":
    """Return a reader of the status of stocks for one call."""
    from dataclasses import replace

    from marketdata.status.reader import StatusReader
    from marketdata.status.status import STATUS

    return StatusReader(replace(kline_reader(), dataset_of=lambda _kind, _period: STATUS))


def statement_reader() -> "StatementReader":
    """Return a reader of statements for one call."""
    from marketdata.finance.reader import StatementReader

    return StatementReader(
        store=store(),
        catalog=catalog(),
        fetch=upstream().fetch,
        final_until=final_day(),
        upstream=settings().upstream,
        now=_seconds(),
        report=upstream().report_damage,
    )


# --- tasks -----------------------------------------------------------------------------------


def task_records() -> "TaskRecords":
    """Return the records of tasks."""
    from marketdata.tasks.records import TaskRecords

    return TaskRecords(control_table())


def _main_contracts() -> "TaskMainContracts":
    from marketdata.tasks.main_contracts import TaskMainContracts

    return TaskMainContracts(store(), catalog, final_day("future.daily"))


@_once
def task_service() -> "TaskService":
    """Return the service behind the API's task calls."""
    from marketdata.aws import workflows
    from marketdata.tasks.service import TaskService

    return TaskService(
        task_records(),
        workflows,
        bucket(),
        detect_machine=settings().detect_machine,
        fill_machine=settings().fill_machine,
    )


def planner() -> "Planner":
    """Return a planner of tasks for one call."""
    from marketdata.tasks.plan import Planner

    return Planner(
        records=task_records(),
        store=store(),
        objects=bucket(),
        catalog=catalog,
        narrow=_main_contracts().narrow,
        final_day=final_day,
        now=_seconds(),
        changed=_changed,
    )


def dry_run() -> "DryRun":
    """Return what plans tasks without starting them, for one call."""
    from marketdata.tasks.dry_run import DryRun

    budget = request_budget()
    return DryRun(planner(), task_records(), budget.allowance if budget else None)


def newest_day() -> "NewestDay":
    """Return what measures the age of the newest stored day, for one call."""
    from marketdata.tasks.age import NewestDay

    return NewestDay(store(), catalog, final_day)


def _changed(dataset: "Dataset") -> "Callable[[str], int]":
    """Return a function from a code to when what the source says of it has last changed."""
    if settings().upstream != "files":
        return lambda _: 0
    from marketdata.sources.files.changes import file_times

    return file_times(bucket(), dataset)


def detector() -> "Detector":
    """Return a detector, which checks the parts of a detect task, for one call."""
    from marketdata.tasks.detect import Detector

    return Detector(
        records=task_records(),
        store=store(),
        objects=bucket(),
        catalog=catalog,
        narrow=_main_contracts().narrow,
        final_day=final_day,
        now=_seconds(),
        doubt=_doubt,
    )


def finisher() -> "Finisher":
    """Return a finisher, which ends batches and tasks, for one call."""
    from marketdata.tasks.finish import Finisher

    follow = _main_contracts().follow
    return Finisher(task_records(), bucket(), catalog, follow, _follow, start_publishing)


def _follow(task: "Task", cleared: Sequence[Mapping[str, Any]]) -> None:
    survey().follow(task, cleared)
    store_size().follow()


def _doubt(blocks: Iterable["BlockKey"]) -> None:
    survey().doubt(blocks)


def survey() -> "Survey":
    """Return what counts how complete each dataset is, for one call."""
    from marketdata.tasks.survey import Survey

    at = now().isoformat(timespec="seconds")
    return Survey(store(), stored_catalog, final_day, manifest().changes, at)


def store_size() -> "StoreSize":
    """Return what counts the size of the store."""
    from marketdata.tasks.store_size import StoreSize

    return StoreSize(store(), market_table(), bucket(), now)


def schedule_runs() -> "ScheduleRuns":
    """Return the last runs of the schedules."""
    from marketdata.tasks.schedules import ScheduleRuns

    return ScheduleRuns(control_table())


def turn(gives_way: Callable[[], bool]) -> "Turn":
    """Return a turn, which works through some batches, for one call.

    Parameters
    ----------
    gives_way : callable
        Checks whether it should end before its time.
    """
    from marketdata.tasks.turn import Turn

    return Turn(upstream_server().fetch, task_records().outcomes, gives_way=gives_way)


def overview() -> "Overview":
    """Return what says how the cache and its tasks are doing, for one call."""
    from marketdata.tasks.overview import Overview

    return Overview(survey(), store_size(), task_service(), stored_catalog(), now())


def timetable() -> "Timetable":
    """Return the schedules, for one call."""
    from marketdata.aws.schedules import read_schedule
    from marketdata.tasks.schedules import Timetable

    names, task = settings().schedules, task_service().show
    return Timetable(names, read_schedule, schedule_runs(), task, now())


# --- publishing ------------------------------------------------------------------------------


@_once
def manifest() -> "Manifest":
    """Return the manifest of what is published."""
    from marketdata.exports.manifest import Manifest

    return Manifest(market_table())


def finder() -> "Finder":
    """Return what finds what there is to publish, for one call."""
    from marketdata.exports.work import Finder

    return Finder(manifest(), store(), catalog, final_day, now(), lake=settings().lake)


def publisher() -> "Publisher":
    """Return a publisher for one call."""
    from marketdata.exports.publisher import Publisher

    return Publisher(
        manifest=manifest(),
        store=store(),
        objects=bucket(),
        catalog=catalog,
        final_day=final_day,
        now=now,
        upstream=settings().upstream,
        lake=settings().lake,
    )


def start_publishing(name: str, dataset: str = "", year: str = "") -> str:
    """Start the state machine that publishes; return its execution's ARN.

    Parameters
    ----------
    name : str
        The execution's name.
    dataset, year : str
        What to publish, see `exports.work.Finder.find`.
    """
    from marketdata.aws.workflows import start_execution

    what: dict[str, object] = {"dataset": dataset, "year": year}
    return start_execution(settings().publish_machine, name, what)


# --- the source ------------------------------------------------------------------------------


@_once
def source() -> "Source":
    """Return the source that the settings name; only its own modules are loaded."""
    from marketdata.catalog.calendar import FINAL_TIME

    if settings().upstream == "files":
        from marketdata.sources.files.source import FileSource

        return FileSource(bucket(), now, settings().final_time or FINAL_TIME)
    if settings().upstream == "amazingdata":
        return _amazingdata()
    if settings().upstream == "baostock":
        return _baostock()
    from marketdata.sources.synthetic.source import SyntheticSource

    return SyntheticSource(now, settings().final_time or FINAL_TIME)


def _baostock() -> "Source":
    from marketdata.lease.refusals import Refusals
    from marketdata.sources.baostock.source import BaoStockSource
    from marketdata.sources.baostock.vendor import make_vendor
    from marketdata.sources.child.session import Session

    def before_login() -> None:
        made.before_login()

    budget = _budget()
    vendor = make_vendor(settings().baostock_address, before_login)
    made = BaoStockSource(
        Session(vendor, lease_holder().fence),
        _own_catalog,
        now,
        budget.spend,
        settings().final_time,
        Refusals(control_table()),
        budget.block,
    )
    return made


def _amazingdata() -> "Source":
    import tempfile
    from pathlib import Path

    from marketdata.catalog.calendar import FINAL_TIME
    from marketdata.sdk_configs.default_account import DefaultAccount
    from marketdata.sources.amazingdata.bundle import Bundle
    from marketdata.sources.amazingdata.source import AmazingDataSource
    from marketdata.sources.amazingdata.vendor import make_vendor
    from marketdata.sources.child.session import Session

    bundle = Bundle(bucket(), Path(tempfile.gettempdir()) / "amazingdata")
    account = DefaultAccount(sdk_configs(), settings().local_cloud)
    vendor = make_vendor(bundle.unpacked, account, settings().library_path)
    session = Session(vendor, lease_holder().fence)
    final_from = settings().final_time or FINAL_TIME
    return AmazingDataSource(session, _own_catalog, now, final_from)


def _own_catalog() -> "Catalog | None":
    """Return the stored catalog; None if there is none or it is another source's."""
    found = _catalog_store().read()
    return found if found and found.source == settings().upstream else None


@_once
def upstream_server() -> "UpstreamServer":
    """Return the server of the `upstream` function, with its source."""
    from marketdata.ingest.quarantine import Quarantine
    from marketdata.sdk_configs.connection import ConnectionTest
    from marketdata.sources.source import login_of
    from marketdata.upstream.server import UpstreamServer

    return UpstreamServer(
        source=source(),
        store=store(),
        quarantine=Quarantine(bucket()),
        now=now,
        connections=ConnectionTest(
            sdk_configs(), private=settings().local_cloud, login=login_of(source())
        ),
        mark=manifest().mark,
        doubt=_doubt,
    )


# --- users and SDK configs -------------------------------------------------------------------


def users() -> "Users":
    """Return the users."""
    from marketdata.identity.users import Users

    return Users(control_table())


def login() -> "Login":
    """Return the check of user names and passwords."""
    from marketdata.identity.login import Login

    return Login(control_table(), settings().admin_secret)


def administration() -> "UserAdministration":
    """Return the administrators' operations on users."""
    from marketdata.identity.administration import UserAdministration

    return UserAdministration(control_table())


def tokens() -> "Tokens":
    """Return the issuer and verifier of tokens."""
    from marketdata.identity.tokens import Tokens

    return Tokens(settings().signing_secret)


def sdk_configs() -> "SdkConfigs":
    """Return the SDK configs, the connections to the vendor's servers."""
    from marketdata.aws.encryption import EncryptionKey
    from marketdata.sdk_configs.records import SdkConfigs

    return SdkConfigs(control_table(), EncryptionKey(settings().kms_key))
