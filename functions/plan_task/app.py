"""The plan step of both state machines: from a task, or a schedule, to a work list."""

from datetime import UTC, datetime
from typing import Any

from marketdata.aws.objects import Bucket
from marketdata.aws.tables import Table
from marketdata.catalog.directory import load_catalog
from marketdata.catalog.final import last_final_day
from marketdata.kline.store import BlockStore
from marketdata.settings import settings
from marketdata.tasks.planning import Planner
from marketdata.tasks.records import TaskRecords


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Plan the task of an execution: `{"execution": arn, "input": {"task_id" or "schedule"}}`."""
    bucket = Bucket(settings().bucket)
    planner = Planner(
        records=TaskRecords(Table(settings().control_table)),
        store=BlockStore(Table(settings().market_table), bucket),
        work_lists=bucket,
        catalog=load_catalog,
        final_until=last_final_day(datetime.now(UTC), settings().final_time),
    )
    asked = event["input"]
    task_id = asked.get("task_id") or planner.scheduled(asked["schedule"], event["execution"])
    return planner.plan(task_id)
