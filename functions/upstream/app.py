"""The one door to the outside: fetches from the source and stores what it got."""

from datetime import UTC, datetime
from functools import cache
from typing import Any

from marketdata.aws.objects import Bucket
from marketdata.aws.tables import Table
from marketdata.kline.store import BlockStore
from marketdata.settings import settings
from marketdata.tasks.outcomes import Outcomes
from marketdata.upstream.door import Door
from marketdata.upstream.registry import make_source


@cache
def _door() -> Door:
    bucket = Bucket(settings().bucket)

    def now() -> datetime:
        return datetime.now(UTC)

    return Door(
        source=make_source(settings(), bucket, now),
        store=BlockStore(Table(settings().market_table), bucket),
        quarantine=bucket,
        outcomes=Outcomes(Table(settings().control_table)),
        now=now,
        final_time=settings().final_time,
    )


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Carry out one operation; the events are those of `marketdata.upstream.gateway`."""
    return _door().serve(event)
