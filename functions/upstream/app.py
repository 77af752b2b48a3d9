"""The one door to the outside: fetches from the source and stores what it got."""

from datetime import UTC, datetime
from functools import cache
from typing import Any

from marketdata.aws.encryption import EncryptionKey
from marketdata.aws.objects import Bucket
from marketdata.aws.tables import Table
from marketdata.blocks.store import BlockStore
from marketdata.sdk_configs.connection import ConnectionTest
from marketdata.sdk_configs.default_account import DefaultAccount
from marketdata.sdk_configs.records import SdkConfigs
from marketdata.settings import settings
from marketdata.tasks.outcomes import Outcomes
from marketdata.upstream.registry import login_of, make_source
from marketdata.upstream.server import UpstreamServer


@cache
def _door() -> UpstreamServer:
    bucket = Bucket(settings().bucket)
    control = Table(settings().control_table)

    def now() -> datetime:
        return datetime.now(UTC)

    configs, private = (
        SdkConfigs(control, EncryptionKey(settings().kms_key)),
        settings().local_cloud,
    )
    source = make_source(settings(), bucket, now, DefaultAccount(configs, private))
    return UpstreamServer(
        source=source,
        store=BlockStore(Table(settings().market_table), bucket),
        quarantine=bucket,
        outcomes=Outcomes(control),
        now=now,
        final_time=settings().final_time,
        connections=ConnectionTest(configs, private=private, login=login_of(source)),
    )


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Carry out one operation; the events are those of `marketdata.upstream.client`."""
    return _door().serve(event)
