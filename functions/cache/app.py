"""The function `cache`: tasks, coverage, varieties and main contracts of futures, the status."""

import marketdata.aws.preloaded  # noqa: F401  loads boto3
from marketdata.api import coverage, status, tasks, varieties
from marketdata.api.router import Router

router = Router.of(varieties.router, coverage.router, tasks.router, status.router)
handler = router.handler
