"""The function `cache`: tasks, coverage, and the varieties and main contracts of futures."""

from marketdata.api import coverage, tasks, varieties
from marketdata.api.router import Router

router = Router.of(varieties.router, coverage.router, tasks.router)
handler = router.handler
