"""The finish step: writes how a batch or a whole task ended."""

from typing import Any

from marketdata.aws.objects import Bucket
from marketdata.aws.tables import Table
from marketdata.settings import settings
from marketdata.tasks.finishing import Finisher
from marketdata.tasks.records import TaskRecords


def handler(event: dict[str, Any], _context: object) -> None:
    """End a batch or a task: `operation` is "finish", "fail" or "fail_batch"."""
    finisher = Finisher(TaskRecords(Table(settings().control_table)), Bucket(settings().bucket))
    match event["operation"]:
        case "fail_batch":
            finisher.fail_batch(event["event"], event["event"]["error"])
        case "fail":
            finisher.fail(event["execution"], event["event"])
        case _:
            finisher.finish(event["task_id"])
