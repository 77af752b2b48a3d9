"""The plan step of both state machines: from a task, or a schedule, to a work list."""

from datetime import UTC, datetime
from typing import Any

from marketdata.aws.objects import Bucket
from marketdata.aws.tables import Table
from marketdata.blocks.store import BlockStore
from marketdata.catalog.calendar import last_final_day
from marketdata.catalog.catalog_store import load_catalog
from marketdata.settings import settings
from marketdata.tasks.main_contracts import TaskMainContracts
from marketdata.tasks.plan import Planner
from marketdata.tasks.records import TaskRecords


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Plan the task of an execution: `{"execution": arn, "input": what it was started with}`.

    The input is `{"task_id", "attempt"}`, or `{"schedule"}`, for which a task is made first.
    """
    bucket = Bucket(settings().bucket)
    store = BlockStore(Table(settings().market_table), bucket)
    final_until = last_final_day(datetime.now(UTC), settings().final_time)
    planner = Planner(
        records=TaskRecords(Table(settings().control_table)),
        store=store,
        work_lists=bucket,
        catalog=load_catalog,
        narrow=TaskMainContracts(store, load_catalog, final_until).narrow,
        final_until=final_until,
    )
    asked, execution = event["input"], event["execution"]
    if "schedule" in asked:
        task = planner.scheduled(asked["schedule"], execution)
        return planner.plan(task.id, task.attempt, execution)
    return planner.plan(asked["task_id"], asked["attempt"], execution)
