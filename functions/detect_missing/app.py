"""The detect step: compares some parts with what should be there."""

from datetime import UTC, datetime
from typing import Any

from marketdata.aws.objects import Bucket
from marketdata.aws.tables import Table
from marketdata.blocks.store import BlockStore
from marketdata.catalog.calendar import last_final_day
from marketdata.catalog.catalog_store import load_catalog
from marketdata.settings import settings
from marketdata.tasks.detect import Detector
from marketdata.tasks.main_contracts import TaskMainContracts
from marketdata.tasks.records import TaskRecords


def handler(event: dict[str, Any], _context: object) -> None:
    """Look at one group of parts: `{"task_id", "attempt", "group", "parts"}`."""
    bucket = Bucket(settings().bucket)
    store = BlockStore(Table(settings().market_table), bucket)
    final_until = last_final_day(datetime.now(UTC), settings().final_time)
    detector = Detector(
        records=TaskRecords(Table(settings().control_table)),
        store=store,
        results=bucket,
        catalog=load_catalog,
        narrow=TaskMainContracts(store, load_catalog, final_until).narrow,
        final_until=final_until,
    )
    detector.detect(event["task_id"], event["attempt"], event["group"], event["parts"])
