"""The function `stock`: K-lines of stocks, indices and funds."""

from marketdata.api.stock import router

handler = router.handler
