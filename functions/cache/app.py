"""Tasks that detect and fill what the cache is missing, and what is known of futures."""

from marketdata.api import coverage, tasks, varieties
from marketdata.api.router import Router

router = Router.of(varieties.router, coverage.router, tasks.router)
handler = router.handler
