"""The finish step: writes how a batch or a whole task ended."""

from datetime import UTC, datetime
from typing import Any

from marketdata.aws.objects import Bucket
from marketdata.aws.tables import Table
from marketdata.blocks.store import BlockStore
from marketdata.catalog.calendar import last_final_day
from marketdata.catalog.catalog_store import load_catalog
from marketdata.settings import settings
from marketdata.tasks.finish import Finisher
from marketdata.tasks.main_contracts import TaskMainContracts
from marketdata.tasks.records import TaskRecords


def handler(event: dict[str, Any], _context: object) -> None:
    """End a batch or a task: `operation` is "finish", "fail" or "fail_batches"."""
    bucket = Bucket(settings().bucket)
    mains = TaskMainContracts(
        BlockStore(Table(settings().market_table), bucket),
        load_catalog,
        last_final_day(datetime.now(UTC), settings().final_time),
    )
    finisher = Finisher(TaskRecords(Table(settings().control_table)), bucket, mains.follow)
    match event["operation"]:
        case "fail_batches":
            for batch in event["event"]["batches"]:
                finisher.fail_batch(batch, event["event"]["error"])
        case "fail":
            finisher.fail(event["execution"], event["event"])
        case _:
            finisher.finish(event["task_id"], event["attempt"])
