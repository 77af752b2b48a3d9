"""The function `future`: K-lines of futures."""

from marketdata.api.future import router

handler = router.handler
