"""The function `cache`: tasks, coverage, what is published, varieties of futures, the status."""

import marketdata.aws.preloaded  # noqa: F401  loads boto3
from marketdata.api import (
    coverage,
    exports,
    publish,
    quarantine,
    schedules,
    status,
    tasks,
    varieties,
)
from marketdata.api.router import Router

router = Router.of(
    varieties.router,
    coverage.router,
    quarantine.router,
    schedules.router,
    tasks.router,
    publish.router,
    exports.router,
    status.router,
)
handler = router.handler
